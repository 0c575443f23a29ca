# Ctrl-C twice while Endpoint(), deinit() and new_service_callback() are at work: KeyboardInterrupt
# comes when they are done, and nothing is half done.
import gc, openamp, os
from support import Box, boot_box, dest_of, outcome, wait


def pressed(place, function, *args, **kwargs):
    os.putenv("PRESS", place)
    try:
        function(*args, **kwargs)
        while True:
            pass
    except KeyboardInterrupt:
        return os.getenv("PRESS") is None


def use_heap():
    gc.collect()
    return len([bytes([0xA5]) * 100 for i in range(5000)])


rproc, box = boot_box()
uart = dest_of(box.ept)
got = []

# The endpoint is open, though the program never had it.
print(pressed("create", openamp.Endpoint, "a", lambda src, data: got.append(bytes(data)), src=7000))
use_heap()
box.ept.send("create", src=7000, dest=uart)
wait(lambda: got, "a message for the endpoint")
print(got, outcome(openamp.Endpoint, "b", src=7000))

# The endpoint is closed.
second = openamp.Endpoint("c", src=7001)
print(pressed("destroy", second.deinit))
print(outcome(second.send, "a", dest=uart))
second = None
use_heap()
third = Box("d", src=7001, dest=uart)
print(third.ask("destroy"))

# The scheduler is not locked: callbacks are called.
print(pressed("set_events", openamp.new_service_callback, lambda src, name: got.append(name)))
print(third.ask("set_events"))
rproc.shutdown()
print(outcome(third.ept.send, "a"))
