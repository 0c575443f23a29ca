# An ordinary user: the rule for udev gives the nodes to a group, and the core is root's.
import sys

import rig
import openamp
from openamp import RemoteProc

if sys.argv[1] == "none":  # without the rule
    rig.says(rig.error(openamp.Endpoint, "x", dest=0x400), "EACCES", "/dev/rpmsg_ctrl0", "udev rule")
    sys.exit()
if sys.argv[1] == "raw":  # by its name: the kernel has made a file of this one
    got = []
    ept = openamp.Endpoint("rpmsg-raw", lambda src, data: got.append(bytes(data)))
    ept.wait_ready(rig.LIMIT_MS)
    for size in range(0, ept.mtu + 1, 31):
        ept.send(bytes(size))
        rig.wait(lambda: len(got) == 1, "the echo")
        assert got.pop() == bytes(size)
    rig.write("/tmp/heard", "stop\n")  # root stops the core, and starts it again
    rig.wait(lambda: not ept.is_ready(), "the end")
    rig.wait(ept.is_ready, "the next life")
    ept.send("again")
    rig.wait(lambda: got == [b"again"], "the echo in the next life")
    ept.deinit()
    with openamp.Endpoint("rpmsg-raw") as ept:
        ept.wait_ready(rig.LIMIT_MS)
        ept.send("once more")
        assert ept.recv(timeout=rig.LIMIT_MS) == b"once more"
    terminal = openamp.Endpoint("rpmsg-tty")
    rig.says(rig.error(terminal.wait_ready, 1), "ETIMEDOUT", "rpmsg-tty: a driver of the kernel's own")
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
