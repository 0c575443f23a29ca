# What errors say: one form for all, both lengths, what the core does, who closed an endpoint, and
# where a file was looked for.
import openamp, os
from support import Box, boot, wait


def error(function, *args, **kwargs):
    try:
        print("no error:", function(*args, **kwargs))
    except OSError as e:
        print(str(e), repr(e).startswith("OSError(%d, '" % e.errno), isinstance(e, OSError))
    except Exception as e:
        print(type(e).__name__, e)


for name in ("EBUSY", "EDEADLK", "EMSGSIZE", "ENOEXEC", "EPIPE", "EPROTO"):
    print(name, getattr(openamp, name))

waits = Box("vuart-chanel")
uart = Box("vuart-channel")
error(waits.ept.send, "a")
error(waits.ept.send, "a", dest=1024)
rproc = openamp.RemoteProc("virtual_uart.elf")
error(waits.ept.send, "a", dest=1024)
rproc.start()
wait(uart.ept.is_ready)
error(waits.ept.send, "a")
print(rproc, waits.ept, uart.ept, rproc.reason())
error(uart.ept.send, "a" * 497)
error(uart.ept.send, bytes(600), dest=1024)
error(rproc.start)
error(openamp.Endpoint, "a", src=53)
rproc.stop()
error(uart.ept.send, "a")
uart.ept.deinit()
error(uart.ept.send, "a")
print(uart.ept)
rproc.shutdown()
error(rproc.stop)

# The numbers that have no name elsewhere are an OSError like others.
try:
    waits.ept.send("a", dest=1)
except OSError as e:
    caught = e
print(type(caught).__name__, caught.args[0] == openamp.EPIPE, caught.errno == caught.value == 32)
try:
    raise caught
except OSError as e:
    print(e is caught)

# A callback that is a generator runs nothing.
def generator(src, data):
    yield


async def coroutine(src, data):
    pass


class Methods:
    def generator(self, src, data):
        yield


error(openamp.Endpoint, "a", generator)
error(openamp.Endpoint, "a", callback=coroutine)
error(openamp.new_service_callback, generator)
waits.ept.deinit()
ept = openamp.Endpoint("vuart-channel", Methods().generator)
rproc = boot()
wait(ept.is_ready)
ept.send("a")
box = Box("another", dest=1024)
box.ask("b")
rproc.shutdown()

# Where a file was looked for.
os.chdir("/")
try:
    openamp.RemoteProc("no such file.elf")
except OSError as e:
    where = os.getenv("OPENAMP_FIRMWARE") + "/no such file.elf"
    print(e.args[1].replace(where, "FIRMWARE"))
error(openamp.RemoteProc, "/no such file.elf")
