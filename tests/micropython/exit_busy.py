# The program ends while its core computes and the rings are full; `run` looks for what is left.
from support import boot_box, freeze

rproc, box = boot_box("test_crash.elf", "test-crash")
freeze(box)
print("end")
