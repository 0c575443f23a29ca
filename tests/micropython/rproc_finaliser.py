# Nobody holds it: the core is stopped when the object is collected.
import gc, openamp
from support import Box, boot, core_pids, wait

box = Box("vuart-channel")


def start():
    boot()
    print(len(core_pids()))


def clobber(n):
    return 0 if n == 0 else 1 + clobber(n - 1)


start()


def collected():
    clobber(20)
    gc.collect()
    return len(core_pids()) == 0


wait(collected)
print(box.ept.is_ready())
rproc = boot()
wait(box.ept.is_ready)
print(box.ask("another"))
