# Firmware in place that brings a resource table of its own. stop() resets the chip, and this program
# begins again.
import machine, openamp
from support import Box, wait

RESET_FLAGS = 0x580244D0
SOFTWARE = 1 << 24
again = bool(machine.mem32[RESET_FLAGS] & SOFTWARE)

box = Box("vuart-channel")
rproc = openamp.RemoteProc(0x081E0000)
rproc.start()
wait(box.ept.is_ready)
print(box.ask("again" if again else "from flash"))
for i in range(300):  # more than the rings hold
    box.ept.send("%d" % i)
box.wait(301)
print(box.got[1:] == [b"%d" % i for i in range(300)])
if not again:
    rproc.stop()
    print("not reached")
