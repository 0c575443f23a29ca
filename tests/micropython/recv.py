# Receiving without a callback: every way to read a message.
import openamp
from support import boot, outcome, wait

ept = openamp.Endpoint("vuart-channel")
print(ept.name, ept.src, ept.dest == openamp.ENDPOINT_ADDR_ANY, ept.mtu, ept.remote)
print(outcome(ept.recv), outcome(ept.recv, timeout=0), outcome(ept.wait_ready))
rproc = boot()
print(ept.wait_ready(), ept.is_ready(), ept.dest == 1024, ept.mtu)
ept.wait_ready(0)


def ask(*messages):
    for message in messages:
        ept.send(message)


print("recv")
ask("one", b"two", "")
print(ept.recv(), ept.recv(timeout=20000), ept.recv())
ask("abcdef", "abcdef", "abcdef", "abcdef")
print(ept.recv(3), ept.recv(nbytes=100), ept.recv(0), ept.recv(-1))
ask("x" * 496)
print(len(ept.recv()))

print("recvfrom")
ask("who")
print(ept.recvfrom() == (b"who", ept.dest))
ask("who")
print(ept.recvfrom(1))

print("recvinto")
buf = bytearray(4)
ask("abcdef", "ab", "")
print([(ept.recvinto(buf), bytes(buf)) for _ in range(3)])
ask("lost")
print(ept.recvinto(bytearray()), ept.any())
ask("view")
print(ept.recvinto(memoryview(buf)[1:3]), bytes(buf))

print("nothing there")
print([f(timeout=0) for f in (ept.recv, ept.recvfrom, ept.hold)], ept.recvinto(buf, timeout=0))
print([outcome(f, timeout=5) for f in (ept.recv, ept.recvfrom, ept.hold)], outcome(ept.recvinto, buf, timeout=5))

print("any")
ask("1", "2", "3")
wait(lambda: ept.any() == 3)
print(ept.stats().queued, ept.recv(), ept.any(), ept.recv(), ept.recv(), ept.any())

print("arguments")
print(outcome(ept.recv, "x"), outcome(ept.recv, 1, 2), outcome(ept.recvinto), outcome(ept.recvinto, b"fixed"))
print(outcome(ept.recvinto, 7), outcome(ept.recv, timeout="x"), outcome(ept.hold, 5))
print([outcome(openamp.Endpoint, "b", rxbuf=n) for n in (0, -2, "x")])
for name in ("name", "src", "dest", "mtu", "remote"):
    print(name, outcome(setattr, ept, name, 1))

print("with a callback")
got = []
with openamp.Endpoint("other", lambda src, data: got.append(bytes(data)), dest=ept.dest) as other:
    print([outcome(f, timeout=0) == "OSError EINVAL" for f in (other.recv, other.recvfrom, other.hold)], other.any())
    other.send("called")
    wait(lambda: got)
    print(got, other.stats())
print(outcome(other.recv), outcome(other.send, ""), outcome(other.wait_ready), outcome(other.hold, timeout=0))

print("in a callback")
inside = []


def receive(src, data):
    inside.append(outcome(ept.recv))
    inside.append(outcome(ept.recv, timeout=0))
    inside.append(outcome(late.wait_ready))


late = openamp.Endpoint("not announced")
calls = openamp.Endpoint("calls", receive, dest=ept.dest)
calls.send("")
wait(lambda: len(inside) == 3)
print(inside)
print(outcome(late.wait_ready, 5), outcome(late.wait_ready, timeout=0))

print("first message")
first = openamp.Endpoint("first")
ept.send("bind", src=first.src)
print(first.recvfrom() == (b"bind", ept.dest), first.dest == ept.dest)
s = ept.stats()
print(s.received, s.sent, s.dropped, s.queued, s.held)
