# Tries a board: 20 checks of the other core and of the way to it, each PASS or FAIL.
#
#     import board_check
#     board_check.run()
#
# at the prompt, with this file and board_check.elf (firmware/board_check, built for the board) on the
# board's file system.  What it prints is the report: send it to us, with the name of the board.
# Where a stop of the other core resets the whole chip (STM32H7): run(stop_resets=True); the chip is
# reset at the end.
import openamp
import struct
import sys
import time

WAIT_MS = 5000  # for anything that must happen
EAGAIN, EPIPE, EMSGSIZE, ETIMEDOUT, ENOENT = 11, 32, 90, 110, 2


class Failure(Exception):
    pass


def expect(condition, text):
    if not condition:
        raise Failure(text)


def wait(condition, text):
    start = time.ticks_ms()
    while not condition():
        if time.ticks_diff(time.ticks_ms(), start) > WAIT_MS:
            raise Failure(text + ": not in time")
        time.sleep_ms(1)


def error_of(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except OSError as e:
        return e.errno
    return 0


# An endpoint that keeps its messages.
class Channel:
    def __init__(self, name, **kwargs):
        self.got = []
        self.ept = openamp.Endpoint(name, self.receive, **kwargs)

    def receive(self, src, data):
        self.at = time.ticks_ms()
        self.got.append(bytes(data))

    def ask(self, data):
        self.got.clear()
        self.ept.send(data, timeout=WAIT_MS)
        wait(lambda: self.got, "an answer to %d bytes" % len(data))
        return self.got[0]


class Board:
    def __init__(self, firmware):
        self.firmware = firmware
        self.mtu = 496  # until it says what it is
        self.check = Channel("board-check")
        self.echo = Channel("board-echo")
        self.numbers = []
        self.sink = openamp.Endpoint("board-sink", self.on_number)
        self.late = Channel("board-late")

    def on_number(self, src, data):
        number, inverse = struct.unpack_from("<II", data)
        self.numbers.append(number if number ^ inverse == 0xFFFFFFFF else -1)

    def command(self, text):
        return struct.unpack("<4I", self.check.ask(text))

    def close(self):
        for ept in (self.check.ept, self.echo.ept, self.sink, self.late.ept):
            ept.deinit()


# ---- The checks, in their order ----


def loads(board):
    board.rproc = openamp.RemoteProc(board.firmware)


def refuses(board):
    expect(error_of(openamp.RemoteProc, "no-such-file.elf") == ENOENT, "a file that is not there: no ENOENT")


def announces(board):
    # The one before it may have taken the place of the first.
    board.rproc = openamp.RemoteProc(board.firmware)
    board.rproc.start()
    for what, ept in (("board-check", board.check.ept), ("board-echo", board.echo.ept), ("board-sink", board.sink)):
        wait(ept.is_ready, "the service " + what)


def start_up(board):
    data, bss, mtu, version = board.command("info")
    board.mtu = mtu
    expect(data == 0x13579BDF, ".data is 0x%08x, not 0x13579bdf" % data)
    expect(bss == 0, ".bss is 0x%08x, not 0" % bss)


def there_and_back(board):
    answer = board.echo.ask(b"hello")
    expect(answer == b"hello", "hello came back as %r" % answer)


def lengths(board):
    for n in (0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 255, 256, 495, 496):
        if n <= board.mtu:
            message = bytes((i * 7 + n) & 0xFF for i in range(n))
            expect(board.echo.ask(message) == message, "%d bytes did not come back as they were" % n)


def too_long(board):
    mtu = board.mtu
    expect(error_of(board.echo.ept.send, bytes(mtu + 1)) == EMSGSIZE, "%d bytes: no EMSGSIZE" % (mtu + 1))


def patterns(board):
    # More messages than there are buffers: each buffer is used, with each pattern.
    for i in range(256):
        pattern = bytes((0x00, 0xFF, 0xAA, 0x55, 1 << (i & 7), i & 0xFF)) * 8
        expect(board.echo.ask(pattern) == pattern, "message %d did not come back as it was" % i)


def from_it(board):
    board.numbers.clear()
    board.command("burst 1000")
    # A hole is found by the first number that comes too early.
    wait(lambda: len(board.numbers) >= 1000 or board.numbers != list(range(len(board.numbers))), "1000 messages")
    wrong = [i for i, number in enumerate(board.numbers) if i != number]
    expect(not wrong, "message %s is wrong" % wrong[:1])


def to_it(board):
    board.command("count")
    total = 0
    for i in range(1000):
        message = struct.pack("<I", i * 2654435761 & 0xFFFFFFFF)
        total += sum(message)
        board.sink.send(message, timeout=WAIT_MS)
    # Sent behind them, but to another address: nothing orders the two.
    count, got = 0, 0
    start = time.ticks_ms()
    while count < 1000 and time.ticks_diff(time.ticks_ms(), start) < WAIT_MS:
        answer = board.command("count")
        count, got = count + answer[0], got + answer[1]
    expect(count == 1000, "%d of 1000 came" % count)
    expect(got == total, "the sum of their bytes is %d, not %d" % (got, total))


def both_ways(board):
    board.numbers.clear()
    board.echo.got.clear()
    board.command("burst 500")
    for i in range(500):
        board.echo.ept.send(struct.pack("<I", i), timeout=WAIT_MS)
    wait(lambda: len(board.echo.got) >= 500, "500 echoes beside a stream")
    wait(lambda: len(board.numbers) >= 500, "the stream")
    expect(board.echo.got == [struct.pack("<I", i) for i in range(500)], "the echoes are in another order")
    expect(board.numbers == list(range(500)), "the stream is in another order")


def wakes_us(board):
    # Does the doorbell end our sleep, or does the answer wait for its end?
    board.echo.got.clear()
    start = time.ticks_ms()
    board.echo.ept.send(b"wake")
    time.sleep_ms(2000)
    expect(board.echo.got, "no answer in 2000 ms of sleep")
    took = time.ticks_diff(board.echo.at, start)
    expect(took < 1500, "the answer came after %d ms of a sleep" % took)


def wakes_it(board):
    for i in range(5):
        time.sleep_ms(100)  # it has nothing to do, and sleeps
        start = time.ticks_ms()
        board.echo.ask(b"wake")
        took = time.ticks_diff(time.ticks_ms(), start)
        expect(took < 1500, "an answer took %d ms" % took)


def its_clock(board):
    def both():
        low, high = board.command("time")[:2]
        return (high << 32 | low) // 1000, time.ticks_ms()

    its, ours = both()
    time.sleep_ms(2000)
    its_end, ours_end = both()
    ours = time.ticks_diff(ours_end, ours)
    its = its_end - its
    expect(abs(its - ours) < 400, "its clock goes %.1f times as fast as ours" % (its / ours))


def its_sleep(board):
    us = board.command("sleep 200")[0]
    expect(us >= 200000, "a sleep of 200 ms was shorter")
    expect(us < 1500000, "a sleep of 200 ms was one of %d ms" % (us // 1000))


def full_ring(board):
    board.command("quiet 500")
    board.echo.got.clear()
    sent = 0
    while board.echo.ept.send(struct.pack("<I", sent), timeout=0) != -EAGAIN:
        sent += 1
        expect(sent < 1000, "1000 messages, and the ring is not full")
    wait(lambda: len(board.echo.got) >= sent, "the %d messages of a full ring" % sent)
    expect(board.echo.got == [struct.pack("<I", i) for i in range(sent)], "they are not as they were sent")


def times_out(board):
    board.command("quiet 3000")
    board.echo.got.clear()
    sent = 0
    error = 0
    start = time.ticks_ms()
    while error == 0 and sent < 1000:
        start = time.ticks_ms()
        error = error_of(board.echo.ept.send, b"x", timeout=100)
        sent += error == 0
    took = time.ticks_diff(time.ticks_ms(), start)
    expect(error == ETIMEDOUT, "a full ring: error %d, not ETIMEDOUT" % error)
    expect(100 <= took < 2000, "a timeout of 100 ms took %d ms" % took)
    wait(lambda: len(board.echo.got) >= sent, "the %d messages before it" % sent)


def comes_and_goes(board):
    board.command("announce")
    wait(board.late.ept.is_ready, "the service board-late")
    expect(board.late.ask(b"late") == b"late", "its echo is wrong")
    board.command("withdraw")
    wait(lambda: not board.late.ept.is_ready(), "the end of the service board-late")


def crashes(board):
    expect(board.check.ept.is_ready(), "it is dead already")
    reasons = []
    board.rproc.irq(lambda rproc: reasons.append(rproc.reason()), board.rproc.IRQ_CRASHED)
    board.check.ept.send("trap")
    wait(lambda: reasons, "a crash that is noticed")
    expect(reasons[0], "it has no reason")
    expect(not board.check.ept.is_ready(), "its service is still ready")
    expect(error_of(board.check.ept.send, "x") == EPIPE, "sending to a dead core: no EPIPE")


def starts_again(board):
    for life in range(5):
        board.rproc.stop()
        expect(not board.check.ept.is_ready(), "ready while it is stopped")
        board.rproc.start()
        wait(board.check.ept.is_ready, "life %d" % (life + 2))
        start_up(board)
        there_and_back(board)


CHECKS = (
    ("the firmware is found and loads", loads),
    ("a file that is not there is refused", refuses),
    ("the other core starts and announces its services", announces),
    ("its memory is as the image says", start_up),
    ("a message there and back", there_and_back),
    ("messages of every length", lengths),
    ("a message that is too long is refused", too_long),
    ("256 messages of patterns, through every buffer", patterns),
    ("1000 messages from it, in order", from_it),
    ("1000 messages to it, all their bytes", to_it),
    ("500 messages each way at once", both_ways),
    ("its doorbell ends our sleep", wakes_us),
    ("our doorbell ends its sleep", wakes_it),
    ("its clock goes as ours", its_clock),
    ("it sleeps as long as it means to", its_sleep),
    ("a full ring loses nothing", full_ring),
    ("send() gives up in time", times_out),
    ("a service comes and goes", comes_and_goes),
    ("its crash is noticed", crashes),
    ("it stops and starts again, 5 times", starts_again),
)


def one(number, title, function, board):
    try:
        function(board)
    except Exception as e:
        text = str(e) if isinstance(e, Failure) else "%s: %s" % (type(e).__name__, e)
        print("%2d FAIL  %s: %s" % (number, title, text))
        return 0
    print("%2d PASS  %s" % (number, title))
    return 1


def about():
    version = ".".join(str(n) for n in sys.implementation[1][:3])
    machine = getattr(sys.implementation, "_machine", sys.platform)
    print("openamp %s, MicroPython %s, %s" % (openamp.__version__, version, machine))


def run(firmware="board_check.elf", stop_resets=False):
    about()
    board = Board(firmware)
    passed = 0
    for number, (title, function) in enumerate(CHECKS, 1):
        if number == len(CHECKS) and stop_resets:
            break
        passed += one(number, title, function, board)
    if stop_resets:
        print("%d of %d passed" % (passed, len(CHECKS) - 1))
        print("20 a stop resets the chip: PASS if the chip begins anew now")
        board.rproc.stop()
        print("20 FAIL  stop() returned")
    else:
        print("%d of %d passed" % (passed, len(CHECKS)))
        if hasattr(board, "rproc"):
            board.rproc.shutdown()
    board.close()
    return passed


if __name__ == "__main__":
    run()
