# A fault of core 1 is noticed, and the core restarts; so it does when it will not be interrupted.
from support import boot_box, core_pids, outcome, wait

rproc, box = boot_box("test_fault.elf", "test-fault")
for way in ("bus", "undefined", "stack", "jump", "exit 3"):
    print(way, box.ask("alive"))
    box.ept.send(way)
    wait(lambda: not box.ept.is_ready(), "its death")
    print(outcome(box.ept.send, "a"), len(core_pids()))
    rproc.start()
    wait(box.ept.is_ready)

for way in ("spin", "masked spin", "masked sleep", "handler spin", "nested spin", "user spin"):
    print(way, box.ask("alive"))
    box.ept.send(way)
    rproc.stop()
    print(box.ept.is_ready(), len(core_pids()))
    rproc.start()
    wait(box.ept.is_ready)
print(box.ask("alive"))
