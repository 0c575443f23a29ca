# What the console says without being asked, and where errors say what the core did: a core that
# ends by itself, one whose RemoteProc is collected, and nothing where a handler is there.
import gc, openamp, time
from support import Box, clobber, outcome, wait

INSIDE = time.sleep_ms  # scheduled work runs in it


def crash(command):
    box.ept.send(command)
    wait(lambda: rproc.state() == rproc.CRASHED)
    INSIDE(1)


def error(function, *args):
    try:
        function(*args)
    except OSError as e:
        return str(e)


box = Box("test-crash")
rproc = openamp.RemoteProc("test_crash.elf")
for command in ("exit 0", "exit 3"):
    print(rproc.start(), rproc.state() == rproc.RUNNING)
    wait(box.ept.is_ready)
    crash(command)
    print(rproc.reason(), repr(rproc), repr(box.ept))
    print(error(box.ept.send, "a"))

# Before scheduled work could say it: start() says it first.
rproc.start()
wait(box.ept.is_ready)
told = []
rproc.irq(told.append)
crash("exit 4")
print(len(told), told[0] is rproc, told[0].reason())
rproc.irq(None)
rproc.start()
print(rproc.stop(), rproc.reason(), rproc.state() == rproc.OFFLINE)

# A handler restarts it; that of a stop hears of stop() and shutdown().
restarts = []
rproc.irq(lambda r: restarts.append(r.start()), rproc.IRQ_CRASHED)
rproc.start()
for i in range(3):
    wait(box.ept.is_ready)
    box.ept.send("exit 5")
    wait(lambda: len(restarts) > i)
wait(box.ept.is_ready)
print(rproc.state() == rproc.RUNNING)
rproc.irq(lambda r: print("stopped", r), trigger=rproc.IRQ_STOPPED)
rproc.stop()
INSIDE(1)
rproc.stop()
INSIDE(1)
rproc.start()
wait(box.ept.is_ready)
crash("exit 6")
rproc.start()
wait(box.ept.is_ready)
rproc.shutdown()
INSIDE(1)
print(outcome(rproc.state), outcome(rproc.reason), outcome(rproc.irq, None), rproc)


# An exception in a handler is printed.
exec("""
def bad(rproc):
    raise ValueError("in the handler")
""")
box = Box("test-crash")
rproc = openamp.RemoteProc("test_crash.elf")
for args in ((1,), (bad, 4), (bad, 1, True)):
    print(outcome(rproc.irq, *args))
rproc.irq(handler=bad)
rproc.start()
wait(box.ept.is_ready)
crash("exit 7")
rproc.irq(None)

# A newer one takes the core over, and says what it did not live to hear.
rproc.start()
wait(box.ept.is_ready)
old = rproc
crash("exit 8")
rproc = openamp.RemoteProc("virtual_uart.elf")
print(error(old.state), old, rproc)
rproc = old = None
gc.collect()
INSIDE(1)


def lost():
    r = openamp.RemoteProc("virtual_uart.elf")
    r.start()


def collected():
    clobber()
    gc.collect()
    return "running" not in repr(box.ept)


lost()
box = Box("nobody")
wait(collected)
INSIDE(1)
print(box.ept)
