# The host's side of a round trip in Python, for QEMU's plugin, which counts between two calls of
# time.ticks_cpu(): each message is answered from the callback of the one before.
import openamp, time

COUNT = 1000
left = 0
payload = None


def receive(src, data):
    global left
    left -= 1
    if left:
        ept.send(payload)


def round_trips(count):
    global left
    left = count
    ept.send(payload)
    while left:
        time.sleep_ms(100)


ept = openamp.Endpoint("vuart-channel", receive)
core = openamp.RemoteProc("virtual_uart.elf")
core.start()
while not ept.is_ready():
    time.sleep_ms(1)
for size in (16, 496):
    payload = bytes(size)
    round_trips(10)
    time.ticks_cpu()
    round_trips(COUNT)
    time.ticks_cpu()
