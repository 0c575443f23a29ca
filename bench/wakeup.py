# How long a message takes to arrive in a callback while the program sleeps, in proportion to how
# long a process takes to wake from a futex: wakeup.py PROCESSOR FUTEX-WAKE-NS
# The core is moved to PROCESSOR, so that it and this program are on two.  It says in each message
# when it was sent; its clock is ours.
import asyncio
import openamp
import os
import select
import struct
import sys
import time

COUNT = 200
delays = []


def on_message(src, data):
    now = time.ticks_us()
    sent = struct.unpack("<Q", data)[0]
    delays.append(time.ticks_diff(now, sent & (time.ticks_add(0, -1))))


def core_process():
    with open("/proc/self/stat") as file:
        own = file.read().split()[0]
    with open("/proc/self/task/%s/children" % own) as file:
        return file.read().split()[0]


ept = openamp.Endpoint("test-wake", on_message)
rproc = openamp.RemoteProc("test_wake.elf")
rproc.start()
while not ept.is_ready():
    time.sleep_ms(1)
if os.system("taskset -cp %s %s >/dev/null" % (sys.argv[1], core_process())) != 0:
    raise SystemExit("the core cannot be moved to another processor")


def measure(name, wait):
    delays.clear()
    for number in range(1, COUNT + 1):
        ept.send(b"?")
        while len(delays) < number:
            wait()
    delays.sort()
    median = delays[COUNT // 2]
    print("BENCH python_%s_wake_us %d" % (name, median))
    print("BENCH ratio_python_%s_to_futex_wake %.2f" % (name, 1000 * median / float(sys.argv[2])))


poll = select.poll()


async def nap():
    await asyncio.sleep_ms(10)


measure("time_sleep", lambda: time.sleep(0.01))
measure("select_poll", lambda: poll.poll(10))
measure("asyncio_sleep", lambda: asyncio.run(nap()))
rproc.shutdown()
