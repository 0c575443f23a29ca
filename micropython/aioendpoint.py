# openamp.AIOEndpoint: an Endpoint whose messages are awaited.  Frozen into the builds of this
# project; elsewhere a file on sys.path.
import asyncio
from errno import EAGAIN, ENOTCONN
from uopenamp import EPIPE, Endpoint


class AIOEndpoint(Endpoint):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # asyncio remembers one task that waits to read an object and one that waits to write,
        # so further ones queue here.
        self._reading = asyncio.Lock()
        self._writing = asyncio.Lock()
        # The Endpoint without the subclass.  When a task is cancelled, asyncio forgets another one
        # that waits for the same object; so readers wait for `self` and writers for this.
        self._writes = super().__enter__()

    def __enter__(self):
        return self

    # Waits until there is something to read or room to write, or until the task that already
    # waits for that has done so.
    async def _wait(self, lock, queue, stream):
        waited = lock.locked()
        async with lock:
            if not waited:
                yield queue(stream)

    # Waits until it is ready, through the ends of sessions.
    async def ready(self):
        while not self.is_ready():
            async with self._writing:
                try:
                    return self.wait_ready(0)  # or select.poll() tells when it is
                except OSError as e:
                    if e.errno == ENOTCONN:
                        raise
                yield asyncio.core._io_queue.queue_write(self._writes)

    async def arecv(self, nbytes=-1):
        while True:
            data = self.recv(nbytes, timeout=0)
            if data is not None:
                return data
            await self._wait(self._reading, asyncio.core._io_queue.queue_read, self)

    async def asend(self, data, *, src=-1, dest=-1):
        while True:
            sent = self.send(data, src=src, dest=dest, timeout=0)
            if sent != -EAGAIN:
                return sent
            await self._wait(self._writing, asyncio.core._io_queue.queue_write, self._writes)

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            return await self.arecv()
        except OSError as e:
            if e.errno != EPIPE:
                raise
        raise StopAsyncIteration
