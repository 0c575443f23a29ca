# deinit() with no room for the withdrawal: the object stays until there is, through garbage collection,
# or until the core's life ends; its address is free at once.
import gc, openamp
from support import boot_box, freeze, outcome, wait


def clobber():
    for _ in range(2):
        gc.collect()
        [bytearray(40) for _ in range(200)]


def create_and_close(n):
    for i in range(n):
        ept = openamp.Endpoint("closing-%d" % i, lambda src, data: None, src=3000 + i)
        ept.deinit()
        ept.deinit()


rproc, box = boot_box("test_crash.elf", "test-crash")
for _ in range(3):
    announced = [openamp.Endpoint("announced-%d" % i, lambda src, data: None) for i in range(20)]
    print(box.ask("here"))  # the announcements were sent
    freeze(box)
    create_and_close(50)
    create_and_close(50)
    for ept in announced:
        ept.deinit()
    del announced
    clobber()
    late = openamp.Endpoint("late", None, src=3000)
    print(outcome(openamp.Endpoint, "again", src=3000), late.is_ready())
    rproc.stop()
    late.deinit()
    clobber()
    rproc.start()
    wait(box.ept.is_ready)
    create_and_close(30)
    print(box.ask("normal"))
