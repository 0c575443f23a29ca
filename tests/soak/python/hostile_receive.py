# The firmware that attacks at full speed, against a program that receives without callbacks: it keeps
# messages, reads streams and fills buffers.  No crash, no hang, errors are OSError or the ValueError
# of a void object, nothing is longer than a message, and the next life is normal.
import gc, openamp, os, select, time
from support import Box, boot, outcome, quiet, wait

lives = int(os.getenv("HOSTILE_LIVES_PYTHON") or "40")
seed = int(os.getenv("SOAK_SEED") or "1")
wrong = []
seen = {}
taken = 0


def rnd(n):
    global seed
    seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
    return (seed >> 8) % n


def note(result):
    global taken
    if isinstance(result, (bytes, tuple, int)):
        data = result[0] if isinstance(result, tuple) else result
        if isinstance(data, bytes):
            taken += 1
            if len(data) > 64 * 496 or sum(data) < 0:
                wrong.append(len(data))
        result = type(data).__name__
    if result not in ALLOWED:
        wrong.append(result)
    seen[result] = seen.get(result, 0) + 1


ALLOWED = ("bytes", "int", None, "ValueError")
ALLOWED += ("OSError EPIPE", "OSError ENOTCONN", "OSError EDEADLK", "OSError ETIMEDOUT", "OSError EMSGSIZE")
buf = bytearray(100)
held = []  # message and buffer objects, of this session and of former ones
views = []


def keep(o):
    if hasattr(o, "cancel") or hasattr(o, "release"):
        held.append(o)
        views.append(outcome(memoryview, o))
        return None
    return o


def use_kept():
    o = held[rnd(len(held))]
    note(outcome(bytes, o))
    note(outcome(lambda: o[0]) if outcome(len, o) != 0 else None)


def let_go():
    i = rnd(len(held))
    o = held.pop(i)
    if hasattr(o, "release"):
        note(outcome(o.release))
    elif rnd(2):
        note(outcome(o.send, rnd(500)))
    else:
        note(outcome(o.cancel))
    view = views.pop(i)
    if isinstance(view, memoryview):
        sum(view)


def act(ept):
    what = rnd(12)
    if what < 2:
        note(outcome(ept.recv, timeout=rnd(3)))
    elif what == 2:
        note(outcome(ept.recvfrom, timeout=0))
    elif what == 3:
        note(outcome(ept.recvinto, buf, timeout=0))
    elif what == 4:
        note(keep(outcome(ept.hold, timeout=0)))
    elif what == 5:
        note(outcome(ept.read, 1 + rnd(1000)))
    elif what == 6:
        note(outcome(ept.readline))
    elif what == 7:
        note(outcome(ept.write, b"x" * rnd(600)))
    elif what == 8:
        note(keep(outcome(ept.send_buffer, timeout=0)))
    elif what == 9:
        note(outcome(ept.send, b"x" * rnd(497), timeout=0))
    elif what == 10:
        poll.poll(0)
        note(ept.any())
    if held:
        use_kept() if rnd(3) and len(held) < 12 else let_go()


def new_endpoint(i):
    ept = openamp.Endpoint("h-%d" % i, eof=i % 2 == 0, timeout=i % 3)
    poll.register(ept, select.POLLIN | select.POLLOUT)
    return ept


poll = select.poll()
epts = [new_endpoint(i) for i in range(4)]
control = openamp.Endpoint("test-hostile")
rproc = quiet(openamp.RemoteProc("test_hostile.elf"))
for life in range(lives):
    rproc.start()
    control.wait_ready(20000)
    control.send("attack %d" % (life * 1000003 % 999999 * 10 + life % 10))
    start = time.ticks_ms()
    steps = 0
    while steps < 50 or time.ticks_diff(time.ticks_ms(), start) < 20:
        steps += 1
        act((epts + [control])[rnd(5)])
        if steps % 64 == 0:
            gc.collect()
        if rnd(200) == 0:
            i = rnd(4)
            poll.unregister(epts[i])
            epts[i].deinit()
            epts[i] = new_endpoint(i)
        if rproc.state() != rproc.RUNNING:
            break
    rproc.stop()
    if control.is_ready() or any(e.any() for e in epts):
        wrong.append("alive after stop")

while held:
    let_go()
for ept in epts + [control]:
    stats = ept.stats()
    if stats.queued or stats.held:
        wrong.append(stats)
    ept.deinit()
rproc.shutdown()
box = Box("vuart-channel")
rproc = boot()
wait(box.ept.is_ready)
print(wrong[:5], taken > lives, box.ask("normal"))
print("# %d lives: %s" % (lives, sorted(seen.items(), key=str)))
rproc.shutdown()
