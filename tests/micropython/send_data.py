# What can be sent, and what send() returns.
import array
from support import boot_box, outcome

rproc, box = boot_box()
for data in (
    "text",
    "\u20ac",
    b"bytes",
    bytearray(b"bytearray"),
    memoryview(b"0123456789")[2:5],
    array.array("H", [0x4241, 0x4443]),
    "",
    b"",
    "x" * 496,
):
    before = len(box.got)
    n = box.ept.send(data)
    box.wait(before + 1)
    print(n, len(box.got) - before, box.got[before][:16])

for data in (1, None, [1, 2], object(), 1.5):
    print(outcome(box.ept.send, data))
print(outcome(box.ept.send))
print(outcome(box.ept.send, "a", 1))
print(outcome(box.ept.send, "a", wrong=1))

print(outcome(box.ept.send, "x" * 497))
print(outcome(box.ept.send, "x" * 100000))
print(outcome(box.ept.send, "x" * 497, timeout=0))
print(outcome(box.ept.send, "a", timeout=10))
print(outcome(box.ept.send, "b", src=-1, dest=-1, timeout=-1))
box.wait(11)
print(box.got[9:])  # nothing of what was refused
