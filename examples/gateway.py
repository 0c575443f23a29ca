# Messages between the other core and an MQTT broker, such as mosquitto.  What the core sends is
# published as TOPIC/out; what is published as TOPIC/in, the core is sent.
#
#     ./run --board linux examples/gateway.py [BROKER [PORT [TOPIC [SERVICE FIRMWARE.elf]]]]
#
# A broker that is away is tried again each second; meanwhile the last LIMIT messages wait, and those
# that are dropped for them are counted.  MQTT 3.1.1, each message at least once.
import asyncio
import collections
import openamp
import struct
import sys

LIMIT = 64
KEEP_ALIVE_S = 30
CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, PINGREQ = 0x10, 0x20, 0x32, 0x40, 0x82, 0xC0


def text(s):
    return struct.pack(">H", len(s)) + s.encode()


def packet(kind, body=b""):
    head, size = bytearray([kind]), len(body)
    while size > 127:
        head.append(size & 127 | 128)
        size >>= 7
    return bytes(head) + bytes([size]) + body


async def read_packet(stream):
    kind = (await stream.readexactly(1))[0]
    size = shift = 0
    byte = 128
    while byte & 128:
        byte = (await stream.readexactly(1))[0]
        size |= (byte & 127) << shift
        shift += 7
    return kind, await stream.readexactly(size)


class Gateway:
    def __init__(self, ept, broker="127.0.0.1", port=1883, topic="openamp"):
        self.ept, self.broker, self.topic = ept, (broker, port), topic
        self.queue = collections.deque((), LIMIT)
        self.published = self.dropped = self.acked = self.last = 0
        self.work = asyncio.Event()  # something to publish, or what was published has come

    async def from_core(self):
        while True:
            await self.ept.ready()
            async for message in self.ept:  # until the core stops
                self.dropped += len(self.queue) == LIMIT  # the oldest makes room
                self.queue.append(message)
                self.work.set()

    async def publish(self, stream, message):
        self.last = self.last % 0xFFFF + 1
        stream.write(packet(PUBLISH, text(self.topic + "/out") + struct.pack(">H", self.last) + message))
        await stream.drain()
        while self.acked != self.last:
            await self.wait_for_work(stream)
        self.published += 1

    async def wait_for_work(self, stream):
        self.work.clear()
        try:
            await asyncio.wait_for(self.work.wait(), KEEP_ALIVE_S / 2)
        except asyncio.TimeoutError:
            stream.write(packet(PINGREQ))
            await stream.drain()

    async def to_broker(self, stream):
        while True:
            if not self.queue:
                await self.wait_for_work(stream)
                continue
            before = self.dropped
            await self.publish(stream, self.queue[0])
            if self.dropped == before:
                self.queue.popleft()
            else:
                self.dropped -= 1  # it was the oldest, and made room meanwhile

    async def from_broker(self, stream):
        while True:
            kind, body = await asyncio.wait_for(read_packet(stream), KEEP_ALIVE_S)
            if kind == PUBACK:
                self.acked = struct.unpack(">H", body)[0]
                self.work.set()
            elif kind & 0xF0 == 0x30:
                start = 2 + struct.unpack(">H", body)[0]
                number = body[start : start + 2] if kind & 6 else b""
                # While this waits, nobody reads what the broker says: not for long.
                try:
                    await asyncio.wait_for(self.to_core(body[start + len(number) :]), KEEP_ALIVE_S / 2)
                except (OSError, asyncio.TimeoutError) as e:
                    print("not sent to the core:", repr(e))
                if number:
                    stream.write(packet(PUBACK, number))
                    await stream.drain()

    async def to_core(self, message):
        await self.ept.ready()
        await self.ept.asend(message)

    async def connection(self):
        stream, _ = await asyncio.open_connection(*self.broker)
        try:
            hello = text("MQTT") + b"\4\0" + struct.pack(">H", KEEP_ALIVE_S) + text(self.topic)
            stream.write(packet(CONNECT, hello))
            await stream.drain()
            kind, body = await asyncio.wait_for(read_packet(stream), KEEP_ALIVE_S)
            if kind != CONNACK or body[1] != 0:
                raise OSError("the broker refused it: %d" % body[1])
            stream.write(packet(SUBSCRIBE, b"\0\1" + text(self.topic + "/in") + b"\1"))
            await stream.drain()
            self.acked = self.last = 0
            print("connected to", self.broker[0])
            tasks = [asyncio.create_task(t) for t in (self.to_broker(stream), self.from_broker(stream))]
            try:
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
        finally:
            await stream.wait_closed()  # which closes it; close() does nothing in MicroPython

    async def run(self):
        asyncio.create_task(self.from_core())
        while True:
            try:
                await self.connection()
            except (OSError, EOFError, asyncio.TimeoutError) as e:
                print("broker:", repr(e))
                print(self)
            await asyncio.sleep(1)

    def __str__(self):
        return "%d published, %d dropped, %d wait" % (self.published, self.dropped, len(self.queue))


given = sys.argv[1:]
defaults = ["127.0.0.1", "1883", "openamp", "vuart-channel", "virtual_uart.elf"]
broker, port, topic, service, firmware = given + defaults[len(given) :]
gateway = Gateway(openamp.AIOEndpoint(service), broker, int(port), topic)
rproc = openamp.RemoteProc(firmware)
rproc.start()
try:
    asyncio.run(gateway.run())
finally:
    print(gateway)
