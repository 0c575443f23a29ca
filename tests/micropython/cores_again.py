# Each core is freed, and each endpoint closed, by its own RemoteProc alone.
import openamp
from support import Box, outcome, wait


def boot(core):
    box = Box("vuart-channel", remote=core)
    rproc = openamp.RemoteProc("virtual_uart.elf", core=core)
    rproc.start()
    wait(box.ept.is_ready)
    return rproc, box


def refused(core):
    try:
        openamp.RemoteProc("virtual_uart.elf", core=core)
    except OSError as error:
        return error.args[1].split(" (")[0]


first, calm = boot(0)
second, box = boot(1)
print(refused(0), refused(1))
# One is lost, and found by the next for its core.
second = None
second, again = boot(1)
print(outcome(box.ept.send, "a"), calm.ask("b"), again.ask("c"))
second.shutdown()
print(outcome(again.ept.send, "d"), calm.ask("e"), refused(0))
first.shutdown()
print(outcome(calm.ept.send, "f"))
