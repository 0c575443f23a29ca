# No memory for each message.
import micropython, openamp
from support import boot

ept = openamp.Endpoint("vuart-channel")
rproc = boot()
ept.wait_ready()
ept.send("first")
with ept.hold():
    pass
ept.send("first")
ept.recv()
buf = bytearray(16)
message = b"0123456789abcdef"


def messages(count):
    for _ in range(count):
        ept.send(message)
        ept.recvinto(buf)
        ept.send(message)
        with ept.hold() as m:
            buf[0] = m[0] + len(m)


micropython.heap_lock()
try:
    messages(300)
    print("no memory")
finally:
    micropython.heap_unlock()
print(bytes(buf), ept.stats())
