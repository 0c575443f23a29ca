# An ordinary user: the rule for udev gives the nodes to a group, and the core is root's.
import sys

import rig
import openamp
from openamp import RemoteProc

if sys.argv[1] == "none":  # without the rule
    rig.says(rig.error(openamp.Endpoint, "x", dest=0x400), "EACCES", "/dev/rpmsg_ctrl0", "udev rule")
    sys.exit()
ept = openamp.Endpoint("vuart-channel", dest=0x400)
ept.wait_ready(rig.LIMIT_MS)  # until udev has said who may open its node
ept.send("hello")
assert ept.recv(timeout=rig.LIMIT_MS) == b"hello"
rproc = RemoteProc.attach()
assert rproc.state() == RemoteProc.RUNNING
rig.says(rig.error(rproc.stop), "EACCES", "no permission to stop it")
rig.says(rig.error(rproc.trace), "EOPNOTSUPP", "root")
named = openamp.Endpoint("vuart-channel")
rig.says(rig.error(named.wait_ready, 1), "ETIMEDOUT", "no permission", "rpmsg-raw")
rig.says(rig.error(RemoteProc, "virtual_uart.elf"), "EBUSY", "core 0 runs")
assert rig.state() == "running"
