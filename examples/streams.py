# Send a stream of data through an endpoint: cut it into messages, send them as fast as
# the other core takes them, and put what comes back together again.
#
# RPMsg keeps the order and loses nothing, so the pieces need no numbers.  The ring has
# flow control: the number of buffers is limited, and send() waits until the other core
# has returned one.  This program tries with timeout=0 first, to count how often it has
# to wait.
import openamp
import time

TOTAL = 4 << 20
PIECE = 496  # bytes of the longest message of this link

PATTERN = bytes((i * 7 + (i >> 8)) & 255 for i in range(1 << 12))

sent = received = waits = wrong = 0


def data_at(offset, size):
    # `size` bytes of the stream, from `offset` on.
    at = offset % len(PATTERN)
    part = PATTERN[at : at + size]
    return part if len(part) == size else part + PATTERN[: size - len(part)]


def on_piece(src, data):
    global received, wrong
    if bytes(data) != data_at(received, len(data)):
        wrong += 1
    received += len(data)


def wait_until(condition):
    deadline = time.ticks_add(time.ticks_ms(), 20000)
    while not condition():
        if time.ticks_diff(deadline, time.ticks_ms()) <= 0:
            raise RuntimeError("the remote does not react")
        time.sleep_ms(1)


def send_piece(piece):
    global waits
    if ept.send(piece, timeout=0) < 0:
        # Every buffer is with the other core.  A program that has something else
        # to do could do it now; this one waits.
        waits += 1
        ept.send(piece)


ept = openamp.Endpoint("vuart-channel", on_piece)
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()
wait_until(ept.is_ready)

while sent < TOTAL:
    piece = data_at(sent, min(PIECE, TOTAL - sent))
    send_piece(piece)
    sent += len(piece)
    if sent >> 20 != (sent - len(piece)) >> 20:
        print(sent >> 20, "MiB sent,", received, "bytes came back,", waits, "waits for a buffer")

wait_until(lambda: received == sent)
rproc.shutdown()
print("all", received, "bytes came back,", wrong, "pieces were wrong")
