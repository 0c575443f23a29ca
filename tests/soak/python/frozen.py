# A core that stands still: send() waits, or says ETIMEDOUT, and all goes on by itself afterwards.
import openamp, os, time
from support import Box, boot, core_pids, fill, outcome, own_pid, wait


def signal_core(name):
    for pid in core_pids():
        os.system("kill -%s %d" % (name, pid))


box = Box("vuart-channel")
rproc = boot()
wait(box.ept.is_ready)
for life in range(3):
    signal_core("STOP")
    n = fill(box.ept)
    print(n > 0, box.ept.is_ready(), outcome(box.ept.send, "a", timeout=50))
    before = len(box.got)
    pid = core_pids()[0]
    os.system("(sleep 0.2; kill -CONT %d) &" % pid)
    print(box.ept.send("waits until it goes on"))
    box.wait(before + n + 1)
    print(len(box.got) == before + n + 1, box.ask("normal"))
    # For good: stop() and start() help.
    signal_core("STOP")
    fill(box.ept)
    rproc.stop()
    rproc.start()
    wait(box.ept.is_ready)
    print(box.ask("another life"))
