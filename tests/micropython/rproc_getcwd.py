# A file system that does not know its current directory: a file that is not there is ENOENT and no
# other error.
import os, vfs, openamp
from support import outcome


class Nowhere:
    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def chdir(self, path):
        pass

    def stat(self, path):
        raise OSError(2)

    def open(self, path, mode):
        raise OSError(2)


vfs.mount(Nowhere(), "/nowhere")
os.chdir("/nowhere")
print(outcome(openamp.RemoteProc, "no-such-file.elf"))
