# Every way to receive and to send, at random, on endpoints of one core that echoes, against a model:
# each message comes once, in order and whole, in the session in which it was sent; a message or
# buffer object of another session is void; at the end nothing is held.
# RECEIVE_STEPS: how many calls; SOAK_SEED: another sequence.
import gc, openamp, os, time
from support import BOUND_MS, clobber, kill_core, outcome, quiet, wait, with_rings

steps = int(os.getenv("RECEIVE_STEPS") or "6000")
seed = int(os.getenv("SOAK_SEED") or "1")
ECHO = 1024  # the address of the firmware's service


def rnd(n):
    global seed
    seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
    return (seed >> 8) % n


def check(right, *what):
    if not right:
        raise AssertionError("step %d: %r" % (step, what))


class Model:
    count = 0

    def __init__(self):
        Model.count += 1
        self.number = 0
        self.stream = rnd(3) == 0
        self.expected = []  # messages whose echo was not read, or the bytes of a stream
        self.held = []  # message objects with what they must show
        self.claimed = []  # buffer objects
        self.old = []  # objects of former sessions, which are void
        self.ept = openamp.Endpoint("random %d" % Model.count, dest=ECHO, eof=rnd(2), rxbuf=(-1, 1, 2, 5)[rnd(4)])
        outcome(self.ept.recv, timeout=0)  # from now on it has a reader, and loses nothing

    def message(self):
        self.number += 1
        head = b"%d/%d/%d " % (session, self.ept.src, self.number)
        return head + bytes(rnd((4, 100, self.ept.mtu - len(head))[rnd(3)])) if rnd(9) else b""

    # What the next message, or the rest of it, must be.
    def take(self, got, nbytes=-1):
        global received
        received += 1
        check(self.expected, "nobody sent it", got)
        whole = self.expected.pop(0)
        check(got == (whole if nbytes < 0 else whole[:nbytes]), got, whole)

    # What the reader of a stream must get next. Empty messages are skipped.
    def take_bytes(self, got):
        while got:
            check(self.expected, "nobody wrote it", got)
            part = self.expected[0][: len(got)]
            check(got[: len(part)] == part, got, part)
            got = got[len(part) :]
            self.expected[0] = self.expected[0][len(part) :]
            if not self.expected[0]:
                self.expected.pop(0)

    def send(self):
        data = self.message()
        if self.ept.send(data, timeout=0) >= 0:
            self.expected.append(data)

    def write(self):
        data = self.message()
        done = self.ept.write(data)
        if done:
            self.expected.append(data[:done])

    def fill(self):
        buffer = self.ept.send_buffer(timeout=0)
        if buffer is not None:
            self.claimed.append(buffer)

    def finish(self):
        if self.claimed:
            buffer = self.claimed.pop(rnd(len(self.claimed)))
            if rnd(2):
                data = self.message()
                buffer[0 : len(data)] = data
                check(buffer.send(len(data)) == len(data), "buffer.send")
                self.expected.append(data)
            elif rnd(8):
                buffer.cancel()
            # Otherwise its finaliser does it.

    def recv(self):
        nbytes = (-1, 0, 7)[rnd(3)]
        got = self.ept.recv(nbytes, timeout=0)
        if got is not None:
            self.take(got, nbytes)

    def recvinto(self):
        buf = bytearray(rnd(500))
        got = self.ept.recvinto(buf, timeout=0)
        if got is not None:
            self.take(bytes(buf[:got]), len(buf))

    def hold(self):
        message = self.ept.hold(timeout=0)
        if message is not None:
            self.take(bytes(message))
            self.held.append((message, bytes(message)))

    def let_go(self):
        if self.held:
            message, data = self.held.pop(rnd(len(self.held)))
            check(bytes(message) == data and message.src == ECHO, "held", bytes(message), data)
            if rnd(8):
                message.release()
                message.release()
                check(outcome(len, message) == "ValueError", "released")
            elif rnd(2):
                with message:
                    pass
            # Otherwise its finaliser does it.

    def read(self):
        got = (self.ept.read, lambda: self.ept.read(1 + rnd(300)), self.ept.readline)[rnd(3)]()
        if got:
            self.take_bytes(got)

    def end_session(self):
        self.expected = []
        for objects in ([m for m, _ in self.held], self.claimed):
            self.old += objects
        self.held, self.claimed = [], []

    def check_old(self):
        for o in self.old:
            check(outcome(len, o) == "ValueError", "void", o)
        # Some stay for sessions to come, in which their buffers belong to other messages.
        while len(self.old) > 6:
            o = self.old.pop(rnd(len(self.old)))
            check((o.cancel if hasattr(o, "cancel") else o.release)() is None, "void")

    def close(self):
        self.ept.deinit()
        for buffer in self.claimed:
            check(outcome(buffer.send, 1) == "OSError ENOTCONN" and buffer.cancel() is None, "closed")
        self.end_session()
        self.check_old()
        check(outcome(self.ept.recv, timeout=0) == "OSError ENOTCONN", "closed")

    MESSAGES = (send, send, send, fill, finish, finish, recv, recv, recvinto, hold, let_go, let_go)
    STREAM = (write, write, read, read)

    def act(self):
        for o in self.old:
            check(outcome(bytes, o) == "ValueError", "void", o)
        calls = self.STREAM if self.stream else self.MESSAGES
        calls[rnd(len(calls))](self)


