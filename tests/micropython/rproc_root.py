# A path from the root, where no file system is mounted: found again when it is read again.
import openamp, os, vfs
from support import read_firmware


class RAM:
    def __init__(self, blocks):
        self.data = bytearray(512 * blocks)

    def readblocks(self, n, buf, offset=0):
        at = n * 512 + offset
        buf[:] = self.data[at : at + len(buf)]

    def writeblocks(self, n, buf, offset=None):
        at = n * 512 + (offset or 0)
        self.data[at : at + len(buf)] = buf

    def ioctl(self, op, arg):
        if op == 4:
            return len(self.data) // 512
        if op == 5:
            return 512
        if op == 6:
            return 0


image = read_firmware("virtual_uart.elf")
device = RAM(1024)
vfs.VfsLfs2.mkfs(device)
vfs.mount(device, "/ram")
with open("/ram/firmware.elf", "wb") as f:
    f.write(image)
try:
    vfs.umount("/")
except OSError:
    pass
os.chdir("/")
rproc = openamp.RemoteProc("ram/firmware.elf")
for life in range(2):
    rproc.start()
    rproc.stop()
    print(life)
