# A firmware file from every kind of file system that the board has.
import openamp, os, vfs
from support import Box, boot, outcome, read_firmware, temporary, wait


class RAM:
    def __init__(self, blocks):
        self.data = bytearray(512 * blocks)

    def readblocks(self, n, buffer, offset=0):
        start = 512 * n + offset
        buffer[:] = self.data[start : start + len(buffer)]

    def writeblocks(self, n, buffer, offset=0):
        start = 512 * n + offset
        self.data[start : start + len(buffer)] = buffer

    def ioctl(self, op, arg):
        return {4: len(self.data) // 512, 5: 512, 6: 0}.get(op)


image = read_firmware("virtual_uart.elf")
box = Box("vuart-channel")


def check(name, path):
    rproc = boot(path)
    wait(box.ept.is_ready)
    print(name, box.ask("from it"), outcome(openamp.RemoteProc, path))
    rproc.stop()


def write(path):
    with open(path, "wb") as f:
        f.write(image)


for name in ("VfsLfs2", "VfsFat"):
    Kind = getattr(vfs, name)
    device = RAM(2048)
    Kind.mkfs(device)
    vfs.mount(device, "/ram")
    write("/ram/firmware.elf")
    check(name, "/ram/firmware.elf")
    print(outcome(openamp.RemoteProc, "/ram/none.elf"))
    vfs.umount("/ram")

path = temporary("host.elf")
write(path)
check("host", path)
os.remove(path)
print(outcome(openamp.RemoteProc, path))
check("ROMFS", "/rom/virtual_uart.elf")
check("by its name", "virtual_uart.elf")
