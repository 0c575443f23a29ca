# Calls of functions on the other core, and of ours by it: MessagePack-RPC over an endpoint,
# one message to a buffer, as Arduino's RPC library and its `msgpackrpc` speak it.
#
#     import openamp
#     from openamp import rpc
#
#     core = rpc.RPC()  # the endpoint "rpc"
#     openamp.RemoteProc("rpc_responder.elf").start()
#     print(core.call("add", 1, 2))
#
# A request is [0, id, method, arguments], a response [1, id, error, result], a notification
# [2, method, arguments].  Arduino's firmware takes the first message of each of its
# endpoints, "rpc" and "raw", for a greeting that says where the host is; so this sends one
# byte, 0, before its first request, which our own firmware leaves alone; greet() does that
# for other endpoints.
import errno
import sys
import time
import openamp
from openamp_msgpack import pack, unpack

_REQUEST = 0
_RESPONSE = 1
_NOTIFY = 2
_GREETING = b"\x00"


# The other side's answer is an error; args[0] is what it sent.
class RPCError(Exception):
    pass


def greet(ept, timeout=1000):
    ept.wait_ready(timeout)
    ept.send(_GREETING, timeout=timeout)


# A request that was sent.
class Call:
    def __init__(self, peer, method, number):
        self._peer = peer
        self.method = method
        self.number = number
        self.done = False
        self._error = None
        self._value = None

    def _end(self, error, value=None):
        self.done = True
        self._error = error
        self._value = value

    def _get(self):
        if isinstance(self._error, OSError):
            raise self._error
        if self._error is not None:
            raise RPCError(self._error)
        return self._value

    # What the function returned.  RPCError: it, or the other side, says that it failed.
    # OSError: ETIMEDOUT, or EPIPE if the other core stopped; an answer that still comes
    # is counted in `unclaimed`.
    def result(self, timeout=1000):
        return self._peer._wait(self, timeout)


