# Another thread collects the RemoteProc that this one lost, while its core runs: this one stops
# the core and closes its endpoints, at the next scheduled work or in the next RemoteProc().
import _thread, gc, openamp
from support import Box, boot, clobber, core_pids, outcome, wait

stop = False
stopped = False


def collect():
    global stopped
    while not stop:
        gc.collect()
    stopped = True


def lost():
    box = Box("vuart-channel")
    rproc = boot()
    wait(box.ept.is_ready)
    box.ask("before")
    return box


def rounds(count):
    closed = 0
    for i in range(count):
        box = lost()
        clobber()
        closed += i & 1 and outcome(boot().shutdown) is None
        if not i & 1:
            wait(lambda: not core_pids())
        closed += outcome(box.ept.send, "closed") == "OSError ENOTCONN"
    return closed


_thread.start_new_thread(collect, ())
print(rounds(40))
stop = True
wait(lambda: stopped)
