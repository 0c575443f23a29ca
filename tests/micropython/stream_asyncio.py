# asyncio: StreamReader and StreamWriter over an endpoint, and AIOEndpoint.
import asyncio, openamp
from support import BOUND_MS, outcome, quiet

SIZE = 1 << 20


async def both_ways():
    ept = openamp.Endpoint("vuart-channel")
    ept.wait_ready()
    reader, writer = asyncio.StreamReader(ept), asyncio.StreamWriter(ept, {})
    block = bytes(i * 7 & 255 for i in range(1000))

    async def write():
        for i in range(SIZE // 1000 + 1):
            writer.write(block)
            await writer.drain()

    task = asyncio.create_task(write())
    wrong = 0
    for i in range(SIZE // 1000 + 1):
        wrong += await reader.readexactly(1000) != block
    await task
    print("1 MiB", wrong, ept.stats().dropped, ept.any())
    writer.write(b"line\n")
    await writer.drain()
    print(await reader.readline())
    ept.close()


async def with_ept():
    ept = openamp.AIOEndpoint("vuart-channel")
    await ept.ready()
    print(await ept.asend("hello"), await ept.arecv())

    async def produce(count):
        for i in range(count):
            await ept.asend("%d" % i)

    asyncio.create_task(produce(500))
    got = []
    async for message in ept:
        got.append(message)
        if len(got) == 500:
            break
    print("async for", got == [b"%d" % i for i in range(500)])

    # A task that is cancelled while it waits takes no message with it.
    for i in range(20):
        task = asyncio.create_task(ept.arecv())
        await asyncio.sleep(0)
        ept.send("%d" % i)
        if i % 2:
            await asyncio.sleep_ms(0)
        task.cancel()
        try:
            print(i, await task)
            continue
        except asyncio.CancelledError:
            pass
        assert await ept.arecv() == b"%d" % i
    try:
        await asyncio.wait_for_ms(ept.arecv(), 5)
    except asyncio.TimeoutError:
        print("timeout")
    return ept


async def main():
    rproc = quiet(openamp.RemoteProc("virtual_uart.elf"))
    rproc.start()
    await both_ways()
    ept = await with_ept()
    rproc.stop()
    for function in (ept.arecv, lambda: ept.asend("x")):
        try:
            await function()
        except OSError as e:
            print(outcome(ept.recv, timeout=0))
    print("iteration", await collect(ept))
    rproc.start()
    await ept.ready()
    await ept.asend("again")
    print(await ept.arecv())
    rproc.shutdown()


async def collect(ept):
    got = []
    async for message in ept:
        got.append(message)
    return got


asyncio.run(main())
