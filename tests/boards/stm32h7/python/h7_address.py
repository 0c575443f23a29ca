# Firmware in place, by its address; and what is refused before it runs.
import openamp
from support import Box, wait

for bad in (0, 0x24000000, 0x38000000, 0x60000000, 0x90000000, 1 << 40, -1):
    try:
        openamp.RemoteProc(bad)
    except OSError as e:
        print(e.errno, e.args[1])
for bad in (0x081E0400, 0x081F0000):
    rproc = openamp.RemoteProc(bad)
    try:
        rproc.start()
    except OSError as e:
        print(e.errno, e.args[1])
try:
    openamp.RemoteProc("test_notable.flash.elf")
except OSError as e:
    place, reason = e.args[1].split(" bytes: ")
    print(e.errno, place.rsplit(",", 1)[0], reason)

box = Box("test-notable")
rproc = openamp.RemoteProc(0x081E0000)
rproc.start()
wait(box.ept.is_ready)
print(box.ask("from flash"))
