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
    # One that waits to write, and is cancelled, leaves the one that waits for a message alone.
    with openamp.AIOEndpoint("bound by its first message") as other:
        task = asyncio.create_task(other.arecv())
        writer = asyncio.create_task(other.ready())
        await asyncio.sleep_ms(0)
        await asyncio.sleep_ms(0)
        writer.cancel()
        await asyncio.sleep_ms(0)
        ept.send("not alone", src=other.src)
        print(await asyncio.wait_for(task, BOUND_MS // 1000), type(other) is openamp.AIOEndpoint)
    # Several tasks wait for the same: each is served.
    tasks = [asyncio.create_task(ept.arecv()) for i in range(3)]
    await asyncio.sleep(0)
    await asyncio.gather(*(ept.asend("%d" % i) for i in range(3)))
    print("several", sorted(await asyncio.gather(*tasks)))
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
    tasks = [asyncio.create_task(ept.ready()) for i in range(3)]
    await asyncio.sleep(0)
    rproc.start()
    await asyncio.gather(*tasks)
    await ept.asend("again")
    print(await ept.arecv())
    rproc.shutdown()


async def collect(ept):
    got = []
    async for message in ept:
        got.append(message)
    return got


asyncio.run(main())
