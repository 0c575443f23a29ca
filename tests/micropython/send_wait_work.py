# While send() waits, scheduled work runs: here it stops the core, or is Ctrl-C.
import micropython, os
from support import boot_box, outcome, own_pid, wait

rproc, box = boot_box("test_crash.elf", "test-crash")


def fill():
    box.ept.send("spin")
    while box.ept.send("fill", timeout=0) >= 0:
        pass


fill()
micropython.schedule(lambda _: rproc.stop(), None)
print(outcome(box.ept.send, "stopped while waiting"))

rproc.start()
wait(box.ept.is_ready)
fill()
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
