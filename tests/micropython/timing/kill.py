# How long it takes until a core killed from outside is seen as crashed.  Not a
# test of the gate: run it on a quiet machine.  The bound is 50 ms.
import os, sys, time

sys.path.insert(0, sys.path[0] + "/..")
from support import boot_box, core_pids, wait

rproc, box = boot_box()
times = []
for _ in range(50):
    pid = core_pids()[0]
    start = time.ticks_us()
    os.system("kill -9 %d" % pid)
    while box.ept.is_ready():
        time.sleep_ms(1)
    times.append(time.ticks_diff(time.ticks_us(), start))
    rproc.start()
    wait(box.ept.is_ready)
times.sort()
print("kill to crashed, with the kill command itself: median %d us, longest %d us" % (times[25], times[-1]))
