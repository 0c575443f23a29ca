# What a running core refuses, and that it goes on.
import micropython, openamp
from support import boot_box, outcome, wait

rproc, box = boot_box()
print(outcome(rproc.start))
print(outcome(openamp.RemoteProc, "virtual_uart.elf"))
print(outcome(openamp.RemoteProc, 0x08000000))
refused = False
micropython.heap_lock()
try:
    openamp.RemoteProc("virtual_uart.elf")
except MemoryError:
    refused = True
micropython.heap_unlock()
print("heap locked:", refused)
print(box.ask("goes on"))
print(outcome(rproc.start), box.ept.is_ready())

# A load that fails leaves a stopped one as it was.
rproc.stop()
print(outcome(openamp.RemoteProc, "no such file.elf"))
print(outcome(openamp.RemoteProc, __file__))
rproc.start()
wait(box.ept.is_ready)
print(box.ask("the old one"))

for bad in (None, 1.5, b"virtual_uart.elf", ["virtual_uart.elf"], object()):
    print(outcome(openamp.RemoteProc, bad))
print(outcome(openamp.RemoteProc), outcome(openamp.RemoteProc, "a", "b"))
print(box.ask("goes on"))
