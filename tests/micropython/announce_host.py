# The host's endpoints are announced to the other side, and withdrawn.
import openamp
from support import Box, boot, wait

# The host's own announcement of this one binds the firmware's service.
box = Box("test-names")
early = Box("made-early")
rproc = boot("test_names.elf")
box.wait(1)
print(box.got[-1])
early.ept.deinit()
box.wait(2)
print(box.got[-1])

for name in ("made-later", "x" * 31, "\u20ac"):
    ept = openamp.Endpoint(name)
    wait(lambda: box.got[-1][1:] == name.encode() and box.got[-1][:1] == b"+", name)
    ept.deinit()
    wait(lambda: box.got[-1][:1] == b"-", "withdrawal")
    print(box.got[-2:])

# With a destination of its own it is nobody's business.
n = len(box.got)
openamp.Endpoint("fixed", dest=2000).deinit()
openamp.Endpoint("seen")
wait(lambda: len(box.got) > n)
print(box.got[n:])
