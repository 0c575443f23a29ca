# 1,000 endpoints that nobody refers to, through garbage collection forced in their callbacks; each
# closes itself when it has been called.
import gc, openamp
from support import boot_box, dest_of, wait

rproc, box = boot_box()
uart = dest_of(box.ept)
seen = []
COUNT = 1000


def create(n):
    def receive(src, data):
        if n % 100 == 0:
            gc.collect()
        if bytes(data) == b"to %d" % n:
            seen.append(n)
        ept.deinit()

    ept = openamp.Endpoint("lost-%d" % n, receive, src=5000 + n, dest=uart)


for n in range(COUNT):
    create(n)
gc.collect()
for n in range(COUNT):
    box.ept.send("to %d" % n, src=5000 + n)
wait(lambda: len(seen) == COUNT, "all")
print(sorted(seen) == list(range(COUNT)))
box.ept.send("nobody there", src=5000)
print(box.ask("still there"))
gc.collect()
for n in range(COUNT):
    openamp.Endpoint("again", None, src=5000 + n, dest=uart).deinit()
gc.collect()
print(box.ask("normal"))
