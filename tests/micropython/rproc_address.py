# An entry address: firmware that is already in place.
import os

# Read when the platform starts, which is when openamp is imported.
directory = os.getenv("OPENAMP_FIRMWARE") or "."
for port in ("SIM", "EMU"):
    os.putenv("OPENAMP_%s_FLASH" % port, directory + "/test_notable.flash.bin")

from support import Box, elf_entry, outcome, read_firmware, wait
import openamp

entry = elf_entry(read_firmware("test_notable.flash.elf"))
box = Box("test-notable")
rproc = openamp.RemoteProc(entry)
rproc.start()
wait(box.ept.is_ready)
print(box.ask("from flash"))
rproc.stop()
rproc.start()
wait(box.ept.is_ready)
print(box.ask("again"))
print(outcome(openamp.RemoteProc, entry))
rproc.shutdown()

for bad in (0, 0x20000000, 0x30000000, 0x50000000, 1 << 40, -1):
    try:
        openamp.RemoteProc(bad)
    except OSError as e:
        print(e.errno, e.args[1])

# Shutdown switches the board's power off; flash keeps what it has.
box = Box("test-notable")
rproc = openamp.RemoteProc(entry)
rproc.start()
wait(box.ept.is_ready)
print(box.ask("after shutdown"))
