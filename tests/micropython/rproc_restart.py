# 100 lives in one program; the endpoint comes back by itself.
from support import boot_box, wait

rproc, box = boot_box()
right = 0
for i in range(100):
    # What is still on its way when it stops never arrives.
    box.ept.send("lost %d" % i)
    rproc.stop()
    lost = len(box.got)
    if box.ept.is_ready():
        print("ready while stopped")
    rproc.start()
    wait(box.ept.is_ready)
    right += box.ask("life %d" % i) == b"life %d" % i
    right += len(box.got) == lost + 1
print(right)
