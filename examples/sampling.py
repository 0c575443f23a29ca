# 8,000 samples a second, which the other core takes while this one collects garbage.  The
# firmware is firmware/sampling: it sends blocks of 240 samples, with the number of the first,
# the count of dropped blocks, and how late the latest sample of the block was taken.
import gc, openamp, struct

SAMPLES = 240
block = bytearray(12 + 2 * SAMPLES)

ept = openamp.Endpoint("samples")
rproc = openamp.RemoteProc("sampling.elf")
rproc.start()
ept.wait_ready()
ept.recv(timeout=0)  # it will be read: from now on no message is dropped on this side
size = ept.send("rate 8000")

missing = latest = 0
for number in range(40):  # 9600 samples: a little more than a second
    size = ept.recvinto(block, timeout=10000)  # no memory is allocated
    first, dropped, late_us = struct.unpack_from("<III", block)
    missing = first - (number + dropped) * SAMPLES
    latest = max(latest, late_us)  # of an RP2040, some microseconds
    if number % 10 == 0:
        gc.collect()
print((number + 1) * SAMPLES, "samples,", missing, "lost in silence")
rproc.shutdown()
