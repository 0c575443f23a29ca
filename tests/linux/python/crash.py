# A core that dies: it stays so until the program acts; or the kernel brings it back; its dump.
import sys

import rig
import openamp
from openamp import RemoteProc

REASON = sys.argv[1]  # what the driver calls it
crashes = []


def note(rproc):
    crashes.append(rproc.reason())


def prepare(handler=note, recovery="disabled", image="test_crash.elf"):
    rig.write(rig.CORE + "recovery", "enabled")
    del crashes[:]
    rproc = RemoteProc(image)
    rproc.irq(handler, RemoteProc.IRQ_CRASHED)
    rproc.start()
    assert rig.read(rig.CORE + "recovery") == "disabled"  # it is the program's core now
    rig.write(rig.CORE + "recovery", recovery)
    return rproc


def crash(kind, unread=True):
    seen = len(crashes)
    ept.wait_ready(rig.LIMIT_MS)
    ept.send("unread")
    rig.wait(lambda: ept.any() == 1, "a message")
    ept.send(kind)
    rig.wait(lambda: len(crashes) > seen, "the crash")
    if unread:
        assert ept.recv(timeout=rig.LIMIT_MS) == b"unread"


def alive():
    rig.wait(ept.is_ready, "the next life")
    ept.send("alive")
    while ept.recv(timeout=rig.LIMIT_MS) != b"alive":
        pass  # what the last life has sent stays, where the program did not begin this one


# As everywhere: crashed until the program acts.
ept = openamp.Endpoint("test-crash")
rproc = prepare()
crash("segv")
assert (rproc.state(), rig.state(), ept.is_ready()) == (RemoteProc.CRASHED, "crashed", False)
assert crashes == [REASON], crashes
rig.says(rig.error(ept.recv), "EPIPE", "crashed: " + REASON)
rig.says(rig.error(ept.send, "x"), "EPIPE", "crashed: " + REASON)
rig.says(rproc.trace(), "test_crash")
rproc.start()
alive()
crash("exit 3")
rproc.stop()
assert rig.state() == "offline", rig.state()
assert rig.read(rig.CORE + "recovery") == "enabled"  # as it was

# The dump, which the kernel makes on the way out.
rproc.start()
crash("segv")
rproc.coredump("/tmp/core")
with open("/tmp/core", "rb") as f:
    assert f.read(4) == b"\x7fELF"
assert rproc.state() == RemoteProc.CRASHED
rproc.start()
alive()
rig.says(rig.error(rproc.coredump, "/tmp/core"), "EOPNOTSUPP", "no dump")
rproc.shutdown()
assert rig.state() == "offline"

# A restart policy in three lines.
ept = openamp.Endpoint("test-crash")
lives = []


def restart(rproc):
    note(rproc)
    rproc.start()
    lives.append(rproc.state())


rproc = prepare(restart)
for i in range(3):
    crash("segv", unread=False)
    alive()
assert lives == [RemoteProc.RUNNING] * 3
rproc.shutdown()

# The same program where the kernel brings the core back itself.
ept = openamp.Endpoint("test-crash")
del lives[:]
rproc = prepare(restart, "enabled")
for i in range(3):
    crash("segv", unread=False)
    alive()
rig.says(crashes[0], REASON, "the kernel starts it again, until stop()")
assert lives == [RemoteProc.RUNNING] * 3 and len(crashes) == 3
rproc.shutdown()
assert rig.state() == "offline"

# What a watchdog of the program's own says.
ept = openamp.Endpoint("test-crash")
rproc = prepare()
ept.wait_ready(rig.LIMIT_MS)
rproc.report_crash("no heartbeat")
assert (rproc.reason(), rproc.state()) == ("no heartbeat", RemoteProc.CRASHED)
rig.wait(lambda: crashes, "the handler")
assert crashes == ["no heartbeat"], crashes
rproc.start()
alive()
rproc.shutdown()

# And where the kernel brings the core back: what happens in the next life is told as well.
rproc = prepare(note, "enabled")
ept = openamp.Endpoint("test-crash")
ept.wait_ready(rig.LIMIT_MS)
rproc.report_crash("no heartbeat")
rig.wait(lambda: crashes, "the handler")
alive()
crash("segv", unread=False)
assert len(crashes) == 2, crashes
rig.says(crashes[1], REASON)
rproc.shutdown()

# Firmware that dies at once, in the kernel's endless recovery.
rproc = prepare(note, "enabled", "test_crash_ready.elf")
rig.wait(lambda: len(crashes) >= 3, "crashes")
rig.says(crashes[-1], "times", "the kernel starts it again, until stop()")
rproc.stop()
assert rig.state() == "offline", rig.state()
rproc.shutdown()
