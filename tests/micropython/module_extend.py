# A file openamp.py on sys.path comes before the module, has all of it, and adds to it.
import uopenamp  # this first: it alone makes everything ready
import sys, vfs
from support import RAM, wait

SOURCE = """
from uopenamp import *
from uopenamp import __version__

def boot(firmware):
    rproc = RemoteProc(firmware)
    rproc.start()
    return rproc

_old = new_service_callback

def new_service_callback(callback):
    _old(lambda src, name: callback(src, "service " + name))
"""

device = RAM(256)
vfs.VfsLfs2.mkfs(device)
vfs.mount(device, "/ram")
with open("/ram/openamp.py", "w") as f:
    f.write(SOURCE)

import openamp

print(openamp is uopenamp)
sys.path.insert(0, "/ram")

import openamp

print(openamp is uopenamp, openamp.__name__, openamp.__file__)
print(openamp.Endpoint is uopenamp.Endpoint, openamp.RemoteProc is uopenamp.RemoteProc)
print(openamp.__version__ == uopenamp.__version__, hasattr(uopenamp, "boot"))

heard = []
got = []
openamp.new_service_callback(lambda src, name: heard.append(name))
ept = openamp.Endpoint("svc-0", lambda src, data: got.append(bytes(data)))
rproc = openamp.boot("test_services.elf")
wait(ept.is_ready)
wait(lambda: len(heard) == 4)
ept.send("x")
wait(lambda: got)
print(sorted(heard), got)

# With no path the import is of what is built in, here too.
path, sys.path[:] = sys.path[:], []
import openamp

print(openamp is uopenamp, ept.is_ready())
