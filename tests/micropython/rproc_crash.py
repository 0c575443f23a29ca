# A core that dies, before, during and after the handshake: noticed, reported, restarted.
import openamp
from support import Box, boot_box, core_pids, kill_core, outcome, quiet, wait

# Before and during: start() succeeds, or the core is already dead; nothing else happens.
for name in ("test_crash_reset.elf", "test_crash_ready.elf"):
    box = Box("test-crash")
    rproc = quiet(openamp.RemoteProc(name))
    print(name, rproc.start())
    wait(lambda: not core_pids(), "its death")
    wait(lambda: outcome(box.ept.send, "a", dest=1024) == "OSError EPIPE", "EPIPE")
    print(box.ept.is_ready(), outcome(box.ept.send, "a"))
    print(rproc.start())
    wait(lambda: not core_pids(), "its death")
    print(rproc.stop(), rproc.shutdown())
    box.ept.deinit()

# After: by its own fault, by its own exit, and killed.
rproc, box = boot_box("test_crash.elf", "test-crash")
for command in ("segv", "ill", "exit 0", "exit 3", "kill"):
    print(command, box.ask("alive"))
    if command == "kill":
        kill_core()
    else:
        box.ept.send(command)
    wait(lambda: not box.ept.is_ready(), "its death")
    print(outcome(box.ept.send, "a"), len(core_pids()))
    rproc.start()
    wait(box.ept.is_ready)

# A crashed one can be stopped, and another firmware loaded.
kill_core()
wait(lambda: not box.ept.is_ready())
print(rproc.stop(), box.ept.is_ready())
uart = Box("vuart-channel")
rproc.start()
wait(box.ept.is_ready)
kill_core()
wait(lambda: not box.ept.is_ready())
rproc = quiet(openamp.RemoteProc("virtual_uart.elf"))
rproc.start()
wait(uart.ept.is_ready)
print(uart.ask("another firmware"))
