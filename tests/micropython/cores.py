# Sixteen cores at once, each with an endpoint of the same name: its own rings, addresses,
# services, life and death.
import gc, openamp
from support import outcome, wait

CORES = 16
got = [[] for core in range(CORES)]


def receiver(core):
    return lambda src, data: got[core].append(bytes(data))


procs = []
epts = []
for core in range(CORES):
    # By its number before there is a RemoteProc, and by that.
    early = openamp.Endpoint("vuart-channel", receiver(core), remote=core) if core % 2 else None
    procs.append(openamp.RemoteProc("virtual_uart.elf", core=core))
    epts.append(early or openamp.Endpoint("vuart-channel", receiver(core), remote=procs[core]))
    procs[core].start()
wait(lambda: all(ept.is_ready() for ept in epts), "sixteen services")

for n in range(50):
    for core in range(CORES):
        epts[core].send("%d from %d" % (n, core))
wait(lambda: sum(len(messages) for messages in got) == 50 * CORES, "the answers")
print(all(got[c] == [b"%d from %d" % (n, c) for n in range(50)] for c in range(CORES)))

# One stops, and no other hears of it.
procs[5].stop()
print([core for core in range(CORES) if not epts[core].is_ready()])
print(outcome(epts[5].send, "x"))
procs[5].start()
wait(epts[5].is_ready, "core 5 again")
# One is shut down: what was bound to it is closed, and no other is.
procs[3].shutdown()
gc.collect()
print([core for core in range(CORES) if not epts[core].is_ready()])
print(outcome(epts[3].send, "x"), outcome(procs[3].start))
print(outcome(epts[4].send, "x"))

# A core is busy for itself only.
print(outcome(openamp.RemoteProc, "virtual_uart.elf", core=4))
openamp.RemoteProc("virtual_uart.elf", core=3)

# No such core, or nothing that is one.
for core in (CORES, -1, 1 << 20):
    print(outcome(openamp.RemoteProc, "virtual_uart.elf", core=core))
    print(outcome(openamp.Endpoint, "x", remote=core))
print(outcome(openamp.RemoteProc, "virtual_uart.elf", core="3"))
print(outcome(openamp.Endpoint, "x", remote="3"))
print(outcome(openamp.RemoteProc, "virtual_uart.elf", 3))
for rproc in procs[:3] + procs[4:]:
    rproc.shutdown()
