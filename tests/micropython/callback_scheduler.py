# However a callback ends, the scheduler is not left locked: other scheduled work runs.
import micropython, openamp
from support import Box, boot, wait

ran = 0


def scheduled(_):
    global ran
    ran += 1


class Quiet(Exception):
    pass


def receive(src, data):
    global count
    count += 1
    # Not while we are in a callback.
    micropython.schedule(scheduled, None)
    if ran != count - 1:
        print("ran inside a callback")
    if data == b"interrupt":
        raise KeyboardInterrupt
    if data == b"exit":
        raise SystemExit
    if data == b"base":
        raise BaseException


count = 0
ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)
for text in ("nothing", "interrupt", "exit", "base"):
    before = ran
    ept.send(text)
    try:
        wait(lambda: ran > before, "scheduled work")
        print(text)
    except BaseException as e:
        print(text, repr(e))
        wait(lambda: ran > before, "scheduled work")
print(count, ran)


# The same for announcements that are delivered at once.
def service(src, name):
    raise KeyboardInterrupt


ept.deinit()
rproc.stop()
control = Box("test-services")
rproc = boot("test_services.elf")
wait(control.ept.is_ready)
before = ran
try:
    openamp.new_service_callback(service)
    wait(lambda: False, "KeyboardInterrupt")
except KeyboardInterrupt:
    print("KeyboardInterrupt")
micropython.schedule(scheduled, None)
wait(lambda: ran > before, "scheduled work")
print(ran - before)
