# The module's functions with arguments of every kind, by a MicroPython with
# sanitizers: no crash, and no exception but those that the reference names.
#   arguments.py SECONDS [SEED]
import array
import gc
import openamp
import random
import sys
import time

SECONDS = int(sys.argv[1])
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
random.seed(SEED)

EXPECTED = (TypeError, ValueError, OSError, MemoryError)

calls = 0
told = {}
endpoints = []
remotes = []


def callback(*args):
    # Inside a callback all of it is allowed as well.
    if random.getrandbits(4) == 0:
        act()


def choose(items):
    return items[random.getrandbits(16) % len(items)]


def number():
    bits = choose((1, 4, 8, 16, 30, 31, 32, 33, 62, 63, 64, 65, 130))
    value = 0
    for _ in range(0, bits, 16):
        value = value << 16 | random.getrandbits(16)
    value &= (1 << bits) - 1
    return choose((value, -value, (1 << bits), (1 << bits) - 1, -1, 0, 1, 53, 1024, 1025))


def text():
    kind = random.getrandbits(4)
    if kind < 6:
        return choose(("vuart-channel", "a", "virtual_uart.elf", "test_flood.elf", "", "no such"))
    letters = ("a", "\0", "é", "\U0001f600", "/", ".", " ")
    return "".join([choose(letters) for _ in range(random.getrandbits(6))])


class Odd:
    def __len__(self):
        return -1

    def __call__(self, *args):
        raise ValueError

    def __hash__(self):
        return 1


def value():
    return choose(
        (
            lambda: None,
            lambda: True,
            number,
            number,
            text,
            text,
            lambda: text().encode(),
            lambda: bytes(random.getrandbits(10)),
            lambda: bytearray(random.getrandbits(9)),
            lambda: memoryview(bytearray(random.getrandbits(9))),
            lambda: array.array("I", range(random.getrandbits(6))),
            lambda: 1.5,
            lambda: (),
            lambda: [1],
            lambda: {},
            lambda: callback,
            lambda: callback,
            Odd,
            lambda: openamp.Endpoint,
            lambda: openamp,
            lambda: choose(endpoints) if endpoints else None,
            lambda: choose(remotes) if remotes else None,
        )
    )()


def keywords(names):
    given = {}
    for name in names:
        if random.getrandbits(1):
            given[name] = value()
    if random.getrandbits(5) == 0:
        given["what"] = value()
    # A send that waits for ever would be a right answer too.
    if "timeout" in names and given.get("timeout") not in (0, 1, 5):
        given["timeout"] = choose((0, 0, 1))
    return given


def positional(most):
    return [value() for _ in range(random.getrandbits(8) % (most + 2))]


def act():
    global calls
    calls += 1
    what = random.getrandbits(4)
    try:
        if what < 3:
            endpoints.append(openamp.Endpoint(*positional(2), **keywords(("src", "dest"))))
        elif what < 4:
            endpoints.append(openamp.Endpoint(text(), callback))
        elif what < 9 and endpoints:
            ept = choose(endpoints)
            ept.send(*positional(1), **keywords(("src", "dest", "timeout")))
            ept.is_ready()
        elif what < 11 and endpoints:
            ept = choose(endpoints)
            ept.deinit()
            if len(endpoints) > 100 or random.getrandbits(2) == 0:
                endpoints.remove(ept)
        elif what < 12:
            openamp.new_service_callback(*positional(1))
        elif what < 13:
            remotes.append(openamp.RemoteProc(*positional(1)))
        elif what < 14 and remotes:
            choose((remotes[-1].start, remotes[-1].stop, remotes[-1].shutdown))()
        elif what < 15 and len(remotes) > 20:
            remotes.pop(0).shutdown()
        else:
            getattr(choose(endpoints) if endpoints else openamp, text() or "send")
    except EXPECTED as error:
        name = type(error).__name__
        if isinstance(error, OSError):
            name += " %d" % error.errno
        told[name] = told.get(name, 0) + 1
    except AttributeError:
        pass
    if random.getrandbits(7) == 0:
        gc.collect()
    if random.getrandbits(5) == 0:
        time.sleep_ms(0)


end = time.ticks_add(time.ticks_ms(), SECONDS * 1000)
rproc = None
while time.ticks_diff(end, time.ticks_ms()) > 0:
    act()
    if calls % 500 == 0:
        # Now and then there is somebody to talk to.
        try:
            rproc = openamp.RemoteProc("virtual_uart.elf")
            rproc.start()
            remotes.append(rproc)
        except OSError:
            pass

# After all that, service is normal.
for ept in endpoints:
    ept.deinit()
openamp.new_service_callback(None)
for remote in remotes:
    try:
        remote.shutdown()
    except OSError:
        pass
del remotes[:]
answer = []
ept = openamp.Endpoint("vuart-channel", lambda src, data: answer.append(bytes(data)))
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()
end = time.ticks_add(time.ticks_ms(), 20000)
while not answer and time.ticks_diff(end, time.ticks_ms()) > 0:
    if ept.is_ready():
        ept.send("still there")
        time.sleep(0.05)
assert answer and answer[0] == b"still there"
print("arguments: seed %d, %d calls, %s" % (SEED, calls, sorted(told.items())))
