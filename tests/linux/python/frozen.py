# A core that takes nothing any more, to which Linux has announced a channel: on the way out the
# kernel waits 15 s to take that back, and may not be disturbed by a signal.
import time

import rig
import openamp
from openamp import RemoteProc

rproc = RemoteProc.attach()
ept = openamp.Endpoint("test-crash")
ept.wait_ready(rig.LIMIT_MS)
ept.send("freeze")
assert ept.recv(timeout=rig.LIMIT_MS) == b"frozen"
while ept.send("x", timeout=0) > 0:
    pass
start = time.ticks_ms()
try:
    rproc.stop()
    rig.wait(lambda: False, "Ctrl-C, which came meanwhile")
except KeyboardInterrupt:
    pass
took = time.ticks_diff(time.ticks_ms(), start)
assert 14000 < took < 40000, took
assert (rproc.state(), rig.state()) == (RemoteProc.OFFLINE, "offline")
rig.says(rproc.reason(), "15 s for each channel that Linux has announced")
rproc.shutdown()
with openamp.Endpoint("test-crash") as ept, RemoteProc("test_crash.elf") as rproc:
    rproc.start()  # it is as good as new
    ept.wait_ready(rig.LIMIT_MS)
    ept.send("alive")
    assert ept.recv(timeout=rig.LIMIT_MS) == b"alive"
    assert rproc.reason() is None
assert rig.state() == "offline"
