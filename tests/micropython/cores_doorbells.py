# Doorbells of several cores come while this thread is inside one atomic section, where it waits for
# the heap until a collection has stopped every thread: each core is heard all the same.
import _thread, gc, openamp, time
from support import BOUND_MS, wait

CORES = 8
ROUNDS = 20
THREADS = 4
answers = [0] * CORES
stop = False
stopped = [False] * THREADS


def work(number):
    while not stop:
        if number == 0:
            gc.collect()
    stopped[number] = True


def receiver(core):
    def callback(src, data):
        answers[core] += 1

    return callback


def ask(rounds):
    for n in range(1, rounds + 1):
        for ept in epts:
            ept.send("%d" % n)
        start = time.ticks_ms()
        while answers != [n] * CORES:
            bytearray(300)
            if time.ticks_diff(time.ticks_ms(), start) > BOUND_MS:
                return "no answer: %s in round %d" % (answers, n)
    return answers


procs = [openamp.RemoteProc("virtual_uart.elf", core=core) for core in range(CORES)]
epts = [openamp.Endpoint("vuart-channel", receiver(core), remote=core) for core in range(CORES)]
for rproc in procs:
    rproc.start()
wait(lambda: all(ept.is_ready() for ept in epts), "eight services")
for number in range(THREADS):
    _thread.start_new_thread(work, (number,))
print(ask(ROUNDS))
stop = True
wait(lambda: all(stopped), "the end of the threads")
for rproc in procs:
    rproc.shutdown()
