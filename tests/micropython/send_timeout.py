# A core that takes no messages: timeouts, and the default wait that its death ends.
import os, time
from support import boot_box, core_pids, freeze, outcome, wait

rproc, box = boot_box("test_crash.elf", "test-crash")
print(box.ask("alive"))
print(freeze(box))
result = box.ept.send("none", timeout=0)
print(type(result), result)

for ms in (1, 50):
    start = time.ticks_ms()
    print(outcome(box.ept.send, "late", timeout=ms))
    print(time.ticks_diff(time.ticks_ms(), start) >= ms)
print(outcome(box.ept.send, "x" * 497, timeout=0), "before there is room")

# Dies while we wait.
os.system("(sleep 0.3; kill -9 %d) &" % core_pids()[0])
print(outcome(box.ept.send, "for ever"))
print(box.ept.is_ready(), outcome(box.ept.send, "after"))

# The same with a bound that is far away, and a stop from inside the wait.
rproc.start()
wait(box.ept.is_ready)
freeze(box)
os.system("(sleep 0.3; kill -9 %d) &" % core_pids()[0])
print(outcome(box.ept.send, "for long", timeout=1000000))
