# The option byte BCM4 made the M4 run before this program, which does not know the address.
import openamp
from support import Box, wait

box = Box("test-notable")
rproc = openamp.RemoteProc.attach()
wait(box.ept.is_ready)
print(box.ask("attached"))
