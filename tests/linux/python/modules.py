# One of the kernel's modules is missing: which, is said.
import sys

import rig
import openamp
from openamp import RemoteProc

missing = sys.argv[1]
ept = openamp.Endpoint("vuart-channel")
if missing == "driver":
    rig.says(rig.error(RemoteProc, "virtual_uart.elf"), "ENODEV", "/sys/class/remoteproc/remoteproc0")
    sys.exit()
rproc = RemoteProc("virtual_uart.elf")
if missing == "virtio_rpmsg_bus":
    rig.says(rig.error(rproc.start), "ENODEV", "modprobe virtio_rpmsg_bus")
    assert rig.state() == "offline"
    sys.exit()
rproc.start()
if missing == "rpmsg_char":
    rig.says(rig.error(ept.wait_ready, 100), "ETIMEDOUT", "modprobe rpmsg_char")
else:
    ept.wait_ready(rig.LIMIT_MS)
rig.says(rig.error(openamp.Endpoint, "x", dest=0x400), "ENODEV", "modprobe rpmsg_ctrl")
rproc.shutdown()
