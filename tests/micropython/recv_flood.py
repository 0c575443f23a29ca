# Peers that send what is of no use, and programs that keep what they got.
import openamp
from support import boot, outcome, wait

ept = openamp.Endpoint("vuart-channel")
rproc = boot()
ept.wait_ready()

print("empty messages for a stream")
text = b""
for i in range(2000):
    ept.send(b"")
    if i % 100 == 99:
        ept.send("%d " % (i // 100))
    if i % 7 == 0:
        assert ept.read(0) == b""
        ept.readinto(bytearray(0))
        got = ept.read(1)
        if got is not None:
            text += got
while True:
    try:
        ept.send(b"", timeout=0)
    except OSError:
        pass
    got = ept.read(100)
    if got is not None:
        text += got
        if got.endswith(b"19 "):
            break
print(text.split() == [b"%d" % i for i in range(20)])
sent = rest = None


def at_end():
    # Behind all that is still on its way.
    global sent, rest
    sent = sent or ept.send("end", timeout=0) == 3
    rest = (rest or b"") + (ept.read(100) or b"")
    return rest.endswith(b"end")


wait(at_end)
print(ept.stats().dropped, ept.stats().queued, ept.recv(timeout=0))

print("a buffer of no bytes takes a message, as UDP has it")
for use in (lambda: ept.recv(0), lambda: ept.recvinto(bytearray()), lambda: ept.recvfrom(0)[0]):
    ept.send("lost")
    ept.send("next")
    print(use(), ept.recv())

print("who holds")
others = [openamp.Endpoint("other %d" % i, dest=ept.dest) for i in range(2)]
all = [ept] + others
kept = []
for count, other in enumerate(others):
    for i in range(count + 2):
        other.send("kept")
        kept.append(other.hold())
print([e.stats().held for e in all], [e.stats().queued for e in all])
ept.send("meanwhile")
print(ept.recv())
for message in kept:
    print(message.release(), message.release(), outcome(len, message), end=" ")
print([e.stats().held for e in all])
# To hold and release in turn costs no buffer, however often.
for i in range(500):
    ept.send("x")
    message = ept.hold()
    message.release()
    message.release()
print(ept.stats().held, ept.stats().dropped)
