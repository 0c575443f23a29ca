# asyncio: one task sends, one receives, and the other core restarts in between.
import asyncio
import openamp

ept = openamp.AIOEndpoint("vuart-channel")
rproc = openamp.RemoteProc("virtual_uart.elf")
received = 0


async def receive(enough):
    global received
    async for message in ept:  # ends when the core stops and all it sent has been read
        received += 1
        if received % 100 == 0:
            enough.set()


async def send(count):
    for i in range(count):
        await ept.asend("message %d" % i)


async def main():
    for life in range(3):
        rproc.start()
        await ept.ready()
        enough = asyncio.Event()
        receiver = asyncio.create_task(receive(enough))
        await asyncio.sleep(0)  # it reads now: of an endpoint that nobody reads, messages are dropped
        await send(100)
        await enough.wait()
        rproc.stop()
        await receiver
        print("session %d: %d messages came back" % (life + 1, received))
    rproc.shutdown()


asyncio.run(main())
