# How long a message and its echo take when the program waits in different
# ways: send, then sleep; the doorbell ends the sleep and the callback runs.
import asyncio
import openamp
import select
import time

COUNT = 500
arrived = 0


def on_message(src, data):
    global arrived
    arrived = time.ticks_us()


ept = openamp.Endpoint("vuart-channel", on_message)
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()
while not ept.is_ready():
    time.sleep_ms(1)


def measure(name, wait):
    global arrived
    times = []
    for _ in range(COUNT):
        arrived = 0
        sent = time.ticks_us()
        ept.send(b"0123456789abcdef")
        while not arrived:
            wait()
        times.append(time.ticks_diff(arrived, sent))
    times.sort()
    for label, share in (("min", 0), ("median", 50), ("p90", 90), ("p99", 99)):
        print("BENCH python_%s_round_trip_%s_us %d" % (name, label, times[COUNT * share // 100]))




poll = select.poll()


async def nap():
    await asyncio.sleep_ms(10)


def compute():
    while not arrived:
        pass


measure("computing", compute)
measure("time_sleep", lambda: time.sleep(0.01))
measure("select_poll", lambda: poll.poll(10))
measure("asyncio_sleep", lambda: asyncio.run(nap()))
rproc.shutdown()
