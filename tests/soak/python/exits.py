# A program ends in every way while its core is busy: no process is left.
import os, sys, time
from support import temporary, wait

CHILD = """
import openamp, os, sys, time
sys.path.append(%r)
from support import core_pids, freeze, boot_box, fill, own_pid, wait
import _thread
way = %r
if way.endswith("loaded"):
    def receive(src, data):
        if end_inside and way.startswith("exit"):
            sys.exit(0)
        if end_inside and way.startswith("interrupt"):
            raise KeyboardInterrupt
    end_inside = False
    ept = openamp.Endpoint("test-flood", receive)
    rproc = openamp.RemoteProc("test_flood.elf")
    rproc.start()
    wait(ept.is_ready)
    ept.send("flood 100000000")
else:
    rproc, box = boot_box("test_crash.elf", "test-crash")
    freeze(box)
with open(%r, "w") as f:
    f.write("%%d" %% core_pids()[0])
end_inside = True
if way == "falls off the end":
    pass
elif way == "sys.exit":
    sys.exit(3)
elif way == "exception":
    raise ValueError
elif way == "waits in send":
    os.system("(sleep 0.2; kill -9 %%s) &" %% own_pid())
    box.ept.send("no room")
elif way == "killed loaded":
    os.system("(sleep 0.1; kill -9 %%s) &" %% own_pid())
elif way == "terminated":
    os.system("kill -TERM %%s" %% own_pid())
elif way == "aborted":
    os.system("kill -ABRT %%s" %% own_pid())
elif way == "interrupted":
    os.system("kill -INT %%s" %% own_pid())
if way.endswith("loaded"):
    time.sleep(20)
elif way not in ("falls off the end",):
    time.sleep(1)
"""

WAYS = ("falls off the end", "sys.exit", "exception", "waits in send", "terminated", "aborted")
WAYS += ("interrupted", "exit loaded", "interrupt loaded", "killed loaded")


def is_alive(pid):
    try:
        with open("/proc/%s/stat" % pid) as f:
            stat = f.read()
    except OSError:
        return False
    return "(amp-core" in stat and stat[stat.find(")") + 2] not in "ZX"


support = __file__[: __file__.rfind("/")] if "/" in __file__ else "."
for way in WAYS:
    note, script = temporary("pid"), temporary("child.py")
    with open(script, "w") as f:
        f.write(CHILD % (support, way, note))
    os.system("%s %s >/dev/null 2>&1" % (sys.executable, script))
    with open(note) as f:
        pid = f.read()
    wait(lambda: not is_alive(pid), "the end of the core")
    print(way, "no core is left")
    os.unlink(note)
    os.unlink(script)
