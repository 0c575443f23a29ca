# Two remote cores at once.  Each has its own rings, endpoints, services and
# life: choose above the picture which one is shown, crash or freeze it, and see
# that the other does not notice.
import openamp, time

rprocs = [
    openamp.RemoteProc("virtual_uart.elf", core=0),
    openamp.RemoteProc("virtual_uart.elf", core=1),
]
answers = [0, 0]


def counter(core):
    def on_answer(src, data):
        answers[core] += 1

    return on_answer


# The same name on both: `remote=` says whose service is meant.
epts = [openamp.Endpoint("vuart-channel", counter(n), remote=rprocs[n]) for n in range(2)]
for rproc in rprocs:
    rproc.start()

sent = 0
lost = [0, 0]  # attempts to reach a core that is not ready
while True:
    time.sleep_ms(50)
    core = sent % 2
    sent += 1
    try:
        epts[core].send("message %d for core %d" % (sent, core), timeout=0)
    except OSError as e:
        lost[core] += 1
        print("core", core, "was not reached:", e)
        if lost[core] % 20 == 0:
            print("starting core", core, "again")
            rprocs[core].stop()
            rprocs[core].start()
    if sent % 40 == 0:
        print("answers of core 0:", answers[0], "and of core 1:", answers[1])
