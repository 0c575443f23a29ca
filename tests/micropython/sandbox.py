# A core that reaches out of its machine is stopped, and seen as crashed.
from support import boot_box, outcome, wait

rproc, box = boot_box("test_sandbox.elf", "test-sandbox")
for name in ("open", "kill", "ptrace", "mmap", "execve", "socket", "fork", "write"):
    before = len(box.got)
    box.ept.send(name)
    wait(lambda: not box.ept.is_ready(), "the end of the core")
    print(name, outcome(box.ept.send, "a"), len(box.got) == before)
    rproc.start()
    wait(box.ept.is_ready)
