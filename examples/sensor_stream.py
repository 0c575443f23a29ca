# A stream of samples from the other core, in which every lost sample is noticed.  The
# firmware is firmware/sensor_stream: each sample has a sequence number, and the count of
# samples that were dropped because this core did not receive them in time.
import openamp
import struct
import time

SAMPLE = "<IIIi"  # sequence number, overflows, microseconds, reading


class Stream:
    def __init__(self):
        self.received = 0
        self.missing = 0  # holes in the sequence numbers
        self.overflows = 0  # samples that the firmware says it has dropped
        self.next = 0
        self.ept = openamp.Endpoint("sensor", self.on_sample)

    def on_sample(self, src, data):
        # The callback only counts: unpack_from() takes no memory for a copy of `data`.
        sequence, overflows, us, reading = struct.unpack_from(SAMPLE, data)
        self.received += 1
        self.missing += sequence - self.next
        self.overflows = overflows
        self.next = sequence + 1


def wait_for(what, condition, ms=10000):
    deadline = time.ticks_add(time.ticks_ms(), ms)
    while not condition():
        if time.ticks_diff(deadline, time.ticks_ms()) <= 0:
            raise RuntimeError("no sign of " + what)
        time.sleep_ms(1)


stream = Stream()
rproc = openamp.RemoteProc("sensor_stream.elf")
rproc.start()
wait_for("the service sensor", stream.ept.is_ready)

# A second of a stream: 1000 samples.
stream.ept.send("rate 1000")
wait_for("1000 samples", lambda: stream.received >= 1000)
print("1000 samples,", stream.missing - stream.overflows, "lost in silence")

# More samples at once than the firmware has room for: it drops some and counts them, and
# the next sample has that count.
stream.ept.send("burst 2000")
wait_for("a sample after the burst", lambda: stream.overflows > 0)
print("dropped samples are counted:", stream.missing == stream.overflows)
rproc.shutdown()
