# The other core's side of async_remote: it executes the functions that its host sends.
#
# The host sends to the endpoint "vm", all numbers as 32 bits, little-endian:
#   length of name, length of code, name, code     start a function, as OpenMV's firmware knows it
#   [, number of the task, arguments (JSON)]       the same with an addition, which that ignores
#   0, CHUNK, number, total length, offset, bytes  a piece of such a message that needs several
#   0, CANCEL, number
# What a function prints goes back on "vm".  How one with a number ends goes to "vm.tasks":
#   number, then a byte each: END_*, 1 if another piece follows; bytes
import asyncio, io, json, marshal, os, struct, sys
from binascii import hexlify, unhexlify

from aioendpoint import AIOEndpoint
from uopenamp import EPIPE

CHUNK, CANCEL = 1, 2
END_RESULT, END_ERROR, END_CANCELLED = 1, 2, 3
LONGEST = 65536  # of code, and of what a function returns
BYTES = "\0bytes"


# Arguments and results: None, bool, int, float, str, bytes, and lists, tuples (which become lists)
# and dicts with str keys of these.
def pack(value):
    def plain(v):
        if v is None or isinstance(v, (bool, int, float, str)):
            return v
        if isinstance(v, (bytes, bytearray)):
            return {BYTES: hexlify(v).decode()}
        if isinstance(v, (list, tuple)):
            return [plain(item) for item in v]
        if isinstance(v, dict):
            if all(isinstance(key, str) for key in v) and BYTES not in v:
                return {key: plain(v[key]) for key in v}
        raise TypeError("cannot be sent to another core: %s" % type(v).__name__)

    return json.dumps(plain(value)).encode()


def unpack(data):
    def rich(v):
        if isinstance(v, list):
            return [rich(item) for item in v]
        if isinstance(v, dict):
            return unhexlify(v[BYTES]) if BYTES in v else {key: rich(v[key]) for key in v}
        return v

    return rich(json.loads(str(data, "utf-8")))


# The longer form of a message, put together from its pieces.
class Pieces:
    def __init__(self, total):
        if not 0 < total <= LONGEST:
            raise ValueError("code of %d bytes; the limit is %d" % (total, LONGEST))
        self.data = bytearray(total)
        self.at = 0

    # Is it complete?
    def add(self, offset, piece):
        if offset != self.at or offset + len(piece) > len(self.data):
            raise ValueError("a piece of code is missing")
        self.data[offset : offset + len(piece)] = piece
        self.at += len(piece)
        return self.at == len(self.data)


class _Output(io.IOBase):
    def __init__(self, ept):
        self.ept = ept

    def write(self, data):
        self.ept.write(data)
        return len(data)

    def ioctl(self, request, arg):
        return 0  # nothing is read from it


class Server:
    def __init__(self):
        self.vm = AIOEndpoint("vm", eof=False, timeout=1000)
        self.ends = AIOEndpoint("vm.tasks")
        self.tasks = {}  # by name
        self.names = {}  # by number
        self.pieces = {}  # by number
        self.idle = asyncio.Event()
        self.idle.set()

    async def run(self):
        while True:
            await self.vm.ready()
            try:
                while True:
                    await self.take(await self.vm.arecv())
            except OSError as e:
                if e.errno != EPIPE:
                    raise
            # The host has gone; what it started goes with it.
            self.pieces.clear()
            for task in list(self.tasks.values()):
                task.cancel()

    async def take(self, data):
        number = None
        try:
            name_len, code_len = struct.unpack_from("<II", data)
            if name_len == 0:
                (number,) = struct.unpack_from("<I", data, 8)
                self.control(code_len, number, data)
            else:
                end = 8 + name_len + code_len
                if len(data) >= end + 4:
                    (number,) = struct.unpack_from("<I", data, end)
                self.start(number, data, name_len, end)
        except Exception as e:
            await self.failed("code that cannot be executed", number, e)

    def control(self, kind, number, data):
        if kind == CANCEL:
            if number in self.names:
                self.tasks[self.names[number]].cancel()
        elif kind == CHUNK:
            total, offset = struct.unpack_from("<II", data, 12)
            if offset == 0:
                self.pieces[number] = Pieces(total)
            if number in self.pieces:
                self.add_piece(number, offset, data[20:])
        else:
            raise ValueError("no such message: %d" % kind)

    def add_piece(self, number, offset, piece):
        pieces = self.pieces.pop(number)
        if not pieces.add(offset, piece):
            self.pieces[number] = pieces
            return
        name_len, code_len = struct.unpack_from("<II", pieces.data)
        self.start(number, bytes(pieces.data), name_len, 8 + name_len + code_len)

    def start(self, number, data, name_len, end):
        if len(data) < end or name_len == 0:
            raise ValueError("code that is cut short")
        name = str(data[8 : 8 + name_len], "utf-8")
        args = unpack(data[end + 4 :]) if len(data) > end + 4 else []
        if number is not None and number in self.names:
            return  # sent once more
        if name in self.tasks:
            raise ValueError("%s is running" % name)
        code = marshal.loads(data[8 + name_len : end])
        function = type(_nothing)(code, {"__name__": "__main__"})
        ept = AIOEndpoint(name)
        try:
            coroutine = function(ept, *args)
            if not hasattr(coroutine, "send"):
                raise TypeError("%s is no async def function" % name)
        except BaseException:
            ept.deinit()
            raise
        self.names[number] = name
        self.idle.clear()
        self.tasks[name] = asyncio.create_task(self.execute(name, number, ept, coroutine))

    async def execute(self, name, number, ept, coroutine):
        try:
            try:
                # Some hosts make their side of it only now.
                await asyncio.wait_for_ms(ept.ready(), 1000)
            except asyncio.TimeoutError:
                pass
            kind, data = END_RESULT, pack(await coroutine)
        except asyncio.CancelledError:
            kind, data = END_CANCELLED, b""
        except Exception as e:
            kind, data = END_ERROR, e
        finally:
            ept.deinit()
            self.names.pop(number, None)
            self.tasks.pop(name)
            if not self.tasks:
                self.idle.set()
        if kind == END_ERROR:
            await self.failed('Task "%s" raised' % name, number, data)
        else:
            await self.report(number, kind, data)

    async def failed(self, what, number, exception):
        text = io.StringIO()
        sys.print_exception(exception, text)
        if number is None:
            print("%s:\n%s" % (what, text.getvalue()), end="")
        await self.report(number, END_ERROR, text.getvalue().encode())

    async def report(self, number, kind, data):
        if number is None:
            return  # a host that does not ask
        try:
            await self.ends.ready()
            size = self.ends.mtu - 6
            for at in range(0, max(len(data), 1), size):
                head = struct.pack("<IBB", number, kind, at + size < len(data))
                await self.ends.asend(head + data[at : at + size])
        except OSError as e:
            if e.errno != EPIPE:
                raise

    def close(self):
        self.vm.deinit()
        self.ends.deinit()


def _nothing():
    pass


# Execute what the host sends; for ever, or until the host has a terminal and nothing runs.
def serve(terminal=None):
    server = None

    async def main():
        nonlocal server
        server = Server()
        os.dupterm(_Output(server.vm), 1)
        run = asyncio.create_task(server.run())
        if terminal is None:
            await run
        await terminal.ready()
        await server.idle.wait()

    try:
        asyncio.run(main())
    finally:
        os.dupterm(None, 1)
        asyncio.new_event_loop()
        if server is not None:
            server.close()
