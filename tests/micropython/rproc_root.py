# A path from the root, where no file system is mounted: found again when it is read again.
import openamp, os, vfs
from support import RAM, read_firmware

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
