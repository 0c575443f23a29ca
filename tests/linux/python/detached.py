# A core that a boot loader has started, and that the kernel is not attached to yet.
import sys

import rig
import openamp
from openamp import RemoteProc

assert rig.state() == "detached"
ept = openamp.Endpoint("vuart-channel")
if sys.argv[1] == "attach":
    rproc = RemoteProc.attach()
else:
    rproc = RemoteProc(0x10200000)  # which address, only the boot loader knows
    rproc.start()
assert (rproc.state(), rig.state()) == (RemoteProc.RUNNING, "attached")
ept.wait_ready(rig.LIMIT_MS)
for i in range(100):
    ept.send(b"%d" % i)
    assert ept.recv(timeout=rig.LIMIT_MS) == b"%d" % i
rig.says(rig.error(rproc.start), "EBUSY", "core 0 is running")
rproc.shutdown()
assert rig.state() == "offline"