# What the blocking and the asyncio form share: all but waiting.
class _Peer:
    def __init__(self, ept):
        self.ept = ept
        self.unclaimed = 0  # responses to nobody
        self.bad = 0  # messages that are none of the three
        self._functions = {}
        self._calls = {}
        self._number = 0
        self._greeted = False
        ept.irq(self._gone, ept.IRQ_GONE)

    # The session is over: nobody answers any more, and the next one is greeted again.
    def _gone(self, ept):
        self._greeted = False
        self._fail(OSError(openamp.EPIPE, "the other core ended before it answered"))

    def _fail(self, error):
        calls = self._calls
        self._calls = {}
        for call in calls.values():
            call._end(error)

    # A function that the other core may call, or an object with such methods.
    def bind(self, what, name=None):
        if callable(what):
            self._functions[name or what.__name__] = what
            return
        for name in dir(what):
            function = getattr(what, name)
            if name[0] != "_" and callable(function):
                self._functions[name] = function

    def _request(self, method, arguments):
        number = self._number = (self._number + 1) & 0xFFFFFFFF
        data = pack([_REQUEST, number, method, arguments])
        call = self._calls[number] = Call(self, method, number)
        return call, data

    # Handles a message; the response that is to be sent, or None.
    def _take(self, data):
        if data == _GREETING:
            return None
        try:
            message = unpack(data)
        except ValueError:
            self.bad += 1
            return None
        if isinstance(message, list) and len(message) == 4 and isinstance(message[1], int):
            if message[0] == _RESPONSE:
                self._response(message)
                return None
            if message[0] == _REQUEST and self._is_call(message[2], message[3]):
                return self._answer(message[1], message[2], message[3])
        elif isinstance(message, list) and len(message) == 3 and message[0] == _NOTIFY:
            if self._is_call(message[1], message[2]):
                self._run(message[1], message[2], True)
                return None
        self.bad += 1
        return None

    def _is_call(self, method, arguments):
        return isinstance(method, str) and isinstance(arguments, list)

    def _response(self, message):
        call = self._calls.pop(message[1], None)
        if call is None:
            self.unclaimed += 1
        else:
            call._end(message[2], message[3])

    def _run(self, method, arguments, silent=False):
        try:
            if method not in self._functions:
                raise NameError("no function is called '%s'" % method)
            return None, self._functions[method](*arguments)
        except Exception as e:
            if silent:  # nobody else is told
                sys.print_exception(e)
            return "%s: %s" % (type(e).__name__, e), None

    def _answer(self, number, method, arguments):
        error, value = self._run(method, arguments)
        try:
            data = pack([_RESPONSE, number, error, value])
            if len(data) <= self.ept.mtu:
                return data
            error = "the result is longer than a message"
        except (TypeError, ValueError) as e:
            error = "the result cannot be sent: %s" % e
        return pack([_RESPONSE, number, error[: self.ept.mtu // 2], None])


class RPC(_Peer):
    def __init__(self, ept="rpc"):
        super().__init__(openamp.Endpoint(ept) if isinstance(ept, str) else ept)

    def _send(self, data, timeout):
        if not self._greeted:
            greet(self.ept, timeout)
            self._greeted = True
        self.ept.send(data, timeout=timeout)

    def start(self, method, *arguments, timeout=1000):
        call, data = self._request(method, arguments)
        try:
            self._send(data, timeout)
        except BaseException:
            self._calls.pop(call.number, None)
            raise
        return call

    def call(self, method, *arguments, timeout=1000):
        return self.start(method, *arguments, timeout=timeout).result(timeout)

    def notify(self, method, *arguments, timeout=1000):
        self._send(pack([_NOTIFY, method, arguments]), timeout)

    # One message, if one comes in that time.
    def _turn(self, timeout):
        data = self.ept.recv(timeout=timeout)
        if data is None:
            raise OSError(errno.ETIMEDOUT, "no message")
        answer = self._take(data)
        if answer is not None:
            # Who calls and takes no answer does not hold us for longer than that.
            self.ept.send(answer, timeout=timeout or 1)

    def _wait(self, call, timeout):
        end = time.ticks_add(time.ticks_ms(), timeout or 1)
        try:
            left = timeout
            while not call.done:
                self._turn(left)
                if timeout >= 0 and not call.done:
                    left = time.ticks_diff(end, time.ticks_ms())
                    if left <= 0:  # also if other messages come without end
                        raise OSError(errno.ETIMEDOUT, "%s() does not answer" % call.method)
        finally:
            self._calls.pop(call.number, None)
        return call._get()

    # Serves the other core's calls for so many milliseconds (0: those that are there), or
    # without end.
    def serve(self, timeout=-1):
        end = time.ticks_add(time.ticks_ms(), timeout or 1)
        left = timeout
        while timeout < 0 or left >= 0:
            try:
                self._turn(left)
            except OSError as e:
                if e.errno != errno.ETIMEDOUT:
                    raise
                if timeout >= 0:
                    return
            left = time.ticks_diff(end, time.ticks_ms())


# The same for asyncio.  Nothing runs in the background: of the tasks that wait for an answer
# or serve, one reads for all.
class AIORPC(_Peer):
    def __init__(self, ept="rpc"):
        import asyncio

        super().__init__(openamp.AIOEndpoint(ept) if isinstance(ept, str) else ept)
        self._asyncio = asyncio
        self._reading = False
        self._moved = asyncio.Event()
        self._writing = asyncio.Lock()  # the greeting goes first, whichever task begins

    async def _send(self, data):
        async with self._writing:
            if not self._greeted:
                await self.ept.ready()
                await self.ept.asend(_GREETING)
                self._greeted = True
            await self.ept.asend(data)

    async def _turn(self):
        if self._reading:
            await self._moved.wait()
            return
        self._reading = True
        self._moved.clear()
        try:
            # arecv() does not wait while messages come without end; others have their turn.
            await self._asyncio.sleep_ms(0)
            answer = self._take(await self.ept.arecv())
        except OSError as e:
            self._fail(e)
            raise
        finally:
            self._reading = False
            self._moved.set()
        if answer is not None:
            await self._send(answer)

    async def _finish(self, call, data):
        try:
            await self._send(data)
            while not call.done:
                try:
                    await self._turn()
                except OSError:
                    if not call.done:
                        raise
        finally:
            self._calls.pop(call.number, None)
        return call._get()

    async def call(self, method, *arguments, timeout=1000):
        call, data = self._request(method, arguments)
        finish = self._finish(call, data)
        if timeout < 0:
            return await finish
        try:
            return await self._asyncio.wait_for_ms(finish, timeout)
        except self._asyncio.TimeoutError:
            raise OSError(errno.ETIMEDOUT, "%s() does not answer" % method)

    async def notify(self, method, *arguments):
        await self._send(pack([_NOTIFY, method, arguments]))

    async def serve(self):
        while True:
            await self._turn()


rpc = sys.modules[__name__]  # openamp.rpc
