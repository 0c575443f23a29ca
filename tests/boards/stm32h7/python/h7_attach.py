# The option byte BCM4 made the M4 run before this program: what it may do then.
import openamp
from support import Box, wait


def attempt(entry):
    try:
        return openamp.RemoteProc(entry)
    except OSError as e:
        print(e.errno, e.args[1])


attempt("virtual_uart.elf")
rproc = attempt(0x081E0000)
if rproc:
    box = Box("test-notable")
    rproc.start()
    wait(box.ept.is_ready)
    print(box.ask("attached"))
