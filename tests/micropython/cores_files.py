# With no more files to open, a core cannot be had: the error says so, nothing is half there, and
# when there are files again it is as any other.
import os

with open("/proc/self/stat") as f:
    pid = f.read().split()[0]
os.system("prlimit --pid %s --nofile=100" % pid)
files = []


def use_files():
    try:
        while True:
            files.append(open("/dev/null"))
    except OSError as error:
        return error.errno


def give_back():
    while files:
        files.pop().close()


def attempt(function, *args, **kwargs):
    use_files()
    try:
        function(*args, **kwargs)
    except OSError as error:
        print(error.errno, error.args[-1])
    give_back()


def import_it():
    import openamp


print(use_files())
attempt(import_it)
attempt(import_it)  # it is no half module now

import openamp
from support import Box, wait

attempt(openamp.RemoteProc, "virtual_uart.elf", core=5)
attempt(openamp.Endpoint, "vuart-channel", remote=5)
box = Box("vuart-channel", remote=5)
rproc = openamp.RemoteProc("virtual_uart.elf", core=5)
attempt(rproc.start)
rproc.start()
wait(box.ept.is_ready, "a service of core 5")
print(box.ask("hello"))
rproc.shutdown()

# A number that no core has, of any size.
for core in (16, -1, 1 << 70, -(1 << 70)):
    attempt(openamp.RemoteProc, "virtual_uart.elf", core=core)
    attempt(openamp.Endpoint, "a", remote=core)
for core in (3.0, "a"):
    try:
        openamp.RemoteProc("virtual_uart.elf", core=core)
    except TypeError:
        print("TypeError")
