# start(), stop(), shutdown(), in every order.
import openamp
from support import Box, boot, core_pids, outcome, wait

box = Box("vuart-channel")
rproc = openamp.RemoteProc("virtual_uart.elf")
print("stop when never started:", rproc.stop(), len(core_pids()))
print("start:", rproc.start(), len(core_pids()))
wait(box.ept.is_ready)
print("stop:", rproc.stop(), len(core_pids()))
print("again:", rproc.stop(), len(core_pids()))
print("start:", rproc.start(), len(core_pids()))
wait(box.ept.is_ready)
print(box.ask("a"))
print("shutdown:", rproc.shutdown(), len(core_pids()), box.ept.is_ready())
for method in (rproc.start, rproc.stop):
    print(outcome(method))
print("again:", outcome(rproc.shutdown))

box = Box("vuart-channel")
second = boot()
wait(box.ept.is_ready)
print("a new one:", box.ask("b"), outcome(rproc.start), box.ept.is_ready())
print(outcome(rproc.stop), outcome(rproc.shutdown), box.ept.is_ready())

# A new one takes the place of one that is stopped.
second.stop()
third = openamp.RemoteProc("virtual_uart.elf")
print("replaced:", outcome(second.start), outcome(second.stop))
third.start()
wait(box.ept.is_ready)
print(box.ask("c"), len(core_pids()))
third.shutdown()
