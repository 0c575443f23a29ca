# Both sides send as fast as they can, the host from inside its callbacks.
from support import boot, outcome, wait
import openamp

COUNT = 2000
received = 0
wrong = 0
sent = 0
dead = 0
other = 0


def receive(src, data):
    global received, wrong, sent, dead, other
    wrong += int.from_bytes(data[:4], "little") != received
    received += 1
    result = outcome(ept.send, b"from inside the callback")
    if result == 24:
        sent += 1
    elif result == "OSError EDEADLK":
        dead += 1
    else:
        other += 1


ept = openamp.Endpoint("test-flood", receive)
rproc = boot("test_flood.elf")
wait(ept.is_ready)
ept.send("flood %d" % COUNT)
wait(lambda: received == COUNT, "the flood's end")
print(received, wrong, sent + dead == COUNT, other)