# All that was sent comes back.
def drain(models):
    for model in models:
        for message, data in model.held:
            check(bytes(message) == data, "held")
            message.release()
        for buffer in model.claimed:
            buffer.cancel()
        model.held, model.claimed = [], []

    def is_all():
        for model in models:
            while model.ept.any():
                model.read() if model.stream else model.recv()
        if rnd(20) == 0:  # what was forgotten is in the way until it is collected
            clobber()
            gc.collect()
        return not any(b"".join(model.expected) if model.stream else model.expected for model in models)

    wait(is_all, "the echoes")
    for model in models:
        model.expected = []


def restart(models):
    global session
    how = rnd(3)
    if how == 0:
        kill_core()
        wait(lambda: outcome(models[0].ept.send, "x", dest=ECHO, timeout=0) == "OSError EPIPE", "the death")
        # What came before is read as before; the rest is lost.
        for model in models:
            model.claimed.clear()
            for _ in range(rnd(10)):
                if model.stream:
                    model.read()
                elif model.ept.any():
                    model.recv()
            for message, data in model.held:
                check(bytes(message) == data, "held after a crash")
    rproc.stop()
    if how == 1:  # a session that ends before its endpoint is announced
        rproc.start()
        rproc.stop()
    session += 1
    for model in models:
        model.end_session()
        model.check_old()
    rproc.start()
    service.wait_ready()
    for model in models:
        while model.stream and model.ept.read() is not None:
            pass  # the end of the former session
        check(model.ept.any() == 0, "unread in a new session")


session = 0
restarts = 0
received = 0
service = openamp.Endpoint("vuart-channel", lambda src, data: None)
for rings in (4, 16, 64):
    path = with_rings("virtual_uart.elf", rings)
    rproc = quiet(openamp.RemoteProc(path))
    rproc.start()
    service.wait_ready()
    models = [Model() for _ in range(4)]
    for step in range(steps // 3):
        models[rnd(len(models))].act()
        what = rnd(400)
        if what == 0:
            restart(models)
            restarts += 1
        elif what < 4:
            drain(models)
        elif what < 6:
            i = rnd(len(models))
            models[i].close()
            models[i] = Model()
        elif what < 16:
            clobber()
            gc.collect()
    drain(models)
    rproc.stop()
    rproc.start()
    service.wait_ready()
    for model in models:
        check(model.ept.stats()[3:] == (0, 0), model.ept.stats())
        model.close()
    rproc.shutdown()
    os.unlink(path)
    service = openamp.Endpoint("vuart-channel", lambda src, data: None)
print("# %d calls, %d messages, %d restarts, %d endpoints" % (steps, received, restarts, Model.count))
print("as the model says")
