# A file of little more than 100 bytes: the smallest firmware, which loops.
import openamp, os
from support import core_pids, read_firmware, temporary

path = temporary("small.elf")
machine = bytes(read_firmware("virtual_uart.elf")[18:20])
LOOP = {b"\x3e\x00": b"\xeb\xfe", b"\xb7\x00": b"\x00\x00\x00\x14"}[machine]


def u(size, value):
    return value.to_bytes(size, "little")


header = b"\x7fELF\x02\x01\x01" + bytes(9) + u(2, 2) + machine + u(4, 1)
header += u(8, 0x10000000) + u(8, 64) + u(8, 0) + u(4, 0)
header += u(2, 64) + u(2, 56) + u(2, 1) + u(2, 64) + u(2, 0) + u(2, 0)
segment = u(4, 1) + u(4, 5) + u(8, 120) + u(8, 0x10000000) * 2 + u(8, len(LOOP)) * 2 + u(8, 4096)
with open(path, "wb") as f:
    f.write(header + segment + LOOP)

rproc = openamp.RemoteProc(path)
rproc.start()
print(os.stat(path)[6] < 128, len(core_pids()))
rproc.stop()
print(len(core_pids()))
os.unlink(path)
# It goes on running when the program ends, and ends with it.
