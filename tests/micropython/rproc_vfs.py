# Firmware from other file systems: LittleFS and FAT in RAM, and one that fails.
import io, openamp, os, vfs
from support import RAM, Box, boot, outcome, read_firmware, wait


class Failing:
    def __init__(self, good_bytes):
        self.left = good_bytes

    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def stat(self, path):
        return (0x8000,) + (0,) * 9

    def open(self, path, mode):
        if path.strip("/") == "missing.elf":
            raise OSError(2)
        return FailingFile(self.left)


class FailingFile(io.IOBase):
    def __init__(self, left):
        self.left = left
        self.pos = 0

    def readinto(self, buf):
        n = len(buf)
        if self.left < n:
            raise ValueError("worn out")
        self.left -= n
        buf[:] = image[self.pos : self.pos + n]
        self.pos += n
        return n

    def ioctl(self, op, arg):
        if op == 2:
            import struct, uctypes

            offset, whence = struct.unpack("lI", uctypes.bytearray_at(arg, 12))
            self.pos = len(image) + offset if whence == 2 else offset
            uctypes.bytearray_at(arg, 8)[:] = struct.pack("l", self.pos)
        return 0


image = read_firmware("virtual_uart.elf")
box = Box("vuart-channel")
device = RAM(1024)  # one for both: the image and another have no room in the heap
for name in ("VfsLfs2", "VfsFat"):
    Kind = getattr(vfs, name)
    Kind.mkfs(device)
    vfs.mount(device, "/ram")
    with open("/ram/firmware.elf", "wb") as f:
        f.write(image)
    rproc = boot("/ram/firmware.elf")
    wait(box.ept.is_ready)
    print(name, box.ask("from it"), outcome(openamp.RemoteProc, "/ram/none.elf"))
    rproc.stop()
    print(outcome(openamp.RemoteProc, "/ram/none.elf"))
    vfs.umount("/ram")

for left in (0, 100, 6000, 1 << 20):
    vfs.mount(Failing(left), "/bad")
    print(left, outcome(lambda: type(openamp.RemoteProc("/bad/a.elf")).__name__))
    print(outcome(openamp.RemoteProc, "/bad/missing.elf"))
    vfs.umount("/bad")

# What open() gives is no file, or one that cannot seek.
class Odd(Failing):
    def open(self, path, mode):
        return self.left


class Stuck(FailingFile):
    def ioctl(self, op, arg):
        return -22 if op == 2 else 0


for file in (5, None, object(), Stuck(1 << 20)):
    vfs.mount(Odd(file), "/odd")
    try:
        openamp.RemoteProc("/odd/a.elf")
    except OSError as e:
        print(e.args[-1])
    vfs.umount("/odd")

# open() raises a number that no int holds: it is not taken for another, or for none.
class Refused(Failing):
    def open(self, path, mode):
        raise OSError(self.left)


for number in (5, 1 << 32, (1 << 32) + 2, -2, 0):
    vfs.mount(Refused(number), "/odd")
    try:
        openamp.RemoteProc("/odd/a.elf")
    except OSError as e:
        print(e.args)
    vfs.umount("/odd")

# Whatever failed, the next one is loaded.
rproc = boot("virtual_uart.elf")
wait(box.ept.is_ready)
print(box.ask("good"))
