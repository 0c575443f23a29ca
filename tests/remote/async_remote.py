# Functions that are executed on the other core.
import asyncio, openamp, struct, time
import openamp_async
from support import outcome, wait


class Output:
    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text


printed = openamp_async.output = Output()
got = []


def received(src, data):
    got.append(bytes(data))


# The shapes of the field's programs: with a callback, and without arguments.
@openamp.async_remote(received)
async def counter(ept):
    import asyncio

    count = 0
    while count < 5:
        ept.send("count = %d" % count)
        count += 1
        await asyncio.sleep_ms(1)


@openamp.async_remote
async def hello(ept):
    print("Hello from the other core!")


# Arguments, results, an endpoint without a callback, exceptions.
VALUES = (None, True, -5, 2.5, "text", b"bytes\x00\xff", [1, [2]], {"a": {"b": b""}})


@openamp.async_remote(args=VALUES)
async def same(ept, *args):
    return args


@openamp.async_remote
async def echo(ept):
    while True:
        data = await ept.arecv()
        if not data:
            return "closed"
        await ept.asend(data)


@openamp.async_remote
async def wrong(ept):
    ept.no_such_attribute


@openamp.async_remote
async def odd_result(ept):
    return object()


@openamp.async_remote(args=("x" * 3000,))
async def large(ept, text):
    return text * 10


# No function that can be sent.
def nothing():
    pass


def nested():
    async def outer(ept):
        def inner():
            return ept

        return inner()

    return outer


for function in (5, len, nested()):
    try:
        openamp.async_remote()(function)
    except Exception as e:
        print(type(e).__name__, e)
print(outcome(openamp.async_remote, 5), outcome(openamp.async_remote(args=(object(),)), nested))
print(outcome(hello.start))

rproc = openamp.RemoteProc("micropython-device.elf")
rproc.start()
print(counter.result(100000), got)
hello.result(100000)
print(printed.text)
print(same.result(100000) == list(VALUES))
for i in range(3):
    wait(echo.endpoint.is_ready)
    echo.endpoint.send("message %d" % i)
    print(echo.endpoint.recv(timeout=100000))
print(echo.done(), outcome(echo.result, 1))
echo.endpoint.send(b"")
print(echo.result(100000), echo.done())
for task in (wrong, odd_result):
    try:
        task.result(100000)
    except openamp.RemoteError as e:
        text = str(e)
        print("Traceback" in text, "in wrong" in text, text.strip().split("\n")[-1])
print(large.result(100000) == "x" * 30000)
large.start("y")
print(large.result(100000))
large.start("z" * 10000)  # what it returns is too long
print(outcome(large.result, 100000))


# Cancelled; awaited, several at once.
@openamp.async_remote
async def endless(ept):
    import asyncio

    ept.send("begins")
    while True:
        await asyncio.sleep_ms(1)


endless.endpoint.wait_ready(100000)
endless.endpoint.recv(timeout=100000)
print(endless.cancel())
try:
    endless.result(100000)
except asyncio.CancelledError:
    print("cancelled", endless.cancel())


async def end_of(task):
    return await task


async def several():
    same.start(1)
    large.start("ab")
    endless.start()
    waiting = asyncio.create_task(asyncio.wait_for_ms(end_of(endless), 100000))
    results = await asyncio.gather(end_of(same), end_of(large))
    endless.cancel()
    try:
        await waiting
    except asyncio.CancelledError:
        results.append("cancelled")
    return results


print(asyncio.run(several()))


# After a restart what has not ended is sent again.
@openamp.async_remote
async def lives(ept):
    import asyncio

    while not ept.any():
        await asyncio.sleep_ms(1)
    return ept.recv()


lives.endpoint.wait_ready(100000)
for i in range(3):
    rproc.stop()
    rproc.start()
    lives.endpoint.wait_ready(100000)
lives.endpoint.send("enough")
print(lives.result(100000), lives.done())

# Code that is no code.  A message with a number is answered for that number; else it is said.
vm = lives._core.vm
ends = lives._core.ends
lives._core.reading = True  # what comes is for us
for message, answers in (
    (b"", "text"),
    (b"short", "text"),
    (struct.pack("<II", 100, 5) + b"cut", "text"),
    (struct.pack("<II", 4, 9) + b"junkNOT CODE!" + struct.pack("<I", 77), "end"),
    (struct.pack("<II", 4, 2) + b"junkM\x00" + struct.pack("<I", 78), "end"),
    (struct.pack("<III", 0, 9, 79), "end"),
    (struct.pack("<IIIII", 0, 1, 80, 1 << 30, 0), "end"),
    (struct.pack("<IIIII", 0, 1, 81, 100, 0) + bytes(50), None),
    (struct.pack("<IIIII", 0, 1, 81, 100, 60) + bytes(40), "end"),
    (struct.pack("<IIIII", 0, 1, 82, 8, 0) + bytes(8), "end"),
    (struct.pack("<II", 4, 4) + b"\xff\xfe\xfd\xfcMMMM" + struct.pack("<I", 83), "end"),
    (struct.pack("<III", 0, 2, 999), None),
):
    printed.text = ""
    vm.send(message)
    if answers == "text":
        wait(lambda: printed.text.endswith("\n") and "Error" in printed.text)
        print(printed.text.strip().split("\n")[-1])
    elif answers == "end":
        end = ends.recv(timeout=100000)
        print(struct.unpack_from("<IBB", end), str(end[6:], "utf-8").strip().split("\n")[-1])
lives._core.reading = False
same.start("it", "goes on")
print(same.result(100000))

# Nobody is there.
rproc.shutdown()
print(outcome(endless.start), endless.done())
print(outcome(endless.result, 1000), endless.cancel(), endless.done())
