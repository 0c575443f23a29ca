# openamp.AIOEndpoint: an Endpoint whose messages are awaited.  Frozen into the builds of this
# project; elsewhere a file on sys.path.
import asyncio
from errno import EAGAIN
from uopenamp import EPIPE, Endpoint


class AIOEndpoint(Endpoint):
    # Waits until messages can be sent: it is ready, and there is room.
    async def ready(self):
        while not self.is_ready():
            yield asyncio.core._io_queue.queue_write(self)

    async def arecv(self, nbytes=-1):
        while True:
            data = self.recv(nbytes, timeout=0)
            if data is not None:
                return data
            yield asyncio.core._io_queue.queue_read(self)

    async def asend(self, data, *, src=-1, dest=-1):
        while True:
            sent = self.send(data, src=src, dest=dest, timeout=0)
            if sent != -EAGAIN:
                return sent
            yield asyncio.core._io_queue.queue_write(self)

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            return await self.arecv()
        except OSError as e:
            if e.errno != EPIPE:
                raise
        raise StopAsyncIteration
