# Calls of the functions of firmware/rpc_responder.
import openamp
from openamp import rpc
from support import outcome

core = rpc.RPC()
rproc = openamp.RemoteProc("rpc_responder.elf")
rproc.start()
print(core.call("add", 1, 2), core.call("add"), core.call("add", -1, -300))
print(core.call("echo", "text"), core.call("echo", b"\x00\xff"), len(core.call("echo", "x" * 470)))
for method, arguments in (("nothing", ()), ("echo", (1,)), ("add", ("x",)), ("add", ([1], 2)), ("add", (1 << 62, 1 << 62)), ("add", (1.5, 1))):
    try:
        print(core.call(method, *arguments))
    except rpc.RPCError as e:
        print("RPCError", e)

# Answers in any order of asking for them.
calls = [core.start("add", i, 100) for i in range(20)]
print([call.result() for call in reversed(calls)])

core.notify("trace", "a line of the trace")
core.notify("nothing")
print(core.call("status")[1], core.unclaimed, core.bad)
print("a line" in rproc.trace())

# What does not fit, or is of no type, is not sent, and nobody waits for it.
print(outcome(core.call, "echo", "x" * 500), outcome(core.call, "echo", object()))
print(outcome(core.call, "echo", 1 << 64), outcome(core.call, "echo", b"x" * 480)[:4])
ept = core.ept
for junk in (b"", b"\x00", b"junk", b"\x94\x00", b"\x94\x00\x01\xa3add\x91", b"\x91" * 400, b"\xdd\xff\xff\xff\xff"):
    ept.send(junk)
print(core.call("status")[1], core.call("add", 20, 3))
rproc.shutdown()
