# deinit(): at any time, any number of times, also inside its own callback.
import openamp
from support import Box, boot_box, dest_of, outcome, wait

never = openamp.Endpoint("never used")
print(never.deinit(), never.deinit(), never.is_ready(), outcome(never.send, "a"))

rproc, box = boot_box()
uart = dest_of(box.ept)
count = 0


def receive(src, data):
    global count
    count += 1
    print(bytes(data), ept.is_ready())
    ept.deinit()
    ept.deinit()
    print(bytes(data), ept.is_ready(), outcome(ept.send, "inside"))


ept = openamp.Endpoint("once", receive, dest=uart)
ept.send("first")
ept.send("never seen")
wait(lambda: count == 1)
print(box.ask("others go on"), count)
print(ept.deinit(), ept.is_ready(), outcome(ept.send, "a"), outcome(ept.send, "a", timeout=0))

# After the core, before it, and the other one inside a callback.
other = Box("other", dest=uart)


def close_other(src, data):
    other.ept.deinit()


closer = openamp.Endpoint("closer", close_other, dest=uart)
closer.send("a")
other.ept.send("b")
print(box.ask("done"), other.got, other.ept.is_ready())
rproc.stop()
print(box.ept.deinit(), box.ept.deinit(), box.ept.is_ready())
