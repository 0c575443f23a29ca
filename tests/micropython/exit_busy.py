# The program ends while its core computes and the rings are full; `run` looks for what is left.
from support import boot_box

rproc, box = boot_box("test_crash.elf", "test-crash")
box.ept.send("spin")
while box.ept.send("fill", timeout=0) >= 0:
    pass
print("end")
