# Handlers of a RemoteProc that do what they like, a half-made subclass, and a core dump to a file
# that is written in Python.
import openamp, os
from support import Box, kill_core, outcome, wait

try:
    import vfs
except ImportError:
    vfs = os

turns = 0


# What happens in a handler is told, too.
def again(rproc):
    global turns
    turns += 1
    if turns < 3:
        rproc.start()
        rproc.stop()


rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.irq(again, rproc.IRQ_STOPPED)
rproc.start()
rproc.stop()
wait(lambda: turns == 3)

# A handler that is taken away before its turn is not called.
rproc.start()
rproc.stop()
rproc.irq(None)
box = Box("vuart-channel")
rproc.start()
wait(box.ept.is_ready)
print(turns, box.ask("quiet"))


# Each has the other's event meanwhile: the first shuts it down.
def end(rproc):
    rproc.shutdown()


rproc.irq(end)
kill_core()
wait(lambda: outcome(rproc.state) == "OSError ENODEV")


class Half(openamp.RemoteProc):
    def __init__(self):
        openamp.Endpoint("half", remote=self)


print(outcome(Half))


class File:
    def __init__(self, action):
        self.action = action
        self.size = 0
        self.closed = 0

    def write(self, data):
        self.size += len(data)
        return self.action(data)

    def close(self):
        self.closed += 1


class Files:
    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def open(self, path, mode):
        return file


def dump(action):
    global file
    file = File(action)
    result = outcome(rproc.coredump, "/dump/core")
    print(result, file.size > 0, file.closed)


vfs.mount(Files(), "/dump")
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()
dump(len)
dump(lambda data: 0)
dump(lambda data: None)
dump(lambda data: rproc.shutdown() or len(data))
print(outcome(rproc.coredump, "/dump/core"))
vfs.umount("/dump")
