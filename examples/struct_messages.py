# Send structures as messages: they have fixed sizes on both sides, and the callback reads
# them without a copy.  The firmware, virtual_uart, sends each message back.
import openamp
import struct
import time

# In C: struct { uint32_t time_ms; uint16_t channel; int16_t celsius_100; float volts; }
READING = "<IHhf"  # "<": little-endian, without padding

readings = []


def on_message(src, data):
    if len(data) != struct.calcsize(READING):
        print("a message of", len(data), "bytes is none of ours")
        return
    # unpack_from() reads `data` in the shared memory, without a copy.  After this call `data`
    # is empty, so a program keeps only copies, such as these numbers.
    readings.append(struct.unpack_from(READING, data))


ept = openamp.Endpoint("vuart-channel", on_message)
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()
while not ept.is_ready():
    time.sleep_ms(1)

ept.send("hello")
# One buffer serves for all messages, so sending allocates no memory for them.
message = bytearray(struct.calcsize(READING))
for i in range(3):
    struct.pack_into(READING, message, 0, 1000 * i, i, -250 + i, 3.25)
    ept.send(message)
while len(readings) < 3:
    time.sleep_ms(1)

for time_ms, channel, celsius, volts in readings:
    print("%d ms, channel %d: %.2f degrees, %.2f V" % (time_ms, channel, celsius / 100, volts))
rproc.shutdown()
