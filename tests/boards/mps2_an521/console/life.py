# One run of the interpreter between two soft resets: `life`, its number, and `way`, the state to
# leave the core in, are set by who typed exec(...). What a callback prints begins with "life N:".
import gc, machine, time

CONTROL = 0x30000000  # ports/mps2_an521/board.h: the state of core 1
RUNNING = 2
# What the last run left in this memory is overwritten, so that nobody can still be using it.
filler = [bytes(range(256)) for _ in range(4000)]
del filler
gc.collect()
stopped = machine.mem32[CONTROL] != RUNNING
import openamp

got = []
kept = []
services = []


def received(src, data):
    got.append(bytes(data))
    if way == "held" and len(kept) < 4:
        kept.append((data, memoryview(data)))
    if way == "exit inside" and len(got) == 3:
        raise SystemExit


def flooded(src, data):
    got.append(len(data))
    if len(got) % 100 == 0:
        print("life %d: flood" % life)


def announced(src, name):
    services.append(name)
    print("life %d: service" % life)


def wait(condition):
    start = time.ticks_ms()
    while not condition():
        if time.ticks_diff(time.ticks_ms(), start) > 20000:
            raise RuntimeError("no sign of it")
        time.sleep_ms(1)


# Service is normal: the first message, and the only core.
def echo():
    ept = openamp.Endpoint("vuart-channel", received)
    rproc = openamp.RemoteProc("virtual_uart.elf")
    rproc.start()
    wait(ept.is_ready)
    ept.send("life %d" % life)
    wait(lambda: got)
    right = got == [b"life %d" % life] and machine.mem32[CONTROL] == RUNNING
    got.clear()
    return ept, rproc, right


ept, rproc, right = echo()
if way == "many":
    for i in range(200):  # that nobody refers to
        openamp.Endpoint("nobody-%d" % i, received)
elif way == "deinit":
    ept.deinit()
elif way == "held":
    for i in range(4):
        ept.send("held")
    wait(lambda: len(kept) == 4)
    keeper = openamp.Endpoint("keeper", dest=ept.dest)
    keeper.send("held")
    for view in (keeper.hold(), keeper.send_buffer(), rproc.mem(rproc.symbol("firmware_table"), 16)):
        kept.append((view, memoryview(view)))
elif way in ("shut down", "lost", "refused"):
    openamp.Endpoint("waits for ever", received)
    openamp.Endpoint("bound", received, dest=1024)
    if way == "shut down":
        rproc.shutdown()
    elif way == "lost":
        del rproc
        gc.collect()
    else:
        try:
            openamp.RemoteProc("virtual_uart.elf")
        except OSError:
            pass
elif way == "stopped":
    rproc.stop()
elif way == "flood":
    rproc.shutdown()
    ept.deinit()
    ept = openamp.Endpoint("test-flood", flooded)
    rproc = openamp.RemoteProc("test_flood.elf")
    rproc.start()
    wait(ept.is_ready)
    ept.send("flood 1000000000")
    wait(lambda: len(got) > 300)
elif way == "services":
    rproc.shutdown()
    openamp.new_service_callback(announced)
    rproc = openamp.RemoteProc("test_services.elf")
    rproc.start()
    wait(lambda: len(services) >= 5)
elif way == "crashed" or way == "full":
    rproc.shutdown()
    ept.deinit()
    ept = openamp.Endpoint("test-crash", received)
    rproc = openamp.RemoteProc("test_crash.elf")
    rproc.start()
    wait(ept.is_ready)
    ept.send("segv" if way == "crashed" else "freeze")
    if way == "crashed":
        wait(lambda: not ept.is_ready())
    else:
        wait(lambda: got)
        while ept.send("no room", timeout=0) >= 0:
            pass
        openamp.Endpoint("for ever unannounced", received).deinit()

print("at the beginning stopped: %s, service: %s" % (stopped, right))
if way == "exit inside":
    # The third one ends this, from inside time.sleep().
    for i in range(3):
        ept.send("again")
    time.sleep(1000)
if way == "under way":
    for i in range(40):
        ept.send("under way")
    machine.soft_reset()
print("life", life, "is", way)
