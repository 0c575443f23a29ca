# Children of the program beside its cores: they end, and a core lives; and where the program
# ignores the death of children (SIGCHLD), that of a core is noticed all the same.
import os, sys
from support import boot_box, core_pids, outcome, own_pid, wait

again = len(sys.argv) > 1
rproc, box = boot_box("test_crash.elf", "test-crash")


# Whoever ignores SIGCHLD is not told how it ended.
def run(command):
    return outcome(os.system, command)


print(run("true") == ("OSError 10" if again else 0))
print(run("exit 3") == ("OSError 10" if again else 3 << 8))
print(box.ask("after two children"), len(core_pids()))

for command in ("segv", "exit 3", "kill"):
    print(box.ask("before " + command))
    if command == "kill":
        run("kill -9 %d" % core_pids()[0])
    else:
        box.ept.send(command)
    wait(lambda: not box.ept.is_ready(), "its death")
    run("true")
    print(len(core_pids()))
    rproc.start()
    wait(box.ept.is_ready)
    print(box.ask("after " + command))
rproc.stop()
print(len(core_pids()))

if not again:
    # The same once more, in a program that is started so.
    program = os.getenv("MICROPY_MICROPYTHON") or "/proc/%s/exe" % own_pid()
    print(run("env --ignore-signal=CHLD '%s' '%s' again" % (program, sys.argv[0])))
