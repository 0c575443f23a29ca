# Messages of all sizes, 10,000 in the longer run; floods both ways; sleeps that a message ends: nothing is lost.
import asyncio
import select
import sys
import time

import rig
import openamp
from openamp import RemoteProc

REPEAT = int(sys.argv[1])
ept = openamp.Endpoint("vuart-channel")
rproc = RemoteProc("virtual_uart.elf")
rproc.start()
ept.wait_ready(rig.LIMIT_MS)
assert ept.mtu == 496

buf = bytearray(512)
data = bytes(i & 0xFF for i in range(1024))
for i in range(2000 if REPEAT == 1 else 10000):
    size = i % 497
    ept.send(data[i % 256 : i % 256 + size])
    assert ept.recvinto(buf, timeout=rig.LIMIT_MS) == size and buf[:size] == data[i % 256 : i % 256 + size]
rig.says(rig.error(ept.send, bytes(497)), "EMSGSIZE", "497", "496")

# As many as there is room for, and more: send() waits, and receives meanwhile.
COUNT = 3000 if REPEAT == 1 else 10000 * REPEAT
got = 0
wrong = 0


def receive(src, message):
    global got, wrong
    wrong += int(bytes(message)) != got
    got += 1


flood = openamp.Endpoint("flood", receive, dest=ept.dest)
for i in range(COUNT):
    flood.send(b"%d" % i)
rig.wait(lambda: got == COUNT, "the last")
assert wrong == 0
flood.deinit()

# More than an endpoint may keep waits in the kernel; no other endpoint waits for it.
full = openamp.Endpoint("full", dest=ept.dest, rxbuf=4)
full.recv(timeout=0)
for i in range(200):
    full.send(b"%d" % i)
ept.send("by the way")
assert ept.recv(timeout=rig.LIMIT_MS) == b"by the way"
assert [int(full.recv(timeout=rig.LIMIT_MS)) for i in range(200)] == list(range(200))
full.deinit()

# select.poll() sleeps for the kernel's files.
poll = select.poll()
poll.register(ept, select.POLLIN)
assert poll.poll(0) == []
ept.send("wake")
assert poll.poll(rig.LIMIT_MS) == [(ept, select.POLLIN)] and ept.recv() == b"wake"
poll.modify(ept, select.POLLOUT)
assert poll.poll(rig.LIMIT_MS) == [(ept, select.POLLOUT)]


# So does asyncio.
async def echo(stream, count):
    for i in range(count):
        line = b"line %d\n" % i
        stream.write(line)
        await stream.drain()
        assert await stream.readline() == line


async def main():
    others = [openamp.Endpoint("other", dest=ept.dest) for i in range(4)]
    await asyncio.gather(*[echo(asyncio.StreamReader(e), 200) for e in others])
    async_ept = openamp.AIOEndpoint("awaits", dest=ept.dest)
    await async_ept.asend("a")
    assert await async_ept.arecv() == b"a"


asyncio.run(main())
stats = rproc.stats()
assert stats.received == stats.sent > 5000 and stats.dropped == 0, stats
rproc.shutdown()

# No room: said at once, waited for, and never for ever.
ept = openamp.Endpoint("test-crash")
rproc = RemoteProc("test_crash.elf")
rproc.start()
ept.wait_ready(rig.LIMIT_MS)
ept.send("freeze")
assert ept.recv(timeout=rig.LIMIT_MS) == b"frozen"
sent = 0
while ept.send("x", timeout=0) > 0:
    sent += 1
    assert sent < 1000
start = time.ticks_ms()
rig.says(rig.error(ept.send, "x", timeout=100), "ETIMEDOUT", "no room in time")
assert 90 < time.ticks_diff(time.ticks_ms(), start) < rig.LIMIT_MS
poll = select.poll()
poll.register(ept, select.POLLOUT)
assert len(poll.poll(rig.LIMIT_MS)) == 1  # nobody knows before it is tried
assert ept.write("waits") == 5
time.sleep_ms(1)
assert poll.poll(50) == [] and ept.write("more") is None
rproc.shutdown()
assert rig.state() == "offline"
