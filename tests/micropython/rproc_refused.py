# A program that runs again while its first run has the core is refused, and leaves nothing behind:
# once the core is shut down, its third run is as its first.
import openamp
from support import outcome, wait

program = """
got = []
ept = openamp.Endpoint("vuart-channel", lambda src, data, got=got: got.append(bytes(data)))
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()
wait(ept.is_ready)
ept.send("hello")
wait(lambda: got)
"""


def run():
    return outcome(exec, program, globals())


print(run(), got)
first = ept
spare = openamp.Endpoint("another service")  # no run of the program has one of that name
print(run(), run(), first.is_ready(), ept.is_ready(), outcome(ept.send, "a"))
first.send("goes on")
wait(lambda: first.is_ready())
rproc.shutdown()
print(run(), got, outcome(first.send, "a"))
rproc.shutdown()

# Of two of a name that were made before the core runs, the second waits as it did.
first = openamp.Endpoint("vuart-channel")
second = openamp.Endpoint("vuart-channel")
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()
wait(first.is_ready)
print(outcome(openamp.RemoteProc, "virtual_uart.elf"))
first.deinit()
print(second.is_ready(), outcome(spare.send, "a"))
rproc.shutdown()
