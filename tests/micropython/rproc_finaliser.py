# Nobody holds it: the core is stopped when the object is collected, as shutdown() does it.
import gc, openamp
from support import Box, boot, clobber, core_pids, outcome, wait

box = Box("vuart-channel")


def start():
    rproc = boot()
    wait(box.ept.is_ready)
    print(len(core_pids()))
    return rproc is None  # until here it is referred to


start()


def collected():
    clobber()
    gc.collect()
    return len(core_pids()) == 0


wait(collected)
print(box.ept.is_ready(), outcome(box.ept.send, "closed"))
box = Box("vuart-channel")
rproc = boot()
wait(box.ept.is_ready)
print(box.ask("another"))
