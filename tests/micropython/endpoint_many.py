# 1,000 endpoints at once, each reachable.
import openamp
from support import boot_box, dest_of, wait

rproc, box = boot_box()
dest = dest_of(box.ept)
got = {}


def receiver(n):
    def receive(src, data):
        got.setdefault(n, []).append(bytes(data))

    return receive


epts = [openamp.Endpoint("many-%d" % i, receiver(i), dest=dest) for i in range(1000)]
print(all(ept.is_ready() for ept in epts))
for i, ept in enumerate(epts):
    ept.send("to %d" % i)
wait(lambda: len(got) == 1000, "1000 answers")
print(all(got[i] == [b"to %d" % i] for i in range(1000)))
for ept in epts:
    ept.deinit()
print(any(ept.is_ready() for ept in epts))
print(box.ask(b"still there"))
