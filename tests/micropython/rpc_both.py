# Both sides call: firmware that is written as Arduino's is (tests/firmware/test_rpc.c).
import openamp
from openamp import rpc
from openamp_msgpack import unpack
from support import outcome, quiet, wait


class Adder:
    def mul(self, a, b):
        return a * b

    def _hidden(self):
        pass


def sub(a, b):
    return a - b


core = rpc.RPC()
core.bind(Adder())
core.bind(sub)
print(sorted(core._functions))
raw = openamp.Endpoint("raw")
rproc = quiet(openamp.RemoteProc("test_rpc.elf"))
rproc.start()
rpc.greet(raw)
f1, f2, f3 = (core.start("add", 0, i) for i in (1, 2, 3))
print(f3.result(), core.call("add", 2, 2), f1.result(), f2.result())


# The core asks us; our answer reaches it while another call is under way.
def ask(a, b):
    before = core.call("answer")
    core.call("ask", a, b)
    wait(lambda: core.call("answer") != before)
    print(unpack(core.call("answer")))


ask(44, 2)
core.bind(lambda a, b: 1 // 0, "sub")
ask(1, 2)
core.bind(lambda a, b: "x" * 500, "sub")
ask(1, 2)
core.bind(lambda a, b: object(), "sub")
ask(1, 2)

# An answer that never comes, one too many, and one that comes too late.
print(outcome(core.call, "never", timeout=50)[:18], core._calls)
core.call("twice")
print(core.call("add", 1, 1), core.unclaimed)

# It dies in the middle; another session is greeted anew.
print(outcome(core.call, "die")[:13], core._calls)
print(outcome(core.call, "add", 1, 2)[:13])
rproc.start()
print(core.call("add", 5, 6))
rproc.stop()
rproc.start()
print(core.call("add", 7, 8), core.bad)
rproc.shutdown()
