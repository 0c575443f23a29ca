# A firmware that attacks from its own process at full speed while a program runs: no crash, no hang,
# errors are OSError, and the next life is normal.
import gc, openamp, os, time
from support import Box, outcome, quiet, wait

lives = int(os.getenv("HOSTILE_LIVES_PYTHON") or "40")
count = 0
sums = 0
seen = {}
wrong = []


def received(src, data):
    global count, sums
    count += 1
    sums += sum(data[:16])
    if len(data) > 496:
        wrong.append(len(data))
    if count % 7 == 0:
        # Without an end only now and then: each costs the time of an EDEADLK.
        note(outcome(epts[sums % 4].send, data, timeout=1 if count % 49 else -1))


def service(src, name):
    if not 0 <= src <= 0xFFFFFFFF or len(name) > 31:
        wrong.append((src, name))
    if len(name) % 3 == 0:
        short = openamp.Endpoint("h-1", received, dest=src)
        note(outcome(short.send, "welcome", timeout=0))
        short.deinit()


def note(result):
    if isinstance(result, int) and result >= 0:
        result = "sent"
    seen[result] = seen.get(result, 0) + 1


# Something that has nothing to do with any of it.
def compute():
    n = 1
    for i in range(1, 60):
        n = n * 31 % 1000003
    return n


expected = compute()
openamp.new_service_callback(service)
epts = [openamp.Endpoint("h-%d" % i, received) for i in range(3)]
control = openamp.Endpoint("test-hostile", received)
epts.append(control)
rproc = quiet(openamp.RemoteProc("test_hostile.elf"))
crashes = 0
for life in range(lives):
    rproc.start()
    wait(control.is_ready)
    control.send("attack %d" % (life * 1000003 % 999999 * 10 + life % 10))
    start = time.ticks_ms()
    steps = 0
    while steps < 20 or time.ticks_diff(time.ticks_ms(), start) < 20:
        steps += 1
        note(outcome(epts[steps % 4].send, b"x" * (steps % 497), timeout=steps % 3))
        if compute() != expected:
            wrong.append("compute")
        if steps % 16 == 0:
            time.sleep_ms(1)
        if steps % 64 == 0:
            gc.collect()
        if not control.is_ready():
            crashes += outcome(control.send, "a") == "OSError EPIPE"
            break
    rproc.stop()
    if control.is_ready():
        wrong.append("ready after stop")

for e in epts:
    e.deinit()
openamp.new_service_callback(None)
box = Box("vuart-channel")
rproc = quiet(openamp.RemoteProc("virtual_uart.elf"))
for life in range(3):
    rproc.start()
    wait(box.ept.is_ready)
    for i in range(50):
        if box.ask(b"%d" % i) != b"%d" % i:
            wrong.append(i)
    rproc.stop()
print("# %d hostile lives, %d messages taken, %d times not running" % (lives, count, crashes))
names = [k for k in seen if k != "sent" and not str(k).startswith("OSError") and k != -11]
print(wrong, names, crashes > 0, seen["sent"] > 0)
