# A send that waits inside a callback ends when the core dies, is interrupted, or time is up.
import os
from support import core_pids, fill, outcome, own_pid, quiet, wait
import openamp, time

results = []


def receive(src, data):
    fill(ept)  # "frozen": nothing makes room any more
    os.system("(sleep 0.3; %s) &" % command)
    start = time.ticks_ms()
    try:
        results.append(outcome(ept.send, "for ever", timeout=timeout))
    finally:
        results.append(time.ticks_diff(time.ticks_ms(), start) < 15000)


ept = openamp.Endpoint("test-crash", receive)
rproc = quiet(openamp.RemoteProc("test_crash.elf"))
for case in ("kill", "interrupt", "time"):
    rproc.start()
    wait(ept.is_ready)
    command = {
        "kill": "kill -9 %d" % core_pids()[0],
        "interrupt": "kill -INT %s" % own_pid(),
        "time": "true",
    }[case]
    timeout = 50 if case == "time" else -1
    try:
        ept.send("freeze")
        wait(lambda: results and results[-1] is True, "the end of the callback")
    except KeyboardInterrupt:
        print("KeyboardInterrupt")
    print(case, results, ept.is_ready())
    results.clear()
    rproc.stop()
