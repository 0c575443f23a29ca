# An endpoint lives without a reference to it, through garbage collection.
import openamp, gc
from support import boot, wait

got = []


def create():
    openamp.Endpoint("vuart-channel", lambda src, data: got.append((src, bytes(data))))


def clobber():
    for _ in range(3):
        gc.collect()
        [bytearray(64) for _ in range(500)]


create()
clobber()
rproc = boot()
sender = openamp.Endpoint("sender", lambda src, data: got.append((src, bytes(data))), dest=1024)
clobber()
# The sender's echoes come back to the sender; write in the lost one's name.
wait(sender.is_ready)
for address in range(1024, 1030):
    sender.send("for %d" % address, src=address)
wait(lambda: len(got) >= 2, "both messages")
clobber()
print([data for src, data in got])
