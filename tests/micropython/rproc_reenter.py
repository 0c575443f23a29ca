# A file system written in Python that, while an image is read from it, does
# what cannot be done then, and drops and collects the last owner of the core.
import gc
import io
import openamp
import os
import vfs

answers = []
busy = False
while_opened = None


def attempt(function, *args):
    try:
        function(*args)
        return "done"
    except OSError as error:
        return error.errno


class File(io.IOBase):
    def __init__(self, path):
        self.file = open(path, "rb")

    def readinto(self, buffer):
        global busy
        if not busy:
            busy = True
            gc.collect()
            answers.append(attempt(openamp.RemoteProc, "virtual_uart.elf"))
            if rproc is not None:
                answers.append(attempt(rproc.start))
                answers.append(attempt(rproc.stop))
                answers.append(attempt(rproc.shutdown))
        return self.file.readinto(buffer)

    def ioctl(self, request, argument):
        if request == 4:  # close
            self.file.close()
            return 0
        if request == 2:  # seek: {offset, whence}, of pointer size
            import uctypes

            seek = uctypes.struct(
                argument, {"offset": 0 | uctypes.INT64, "whence": 8 | uctypes.INT32}
            )
            seek.offset = self.file.seek(seek.offset, seek.whence)
            return 0
        return -1


class FileSystem:
    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def open(self, path, mode):
        if while_opened is not None:
            while_opened()
        return File(os.getenv("OPENAMP_FIRMWARE") + "/virtual_uart.elf")

    def chdir(self, path):
        pass

    def getcwd(self):
        return "/"


vfs.mount(FileSystem(), "/python")
rproc = None
openamp.RemoteProc("virtual_uart.elf")  # nobody keeps it
rproc = openamp.RemoteProc("/python/image")
print(answers)
rproc.start()
rproc.stop()
busy = False
answers.clear()
rproc.start()  # reads the image again
print(answers)
rproc.stop()

# Opening it shuts the core down: it is not started then, as nobody could stop it.
while_opened = rproc.shutdown
print(attempt(rproc.start), attempt(rproc.stop))
while_opened = None
print(attempt(openamp.RemoteProc, "virtual_uart.elf"))

for name in ("", "virtual_uart.elf\0junk"):
    try:
        openamp.RemoteProc(name)
    except (OSError, ValueError) as error:
        print(type(error).__name__, error.args[0])
