# A program that waits costs nothing: it sleeps once, and is not woken until something happens.
import asyncio, openamp, os, select, time
from support import boot, outcome, wait

WAIT_MS = 1000
MOST = 20  # sleeps, and turns of asyncio; with an interval of a millisecond there would be 1000
TICKS = 5  # hundredths of a second of the processor

turns = 0
wait_io_event = asyncio.core.IOQueue.wait_io_event


def count_turn(self, dt):
    global turns
    turns += 1
    wait_io_event(self, dt)


asyncio.core.IOQueue.wait_io_event = count_turn


# How often the threads of this program went to sleep, for how long they ran, and how often
# asyncio looked for events.
def spent():
    sleeps = ticks = 0
    for thread in os.listdir("/proc/self/task"):
        folder = "/proc/self/task/%s/" % thread
        with open(folder + "status") as f:
            for line in f:
                if line.startswith("voluntary_ctxt_switches:"):
                    sleeps += int(line.split()[1])
        with open(folder + "stat") as f:
            ticks += sum(int(n) for n in f.read().split(")")[-1].split()[11:13])
    return sleeps, ticks, turns


def measure(name, function):
    before = spent()
    start = time.ticks_ms()
    result = function()
    passed = time.ticks_diff(time.ticks_ms(), start)
    sleeps, ticks, turned = (b - a for a, b in zip(before, spent()))
    print(name, result, passed >= WAIT_MS - 10, sleeps <= MOST or sleeps, ticks <= TICKS or ticks, turned <= MOST or turned)


def poll(ept, events):
    poller = select.poll()
    poller.register(ept, events)
    return poller.poll(WAIT_MS)


async def give_up(task):
    try:
        return await asyncio.wait_for_ms(task, WAIT_MS)
    except asyncio.TimeoutError:
        return "timeout"


def run(task):
    return asyncio.run(give_up(task))


def waits(ept, console):
    measure("recv", lambda: outcome(ept.recv, timeout=WAIT_MS))
    measure("poll", lambda: poll(ept, select.POLLIN))
    measure("arecv", lambda: run(ept.arecv()))
    measure("read", lambda: run(asyncio.StreamReader(console).read(1)))


ept = openamp.AIOEndpoint("test-crash")
console = openamp.Endpoint("test-crash", eof=False)
print("before its core is started")
measure("ready", lambda: run(ept.ready()))
measure("poll", lambda: poll(ept, select.POLLIN))
measure("read", lambda: run(asyncio.StreamReader(console).read(1)))

print("a core that says nothing")
rproc = boot("test_crash.elf")
run(ept.ready())
poll(ept, select.POLLOUT)  # the event that ready() asked for, if it was ready meanwhile
waits(ept, console)

print("a core that hangs, and takes no message")
ept.send("freeze")
print(ept.recv())
while ept.send("fill", timeout=0) >= 0:
    pass
waits(ept, console)
measure("send", lambda: outcome(ept.send, "no room", timeout=WAIT_MS))
measure("POLLOUT", lambda: poll(ept, select.POLLOUT))
measure("asend", lambda: run(ept.asend("no room")))

print("a core that has crashed")
rproc.stop()
rproc.start()
ept.wait_ready()
ept.send("exit 3")
wait(lambda: not ept.is_ready())
print(outcome(ept.recv, timeout=WAIT_MS), outcome(ept.send, "x"), ept.read(1), run(asyncio.StreamReader(ept).read(1)))
measure("ready", lambda: run(ept.ready()))
measure("poll", lambda: poll(ept, select.POLLIN))
measure("read", lambda: run(asyncio.StreamReader(console).read(1)))
rproc.start()
print(run(ept.ready()), ept.send("awake"), run(ept.arecv()))
ept.deinit()
print(outcome(run, ept.ready()))
