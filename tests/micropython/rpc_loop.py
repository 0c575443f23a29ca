# Against a core that sends back what it gets: we are both sides, and what we say is believed
# by nobody.
import openamp
from openamp import rpc
from support import wait

core = rpc.RPC(openamp.Endpoint("vuart-channel"))
core.bind(lambda *a: list(a), "echo")
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()
print(core.call("echo", 1, "two", [3.0, {"four": None}], b"5"))
try:
    core.call("nothing")
except rpc.RPCError as e:
    print(e)


def serve_until(condition):
    def turn():
        core.serve(5)
        return condition()

    wait(turn)


# Responses to nobody are counted, as is what is no message.
core.ept.send(b"\x94\x01\xcd\x03\xe8\xc0\xc0")
serve_until(lambda: core.unclaimed)
print(core.unclaimed, core.bad)
junk = (
    b"", b"\x01", b"\xc2", b"\x00\x00", b"\xc1", b"\x90", b"\x94\x00\x01", b"\x94\x00\x01\x02\x90", b"\x94\x03\x01\xa1a\x90",
    b"\x94\x01\x90\xc0\xc0", b"\x94\x00\x01\xa1a\x05", b"\x93\x02\x01\x90", b"\x93\x00\xa1a\x90", b"\x94\x01\xa1a\xc0\xc0",
    b"\x91" * 300, b"\xdd\xff\xff\xff\xff", b"\xc7\x01\x02\x03", b"\x81\x90\x01", b"\xa4\xff\xfe\xfd\xfc",
)  # fmt: skip
for data in junk:
    core.ept.send(data)
serve_until(lambda: core.bad == len(junk))
print(core.unclaimed, core.bad == len(junk), len(junk), core._calls)
core.serve(0)  # nothing is there
rproc.shutdown()
