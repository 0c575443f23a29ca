# A channel that another program holds.
import rig
import openamp
from openamp import RemoteProc

rproc = RemoteProc.attach()
ept = openamp.Endpoint("vuart-channel")
rig.says(rig.error(ept.wait_ready, 100), "ETIMEDOUT", "another program has this channel")
given = openamp.Endpoint("given", dest=0x400)  # each has its own
given.send("hello")
assert given.recv(timeout=rig.LIMIT_MS) == b"hello"
