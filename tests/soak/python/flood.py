# Both sides send two messages from their receive callbacks for each that comes, and the program sends
# as well, on rings of 2, 4 and 64 buffers: progress or EDEADLK, never a hang.
# The last time the callbacks also fill the scheduler's queue.  FLOOD_SECONDS: for each size of ring.
import micropython, openamp, os, time
from support import outcome, wait, with_rings

seconds = int(os.getenv("FLOOD_SECONDS") or "2")
BOUND_MS = 10000  # a hang: nothing at all for so long


def nothing(_):
    pass


def receive(src, data):
    global received, wrong, good, dead, other, theirs
    wrong += int.from_bytes(data[:4], "little") != received
    theirs = int.from_bytes(data[4:8], "little"), int.from_bytes(data[8:12], "little")
    received += 1
    for _ in range(filling):
        outcome(micropython.schedule, nothing, None)
    for _ in range(2):
        count(outcome(ept.send, b"from inside"))


def count(result):
    global good, dead, other, longest, last
    good += result == 11
    dead += result == "OSError EDEADLK"
    other += result not in (11, "OSError EDEADLK", "OSError ETIMEDOUT")
    now = time.ticks_ms()
    longest = max(longest, time.ticks_diff(now, last))
    last = now


ept = openamp.Endpoint("test-storm", receive)
for rings, filling in ((2, 0), (4, 0), (64, 0), (2, 20)):
    received = wrong = good = dead = other = longest = 0
    theirs = 0, 0
    path = with_rings("test_storm.elf", rings)
    rproc = openamp.RemoteProc(path)
    rproc.start()
    wait(ept.is_ready)
    start = last = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), start) < seconds * 1000:
        count(outcome(ept.send, b"and outside", timeout=BOUND_MS))
    # It ends when nobody sends any more: what is under way is finite.
    rproc.stop()
    print(rings, received > 0, theirs[0] > 0, good > 0, wrong, other, longest < BOUND_MS)
    print(
        "# rings of %d, %d s: %d messages received, %d sent, %d EDEADLK; there %d received, "
        "%d EDEADLK; longest time without either %d ms"
        % (rings, seconds, received, good, dead, theirs[0], theirs[1], longest)
    )
    os.unlink(path)
