# Firmware without an RPMsg device runs, and there is nobody to talk to.
import openamp, os
from support import Box, boot, core_pids, elf_section, elf_table, kill_core, outcome
from support import put, read_firmware, temporary, wait

path = temporary("no_device.elf")
box = Box("vuart-channel")
TABLE, entries = elf_table(read_firmware("virtual_uart.elf"))


def write(*changes):
    image = bytearray(read_firmware("virtual_uart.elf"))
    for offset, size, value in changes:
        put(image, offset, size, value)
    with open(path, "wb") as f:
        f.write(image)


def life(rproc):
    print(len(core_pids()), box.ept.is_ready(), outcome(box.ept.send, "a", dest=1024))


# The host reads an empty table, in the bytes of a name; the firmware waits for what its
# own table offers.
image = read_firmware("virtual_uart.elf")
header = elf_section(image, ".resource_table")
name = entries[2] + 16
write(
    (header + 24, 8, name),
    (header + 32, 8, 16),
    (name, 4, 1),
    (name + 4, 4, 0),
    (name + 8, 8, 0),
)
rproc = boot(path)
life(rproc)
print(outcome(openamp.RemoteProc, path), outcome(rproc.start))
rproc.stop()
life(rproc)
rproc.start()
kill_core()
wait(lambda: outcome(rproc.start) is None, "its death")
life(rproc)
rproc.shutdown()

# A device that is none of ours, and none at all: this firmware then ends by itself, and is
# started again.
for what, change in (("console", (entries[3] + 4, 4, 3)), ("empty", (TABLE + 4, 4, 0))):
    write(change)
    rproc = boot(path)
    print(what, box.ept.is_ready(), outcome(box.ept.send, "a", dest=1024))
    wait(lambda: outcome(rproc.start) is None, "its end")
    rproc.shutdown()
    print(len(core_pids()))

# And with a device.
write()
rproc = boot(path)
wait(box.ept.is_ready)
print(box.ask("table"))
os.unlink(path)
