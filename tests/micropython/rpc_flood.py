# Calls end in time, whatever else comes: here notifications without end, and no answer.
import asyncio
import errno
import time
from openamp import rpc


class Flood:
    IRQ_GONE = 1
    mtu = 496

    def __init__(self):
        self.end = time.ticks_add(time.ticks_ms(), 10000)

    def irq(self, handler, trigger):
        pass

    def wait_ready(self, timeout):
        pass

    def send(self, data, timeout=-1):
        return len(data)

    def recv(self, timeout=-1):
        if time.ticks_diff(self.end, time.ticks_ms()) < 0:
            raise RuntimeError("the call does not end")
        return b"\x93\x02\xa1x\x90"

    async def ready(self):
        pass

    async def asend(self, data):
        return len(data)

    async def arecv(self):
        return self.recv()


def heard():
    global count
    count += 1


count = 0
core = rpc.RPC(Flood())
core.bind(heard, "x")
try:
    core.call("silent", timeout=50)
except OSError as e:
    print(e.errno == errno.ETIMEDOUT, count > 0, core._calls)


async def main():
    core = rpc.AIORPC(Flood())
    core.bind(heard, "x")
    try:
        await core.call("silent", timeout=50)
    except OSError as e:
        print(e.errno == errno.ETIMEDOUT, core._calls)


asyncio.run(main())
