# Start, stop, restart, what is left at the end; the firmware as the kernel has it.
import sys

import rig
import openamp
from openamp import RemoteProc

REPEAT = int(sys.argv[1])
core = rig.number(sys.argv[2])

assert rig.state() == "offline"
ept = openamp.Endpoint("vuart-channel")
rproc = RemoteProc("virtual_uart.elf", core=core)
assert (rproc.state(), rig.state()) == (RemoteProc.LOADED, "offline")
assert rig.read(rig.CORE + "firmware") == "openamp-remoteproc0.elf"
rproc.start()
assert (rproc.state(), rig.state()) == (RemoteProc.RUNNING, "running")
ept.wait_ready(rig.LIMIT_MS)
assert ept.src != openamp.ENDPOINT_ADDR_ANY and ept.dest == 0x400, (ept.src, ept.dest)
ept.send("one")
assert ept.recvfrom() == (b"one", 0x400)
rig.wait(lambda: "echoing on vuart-channel" in rproc.trace(), "the trace")
rig.says(rig.error(rproc.start), "EBUSY", "core 0 is running")
rig.says(rig.error(RemoteProc, "virtual_uart.elf", core=core), "EBUSY", "runs virtual_uart.elf", "shutdown()")
rproc.stop()
assert (rproc.state(), rig.state(), ept.is_ready()) == (RemoteProc.OFFLINE, "offline", False)
rig.says(rig.error(ept.send, "x"), "EPIPE", "core 0 stopped")
rproc.stop()

# In each life a new channel, with the same names in /dev and in /sys.
before = rig.left()
for i in range(REPEAT):
    rproc.start()
    ept.wait_ready(rig.LIMIT_MS)
    message = b"%d" % i
    ept.send(message)
    assert ept.recv(timeout=rig.LIMIT_MS) == message
    rproc.stop()
assert rig.left() == before, (rig.left(), before)

# One that another program runs.
rig.write(rig.CORE + "state", "start")
assert rproc.state() == RemoteProc.RUNNING
ept.wait_ready(rig.LIMIT_MS)
rproc.shutdown()
assert rig.state() == "offline"
rig.write(rig.CORE + "state", "start")
rig.says(rig.error(RemoteProc, "virtual_uart.elf", core=core), "EBUSY", "another program", "attach()")
with openamp.Endpoint("vuart-channel") as ept, RemoteProc.attach(core) as rproc:
    ept.wait_ready(rig.LIMIT_MS)
    ept.send("attached")
    assert ept.recv(timeout=rig.LIMIT_MS) == b"attached"
assert rig.state() == "offline"
rig.says(rig.error(RemoteProc.attach, core), "ENODEV", "no firmware runs")
