# More cores flood than the scheduler's queue has places: every message arrives, and the
# program has its turns.
import openamp
from support import wait

CORES = 8
COUNT = 30000
got = [0] * CORES
wrong = []


def receiver(core):
    def callback(src, data):
        if int.from_bytes(data[:4], "little") != got[core]:
            wrong.append((core, got[core]))
        got[core] += 1

    return callback


procs = [openamp.RemoteProc("test_flood.elf", core=core) for core in range(CORES)]
epts = [openamp.Endpoint("test-flood", receiver(core), remote=core) for core in range(CORES)]
for rproc in procs:
    rproc.start()
wait(lambda: all(ept.is_ready() for ept in epts), "eight services")
for ept in epts:
    ept.send("flood %d" % COUNT)
turns = 0
while sum(got) < CORES * COUNT and turns < 100000000:
    turns += 1
print(got, wrong)
# One ring of each core at most between two turns; but what comes while the floods are asked for
# has none, and on a busy machine that is nearly all.
print(turns >= COUNT // 1024)
for rproc in procs:
    rproc.shutdown()
