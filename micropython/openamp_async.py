# openamp.async_remote: a function is executed by the MicroPython of the other core.  Frozen into the
# builds of this project; elsewhere a file on sys.path, with openamp_tasks.py beside it.
#
# What is sent is said at the head of openamp_tasks.py, which is the other core's side.
import asyncio, marshal, struct, sys, time
from errno import ETIMEDOUT
from openamp_tasks import CANCEL, CHUNK, END_CANCELLED, END_RESULT, LONGEST, pack, unpack
from uopenamp import Endpoint

# Where what the other core prints goes: anything with write().
output = sys.stdout


# What a function raised on the other core; its text has the traceback from there.
class RemoteError(Exception):
    pass


async def _nothing():
    pass


# One other core that functions are sent to.
class _Core:
    def __init__(self, number):
        self.number = number
        self.vm = self.ends = None
        self.tasks = {}  # those that have not ended, by their numbers
        self.reading = 0  # calls that read `ends`: while there are any, its handler does not
        self.pump = False  # one of them is a task of asyncio, which wakes the others by `news`
        self.news = asyncio.Event()

    # There may be no endpoints yet, or those of before a shutdown().
    def open(self):
        try:
            self.vm.irq(self.send_all, Endpoint.IRQ_READY)
            return
        except (AttributeError, OSError):
            pass
        self.vm = Endpoint("vm", self.print, remote=self.number)
        self.vm.irq(self.send_all, Endpoint.IRQ_READY)
        self.ends = Endpoint("vm.tasks", remote=self.number)
        self.ends.irq(self.drain_unread)

    def print(self, src, data):
        output.write(str(data, "utf-8"))

    # The other core is there, or there again.
    def send_all(self, ept):
        for number in sorted(self.tasks):
            task = self.tasks.get(number)
            try:
                task and self.send(task)
            except Exception as e:
                task._finish(e)

    def send(self, task):
        task._pieces = b""
        message = task._message()
        if len(message) <= self.vm.mtu:
            self.vm.send(message, timeout=1000)
            return
        size = self.vm.mtu - 20
        for at in range(0, len(message), size):
            head = struct.pack("<IIIII", 0, CHUNK, task.number, len(message), at)
            self.vm.send(head + message[at : at + size], timeout=1000)

    def drain_unread(self, ept):
        if not self.reading:
            self.drain()

    def drain(self):
        while (data := self.ends.recv(timeout=0)) is not None:
            self.take(data)

    # How a function has ended, or a piece of that.
    def take(self, data):
        if len(data) < 6:
            return
        number, kind, more = struct.unpack_from("<IBB", data)
        task = self.tasks.get(number)
        if task is None:
            return  # nobody waits for it
        task._pieces += data[6:]
        if len(task._pieces) > LONGEST:
            task._finish(ValueError("%s returns more than %d bytes" % (task.name, LONGEST)))
        elif not more:
            task._end(kind, task._pieces)

    # Of all tasks of asyncio that wait, one reads; and tells the others.
    def wait_for_news(self):
        if self.pump:
            yield from self.news.wait()
            return
        self.pump = True
        self.reading += 1
        try:
            yield asyncio.core._io_queue.queue_read(self.ends)
            self.drain()
        finally:
            self.pump = False
            self.reading -= 1
            self.news.set()
            self.news.clear()


_cores = {}


class Task:
    _count = 0

    def __init__(self, function, callback, args, core):
        if not isinstance(function, type(_nothing)):
            raise TypeError("async_remote takes an async def function")
        self.name = function.__name__
        if not hasattr(function, "__code__"):
            raise ValueError("%s cannot be sent: it has functions inside" % self.name)
        self._code = marshal.dumps(function.__code__)
        self._callback = callback
        self.endpoint = None
        self._core = _cores.setdefault(core, _Core(core))
        self.start(*args)

    # Once more, with other arguments.
    def start(self, *args):
        if self in self._core.tasks.values():
            raise RuntimeError("%s has not ended" % self.name)
        self._args = pack(args) if args else b""
        Task._count += 1
        self.number = Task._count
        self._result = self._exception = None
        if len(self._message()) > LONGEST:
            raise ValueError("%s cannot be sent: more than %d bytes" % (self.name, LONGEST))
        core = self._core
        core.open()
        try:
            self.endpoint.irq(None)
        except (AttributeError, OSError):
            self.endpoint = Endpoint(self.name, self._callback, remote=core.number)
        core.tasks[self.number] = self
        if core.vm.is_ready():
            core.send(self)

    def _message(self):
        name = self.name.encode()
        head = struct.pack("<II", len(name), len(self._code))
        return head + name + self._code + struct.pack("<I", self.number) + self._args

    def done(self):
        return self.number not in self._core.tasks

    def _finish(self, exception, result=None):
        self._core.tasks.pop(self.number, None)
        self._pieces = b""
        self._exception, self._result = exception, result

    def _end(self, kind, data):
        try:
            if kind == END_RESULT:
                self._finish(None, unpack(data))
            elif kind == END_CANCELLED:
                self._finish(asyncio.CancelledError())
            else:
                self._finish(RemoteError(str(data, "utf-8")))
        except Exception as e:
            self._finish(ValueError("%s: no result: %s" % (self.name, e)))

    def _outcome(self):
        if self._exception is not None:
            raise self._exception
        return self._result

    # Wait for it: not in a callback, nor in a task of asyncio, which awaits it.
    def result(self, timeout=-1):
        core = self._core
        start = time.ticks_ms()
        core.reading += 1
        try:
            while not self.done():
                left = timeout
                if timeout > 0:
                    left = max(timeout - time.ticks_diff(time.ticks_ms(), start), 1)
                data = core.ends.recv(timeout=left)
                if data is None:
                    raise OSError(ETIMEDOUT, "%s has not ended" % self.name)
                core.take(data)
        finally:
            core.reading -= 1
        if not core.reading:
            core.drain()
        return self._outcome()

    def __iter__(self):
        while not self.done():
            yield from self._core.wait_for_news()
        return self._outcome()

    __await__ = __iter__

    # Ask the other core to end it, which it does where it next awaits something.
    def cancel(self):
        core = self._core
        if self.done():
            return False
        if core.vm.is_ready():
            core.vm.send(struct.pack("<III", 0, CANCEL, self.number), timeout=1000)
        else:
            self._finish(asyncio.CancelledError())
        return True


def async_remote(callback=None, *, args=(), core=0):
    if isinstance(callback, type(_nothing)):
        return Task(callback, None, args, core)  # @async_remote without arguments
    if callback is not None and not callable(callback):
        raise TypeError("async_remote takes a callback, or an async def function")
    return lambda function: Task(function, callback, args, core)
