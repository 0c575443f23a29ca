# Floods from both sides on rings of 2, 4 and 64 buffers: progress or EDEADLK, never a hang.
import openamp, os
from support import outcome, wait, with_rings

COUNT = 300


def receive(src, data):
    global received, wrong, good, dead, other
    wrong += int.from_bytes(data[:4], "little") != received
    received += 1
    for _ in range(3):
        result = outcome(ept.send, b"from inside")
        good += result == 11
        dead += result == "OSError EDEADLK"
        other += result not in (11, "OSError EDEADLK")


ept = openamp.Endpoint("test-flood", receive)
for rings in (2, 4, 64):
    received = wrong = good = dead = other = 0
    path = with_rings("test_flood.elf", rings)
    rproc = openamp.RemoteProc(path)
    rproc.start()
    wait(ept.is_ready)
    ept.send("flood %d" % COUNT)
    while received < COUNT:
        ept.send(b"from outside")
    print(rings, received, wrong, good + dead == 3 * COUNT, other)
    rproc.stop()
    os.unlink(path)
