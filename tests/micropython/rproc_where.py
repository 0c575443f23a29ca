# A refusal says where: the segment or entry, its memory, and the windows that it missed.
import openamp, os
from support import elf_table, field, put, read_firmware, temporary

path = temporary("where.elf")
good = read_firmware("virtual_uart.elf")
PHOFF, PHNUM = field(good, 32, 8), field(good, 56, 2)
# The first program header that is loaded, and the device's entry in the table.
CODE = [PHOFF + 56 * i for i in range(PHNUM) if field(good, PHOFF + 56 * i, 4) == 1][0]
P_OFFSET, P_PADDR, P_FILESZ, P_MEMSZ = CODE + 8, CODE + 24, CODE + 32, CODE + 40
VRING = elf_table(good)[1][3] + 28


def refuse(*changes):
    image = bytearray(good)
    for offset, size, value in changes:
        put(image, offset, size, value)
    with open(path, "wb") as f:
        f.write(image)
    try:
        openamp.RemoteProc(path)
    except OSError as e:
        print(e.errno, e.args[1].replace(path, "FILE"))


refuse((P_PADDR, 8, 0x20400000), (P_MEMSZ, 8, 0x7000))
refuse((P_PADDR, 8, 0x100FA000), (P_MEMSZ, 8, 0x7000))
refuse((P_OFFSET, 8, len(good)), (P_MEMSZ, 8, 0x7000))
refuse((24, 8, 0x50000000))
refuse((VRING, 4, 0x10000000))
refuse((VRING, 4, 0x30004000), (VRING + 20, 4, 0x30004000))
refuse((VRING + 8, 4, 3))
refuse((18, 2, 40))
os.unlink(path)
for address in (0x20000000, -4):
    try:
        openamp.RemoteProc(address)
    except OSError as e:
        print(e.errno, e.args[1])
