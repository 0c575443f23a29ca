# While send() waits, scheduled work runs: here it stops the core, or is Ctrl-C.
import micropython, os
from support import boot_box, freeze, outcome, own_pid, wait

rproc, box = boot_box("test_crash.elf", "test-crash")
freeze(box)
micropython.schedule(lambda _: rproc.stop(), None)
print(outcome(box.ept.send, "stopped while waiting"))

rproc.start()
wait(box.ept.is_ready)
freeze(box)
os.system("(sleep 0.3; kill -INT %s) &" % own_pid())
try:
    box.ept.send("interrupted")
except KeyboardInterrupt:
    print("KeyboardInterrupt")
print(box.ept.is_ready(), box.ept.send("still no room", timeout=0))

rproc.stop()
rproc.start()
wait(box.ept.is_ready)
print(box.ask("normal again"))
