# Six cores flood while the scheduler's queue is full of the program's own functions: one ring of
# each core, one more turn of each, and the program has its turn.
import micropython, openamp, time
from support import wait

CORES = 6
COUNT = 20000
got = [0] * CORES
ran = []  # the program's functions, with the messages that had come before


def receiver(core):
    def callback(src, data):
        got[core] += 1
        for i in range(20):
            pass  # the core fills its ring sooner than this empties it

    return callback


def function(n):
    ran.append((n, list(got)))


def fill_queue():
    n = 0
    try:
        while True:
            micropython.schedule(function, n)
            n += 1
    except RuntimeError:
        return n


# As a callback, so that no message comes meanwhile.
def begin(fill_ms):
    global queued
    for ept in epts:
        ept.send("flood %d" % COUNT)
    time.sleep_ms(fill_ms)  # the rings fill; whether they did is looked at
    queued = fill_queue()


def turn(fill_ms):
    micropython.schedule(begin, fill_ms)
    while not ran:
        pass
    return list(got)


epts = [openamp.Endpoint("test-flood", receiver(core), remote=core) for core in range(CORES)]
procs = [openamp.RemoteProc("test_flood.elf", core=core) for core in range(CORES)]
for rproc in procs:
    rproc.start()
wait(lambda: all(ept.is_ready() for ept in epts), "six services")
fill_ms = 5
while True:
    before = list(got)
    at_turn = turn(fill_ms)
    counts = [at_turn[core] - before[core] for core in range(CORES)]
    ring = max(ran[0][1]) - max(before)
    wait(lambda: len(ran) == queued and min(got) == max(got) == before[0] + COUNT, "all")
    if min(counts) >= ring > 1 or fill_ms > 2000:
        break
    fill_ms *= 2  # a busy machine: not every core had filled its ring
    ran.clear()
print([n for n, counts in ran] == list(range(queued)))
print(min(counts) >= ring > 1)  # else nothing of this was tested
print(max(counts) <= 2 * ring or (ring, counts))
for rproc in procs:
    rproc.shutdown()
