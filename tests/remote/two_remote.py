# Echoes in capitals, answers from asyncio, and ends when told to.
import asyncio, openamp, sys, time

done = asyncio.ThreadSafeFlag()


def receive(src, data):
    if data == b"stop":
        done.set()
    else:
        # The one that sent may not be the one we are bound to.
        python.send(bytes(data).upper(), dest=src)


def sum_up(src, data):
    adder.send(str(sum(int(n) for n in bytes(data).split())))


# Receives without a callback, and sends back what it held, in the buffer that it fills.
def read(ept):
    while ept.any():
        with ept.hold(timeout=0) as message, ept.send_buffer() as buffer:
            buffer[0 : len(message)] = memoryview(message)
            buffer.send(len(message))


reader = openamp.Endpoint("reader")
reader.irq(read)
python = openamp.Endpoint("python", receive)
adder = openamp.Endpoint("adder", sum_up)
print("remote:", sys.implementation.name, hasattr(openamp, "RemoteProc"), python.is_ready())


async def main():
    await done.wait()
    python.send("bye")


asyncio.run(main())
raise SystemExit(5)
