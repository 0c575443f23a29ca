# Tasks of asyncio that write to three endpoints and read from them, while their core is stopped,
# or dies, and is started again.  Within a session no message is lost or repeated, none is
# delivered in another session, and no memory is lost.
#   SOAK_SECONDS     for how long
#   SOAK_RESTART_MS  how long a session lasts
import asyncio, gc, openamp, os, time
from support import BOUND_MS, kill_core, outcome, quiet, wait

seconds = int(os.getenv("SOAK_SECONDS") or "5")
restart_ms = int(os.getenv("SOAK_RESTART_MS") or "100")
COUNT = 3
STREAM = 2  # the endpoint that is used as a stream, of lines
PADDING = b"." * 400
wrong = []
session = 0
sent = [0] * COUNT
received = [0] * COUNT
total = [0] * COUNT
writing = False


def message(number):
    return b"%d %d %d %s\n" % (session, number, sent[number], PADDING[: sent[number] % 400])


def check(number, data):
    parts = data.split()
    if [int(n) for n in parts[:3]] != [session, number, received[number]]:
        wrong.append((session, number, received[number], parts[:3]))
    received[number] += 1
    total[number] += 1


# These two wait through all sessions.
async def read_messages(number, ept):
    while True:
        await ept.ready()
        async for data in ept:
            check(number, data)


async def write_messages(number, ept):
    while True:
        try:
            await ept.asend(message(number))
        except OSError as e:
            if e.errno != openamp.EPIPE:
                raise
            return
        sent[number] += 1
        await asyncio.sleep_ms(0)  # the others' turn


# These two are of one session: what a StreamReader or a StreamWriter keeps would come in the next.
async def read_lines(number, ept):
    reader = asyncio.StreamReader(ept)
    while True:
        line = await reader.readline()
        if not line.endswith(b"\n"):
            return  # the end of the session
        check(number, line)


async def write_lines(number, ept):
    writer = asyncio.StreamWriter(ept, {})
    while writing:
        try:
            writer.write(message(number))
            sent[number] += 1
            await writer.drain()
            await asyncio.sleep_ms(0)
        except OSError as e:
            if e.errno != openamp.EPIPE:
                raise
            return


async def end(task):
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass


async def drain():
    start = time.ticks_ms()
    while sent != received and time.ticks_diff(time.ticks_ms(), start) < BOUND_MS:
        await asyncio.sleep_ms(1)
    if sent != received:
        wrong.append((session, "lost", sent[:], received[:]))


# One session.  It ends when all that was sent has come back, or by stop(), or by the core's death.
async def one(epts):
    global session, writing
    session += 1
    writing = True
    for number in range(COUNT):
        sent[number] = received[number] = 0
    rproc.start()
    for ept in epts:
        await ept.ready()
    reader = asyncio.create_task(read_lines(STREAM, epts[STREAM]))
    writers = [
        asyncio.create_task((write_lines if n == STREAM else write_messages)(n, epts[n])) for n in range(COUNT)
    ]
    await asyncio.sleep_ms(restart_ms)
    way = session % 3
    if way == 2:
        kill_core()
        wait(lambda: not epts[0].is_ready(), "the death")
    writing = False
    if way == 0:
        await writers[STREAM]  # to cancel it would end the wait of the reader, too
    for writer in writers:
        await end(writer)
    if way == 0:
        await drain()
    rproc.stop()
    await end(reader)
    while epts[STREAM].read(1000):
        pass


# Without what is shared with the core.
def memory():
    with open("/proc/self/status") as f:
        for line in f:
            if line.startswith("RssAnon"):
                return int(line.split()[1])


def used():
    for _ in range(3):
        gc.collect()
    return len(os.listdir("/proc/self/fd")), gc.mem_alloc(), memory()


async def main():
    epts = [openamp.AIOEndpoint("vuart-channel")]
    rproc.start()
    await epts[0].ready()
    epts += [openamp.AIOEndpoint("more %d" % n, dest=epts[0].dest) for n in range(1, COUNT)]
    rproc.stop()
    for ept in epts:
        outcome(ept.recv, timeout=0)  # from now on each is lossless
    readers = [asyncio.create_task(read_messages(n, epts[n])) for n in range(COUNT) if n != STREAM]
    for _ in range(6):
        await one(epts)
    before = used()
    stop = time.ticks_add(time.ticks_ms(), 1000 * seconds)
    while time.ticks_diff(stop, time.ticks_ms()) > 0 and not wrong:
        await one(epts)
    after = used()
    for reader in readers:
        await end(reader)
    print("# %d s: %d sessions, messages read by each: %s" % (seconds, session, total))
    print("# files, heap and memory: %s, then %s" % (before, after))
    print(wrong, min(total) > 10 * session)
    print([e.stats().held for e in epts], [e.any() for e in epts])
    print(after[0] == before[0], after[1] - before[1] < 4096, after[2] - before[2] < 512)


rproc = quiet(openamp.RemoteProc("virtual_uart.elf"))
asyncio.run(main())
rproc.shutdown()
