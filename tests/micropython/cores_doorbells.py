# One signal may stand for the doorbells of several cores, and may come while the interpreter
# is inside an atomic section: each core is heard all the same.
import gc, openamp
from support import wait

CORES = (0, 3)
ROUNDS = 3000
answers = [0, 0]


def receiver(number):
    def callback(src, data):
        answers[number] += 1

    return callback


procs = [openamp.RemoteProc("virtual_uart.elf", core=core) for core in CORES]
epts = [openamp.Endpoint("vuart-channel", receiver(n), remote=procs[n]) for n in range(2)]
for rproc in procs:
    rproc.start()
wait(lambda: all(ept.is_ready() for ept in epts), "both services")
for n in range(1, ROUNDS + 1):
    for ept in epts:
        ept.send("%d" % n)
    spins = 0
    while answers != [n, n]:
        bytearray(300)  # the heap has its atomic sections
        spins += 1
        if spins > 3000000:
            raise RuntimeError("no answer: %s in round %d" % (answers, n))
print(answers)
for rproc in procs:
    rproc.shutdown()
