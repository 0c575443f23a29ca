# SIGKILL from outside is seen as a crash, and the core starts again.
import time
from support import boot_box, core_pids, kill_core, wait

rproc, box = boot_box()
for _ in range(5):
    print(box.ask("alive"), len(core_pids()))
    start = time.ticks_ms()
    kill_core()
    while box.ept.is_ready():
        time.sleep_ms(1)
    # 50 ms on a quiet machine: timing/kill.py.
    print(time.ticks_diff(time.ticks_ms(), start) < 1000, len(core_pids()))
    rproc.start()
    wait(box.ept.is_ready)
