# Functions of the other core, called by name.  The firmware is firmware/rpc_responder: a
# table of functions, to which yours are added.
import openamp
from openamp import rpc

core = rpc.RPC()  # the endpoint "rpc"
rproc = openamp.RemoteProc("rpc_responder.elf")
rproc.start()

print("1 + 2 + 3 =", core.call("add", 1, 2, 3))
print(core.call("echo", "a text"), core.call("echo", b"bytes"))
try:
    core.call("add", "x")
except rpc.RPCError as e:
    print("the other core says:", e)

# Several at once; the answers are fetched in any order.
calls = [core.start("add", i, 100) for i in range(5)]
print([call.result() for call in calls])

core.notify("trace", "nobody answers a notification")
rproc.shutdown()
