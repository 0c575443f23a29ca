# time.sleep_us() runs no callbacks, and doorbells do not cut it short; Ctrl-C does.
from support import boot_box, own_pid
import os, time

rproc, box = boot_box()
for us in (100, 500000):
    for _ in range(40):
        box.ept.send("ring")
    start = time.ticks_us()
    time.sleep_us(us)
    print(time.ticks_diff(time.ticks_us(), start) >= us)
box.wait(80)
print(len(box.got))

os.system("(sleep 0.3; kill -INT %s) &" % own_pid())
start = time.ticks_ms()
try:
    for _ in range(2):
        time.sleep_us(20000000)
except KeyboardInterrupt:
    print("KeyboardInterrupt", time.ticks_diff(time.ticks_ms(), start) < 15000)
