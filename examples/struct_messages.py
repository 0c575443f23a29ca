# Messages that are structures: packed with fixed sizes on both sides, read in the
# callback without a copy.  The firmware, virtual_uart, sends each message back.
import openamp
import struct
import time

# In C: struct { uint32_t time_ms; uint16_t channel; int16_t celsius_100; float volts; }
READING = "<IHhf"  # "<": lowest byte first, and no gaps

readings = []


def on_message(src, data):
    if len(data) != struct.calcsize(READING):
        print("a message of", len(data), "bytes is none of ours")
        return
    # unpack_from() reads `data` where it lies, in the shared memory.  What is to be kept
    # longer than this call must be a copy, as these numbers are.
    readings.append(struct.unpack_from(READING, data))


ept = openamp.Endpoint("vuart-channel", on_message)
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()
while not ept.is_ready():
    time.sleep_ms(1)

ept.send("hello")
# The same buffer for each message: no memory is taken while the program runs.
message = bytearray(struct.calcsize(READING))
for i in range(3):
    struct.pack_into(READING, message, 0, 1000 * i, i, -250 + i, 3.25)
    ept.send(message)
while len(readings) < 3:
    time.sleep_ms(1)

for time_ms, channel, celsius, volts in readings:
    print("%d ms, channel %d: %.2f degrees, %.2f V" % (time_ms, channel, celsius / 100, volts))
rproc.shutdown()
