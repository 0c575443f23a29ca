# Starts and stops from Python with kills at random moments, under load from both sides: nothing
# leaks, the endpoint binds again, no message of a former life arrives.  SOAK_CYCLES_PYTHON: how many.
import gc, openamp, os, time
from support import core_pids, kill_core, outcome, own_pid, quiet, wait

cycles = int(os.getenv("SOAK_CYCLES_PYTHON") or "100")
seed = int(os.getenv("SOAK_SEED") or "1")
wrong = []
life = 0
running = False
expected = 0
messages = 0
stop_inside = False


def rnd(n):
    global seed
    seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
    return (seed >> 8) % n


def received(src, data):
    global expected, messages
    number = int.from_bytes(data[:4], "little")
    of = int.from_bytes(data[8:12], "little") - 1000000
    if not running or of != life or number != expected:
        wrong.append((life, of, expected, number))
    expected += 1
    messages += 1
    if stop_inside and rnd(10) == 0:
        end()


def end():
    global running
    running = False
    rproc.stop()


def load(ms):
    start = time.ticks_ms()
    while running and time.ticks_diff(time.ticks_ms(), start) < ms:
        outcome(ept.send, b"x" * rnd(400), timeout=1)
        if rnd(8) == 0:
            openamp.Endpoint("short-lived", lambda src, data: None).deinit()


def files():
    return len(os.listdir("/proc/self/fd"))


# Without what is shared with the core.
def memory():
    with open("/proc/self/status") as f:
        for line in f:
            if line.startswith("RssAnon"):
                return int(line.split()[1])


def one_life():
    global life, running, expected, stop_inside
    life += 1
    expected = 0
    ending = rnd(7)
    stop_inside = ending == 0
    running = True
    rproc.start()
    if ending == 1:
        end()
    elif ending == 2:
        kill_core()
        wait(lambda: outcome(ept.send, "") == "OSError EPIPE", "the death")
    else:
        wait(ept.is_ready)
        ept.send("flood %d" % (1000000 + life))
        if ending == 0:
            while running:
                load(1)
        elif ending == 3:
            load(rnd(10))
            kill_core()
            wait(lambda: not ept.is_ready(), "the death")
            if outcome(ept.send, "") != "OSError EPIPE":
                wrong.append("no EPIPE")
        elif ending == 4:
            load(rnd(5))
            for pid in core_pids():
                os.system("kill -STOP %d" % pid)
            load(2)
        else:
            load(rnd(10))
    running = False
    rproc.stop()
    if ept.is_ready():
        wrong.append("ready after stop")
    if life % 10 == 0:
        gc.collect()


ept = openamp.Endpoint("test-flood", received)
rproc = quiet(openamp.RemoteProc("test_flood.elf"))
for _ in range(20):
    one_life()
before = files(), memory()
for _ in range(cycles):
    one_life()
    if files() != before[0]:
        wrong.append("files")
        break
if memory() - before[1] > 512:
    wrong.append("memory %d" % (memory() - before[1]))
print("# %d lives, %d messages, each of its own life" % (life, messages))
print(wrong, messages > 100, len(core_pids()))
