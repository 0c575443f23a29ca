# A doorbell wakes asyncio while it is idle, and may set a flag that a task waits for.
from support import boot, wait
import asyncio, openamp, time

flag = asyncio.ThreadSafeFlag()
arrived = None


def receive(src, data):
    global arrived
    arrived = time.ticks_ms()
    flag.set()


ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)


async def idle():
    ept.send("while asleep")
    start = time.ticks_ms()
    await asyncio.sleep(2)
    print("asleep", time.ticks_diff(arrived, start) < 1000)


async def waiting():
    flag.clear()
    ept.send("for the flag")
    start = time.ticks_ms()
    await asyncio.wait_for(flag.wait(), 10)
    print("flag", time.ticks_diff(time.ticks_ms(), start) < 5000)


async def both():
    await idle()
    await waiting()
    flag.clear()
    ept.send("a task goes on meanwhile")
    while not flag.state:
        await asyncio.sleep(0)
    print("task", bool(flag.state))


asyncio.run(both())
