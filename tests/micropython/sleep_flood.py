# Sleeps last as long as they should while messages come all the time.
from support import boot, wait
import asyncio, openamp, select, time

running = True
count = 0


def receive(src, data):
    global count
    count += 1
    if running:
        ept.send(data)


ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)
for _ in range(8):
    ept.send("round and round")


def sleep():
    time.sleep(0.5)


def sleep_ms():
    time.sleep_ms(500)


def poll():
    poller = select.poll()
    with open("/dev/zero", "rb") as f:
        poller.register(f, select.POLLERR)
        poller.poll(500)


async def asleep():
    await asyncio.sleep_ms(500)


def asyncio_sleep():
    asyncio.run(asleep())


for function in (sleep, sleep_ms, poll, asyncio_sleep):
    before = count
    start = time.ticks_ms()
    function()
    ms = time.ticks_diff(time.ticks_ms(), start)
    # Upward, room for a loaded machine; but not for the time that the callbacks took.
    ok = 495 <= ms < 1500
    print(function.__name__, ok or ms, count > before)
running = False
