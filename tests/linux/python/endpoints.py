# Channels and endpoints, and what is left when they are closed.
import rig
import openamp
from openamp import RemoteProc

services = []
openamp.new_service_callback(lambda src, name: services.append((src, name)))
early = openamp.Endpoint("early", dest=0x400)  # an address needs no announcement
rproc = RemoteProc("test_services.elf")
rproc.start()
empty = rig.left()
rig.wait(lambda: len(services) >= 5, "announcements")
assert sorted(name for src, name in services)[:4] == ["svc-0", "svc-1", "svc-2", "svc-3"], services
address = {name: src for src, name in services}

# By name, by address, several to one service: each has an address and a node of its own.
named = openamp.Endpoint("svc-0")
assert named.is_ready() and named.dest == address["svc-0"]
given = [openamp.Endpoint("given %d" % i, dest=address["svc-1"]) for i in range(8)]
assert all(e.is_ready() for e in given) and len({e.src for e in given}) == 8
for i, e in enumerate([named] + given):
    e.send("hello")
    assert e.recv(timeout=rig.LIMIT_MS) == (b"1hello" if i else b"0hello")
assert early.is_ready()
chosen = openamp.Endpoint("chosen", src=0x777, dest=address["svc-2"])
chosen.send("x")
assert chosen.recv(timeout=rig.LIMIT_MS) == b"2x" and chosen.src == 0x777
rig.says(rig.error(openamp.Endpoint, "again", src=0x777, dest=5), "EADDRINUSE", "0x777")

# Withdrawn, and announced again: the same endpoint.
control = openamp.Endpoint("test-services")
control.send("withdraw 0")
assert control.recv(timeout=rig.LIMIT_MS) == b"done"
rig.wait(lambda: not named.is_ready(), "the withdrawal")
rig.says(rig.error(named.send, "x"), "ENOTCONN", "svc-0 is not bound")
control.send("announce 0")
assert control.recv(timeout=rig.LIMIT_MS) == b"done"
named.wait_ready(rig.LIMIT_MS)
named.send("back")
assert named.recv(timeout=rig.LIMIT_MS) == b"0back"

# One that waits is given what becomes free; a channel that was given back can be had again.
waiting = openamp.Endpoint("svc-0")
assert not waiting.is_ready()
named.deinit()
assert waiting.is_ready()
waiting.send("mine")
assert waiting.recv(timeout=rig.LIMIT_MS) == b"0mine"

for e in given + [waiting, chosen, control, early]:
    e.deinit()
files, nodes, bound = rig.left()
assert (nodes, bound) == (["rpmsg_ctrl0"], []), (nodes, bound)
rproc.shutdown()
