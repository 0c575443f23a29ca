# Messages that are read and filled where they are, and what is wrong with them.
import gc, openamp
from support import boot, clobber, outcome, wait

ept = openamp.Endpoint("vuart-channel")
rproc = boot()
ept.wait_ready()


def ask(message):
    ept.send(message)
    return ept.hold()


print("hold")
m = ask("hello")
print(bytes(m), len(m), m[0], m[-1], bytes(m[1:3]), bytes(memoryview(m)), m.src == ept.dest)
m[0] = 72
m[1:5] = b"ELLO"
print(bytes(m), outcome(lambda: m[9]))
print(ept.stats().held, m.release(), m.release(), ept.stats().held)
for use in (len, bytes, memoryview, lambda m: m[0], lambda m: m.src, lambda m: ept.send(m)):
    print(outcome(use, m), end=" ")
print()
with ask("") as m:
    print(len(m), bytes(m), outcome(lambda: m[0]))
try:
    with ask("x") as m:
        raise KeyError
except KeyError:
    print(outcome(len, m), ept.stats().held)

print("any order")
ms = []
for i in range(4):
    ept.send("%d" % i)
    ms.append(ept.hold())
for i in (2, 0, 3, 1):
    print(bytes(ms[i]), end=" ")
    ms[i].release()
print(ept.stats().held)

print("forgotten")


def forget():
    for i in range(4):
        ask("forgotten")
    print(ept.stats().held)


forget()
clobber()
gc.collect()
ept.any()
old = ept.stats().held
print(old <= 1)  # the collector may take an old value for a reference

print("kept for ever")
ms = []
n = 0
while True:
    ept.send("%d" % n)
    try:
        m = ept.hold(timeout=20000)
    except OSError as e:
        print(e)
        break
    ms.append(m)
    n += 1
print(ept.stats().held == n + old, ept.any(), [bytes(m) for m in ms] == [b"%d" % i for i in range(n)])
ms.pop(0).release()
print(ept.recv() == b"%d" % n)
for m in ms:
    m.release()
ept.send("again")
print(ept.recv(), ept.stats().held == old)

print("send_buffer")
s = ept.send_buffer()
print(len(s) == ept.mtu)
s[0:5] = b"hello"
memoryview(s)[5:8] = b"!!!"
print(bytes(s)[:8], s.send(8), ept.recv())
for use in (len, lambda s: s[0], lambda s: s.send(1), lambda s: s.send(0, dest=5)):
    print(outcome(use, s), end=" ")
print(s.cancel())
s = ept.send_buffer(timeout=0)
print(outcome(s.send), outcome(s.send, -1), outcome(s.send, 497), outcome(s.send, "1"), outcome(s.send, 1, dest=-2))
print(s.send(n=0), ept.recv())
with ept.send_buffer() as s:
    s[0] = 120
    s.send(1, src=ept.src, dest=ept.dest)
print(ept.recv())
with ept.send_buffer() as s:
    pass
print(outcome(len, s), outcome(s.send, 1))
unbound = openamp.Endpoint("unbound")
with unbound.send_buffer() as s:
    s[0] = 117
    print(outcome(s.send, 1), s.send(1, src=ept.src, dest=ept.dest), ept.recv())
# All of them, also those that the core returns meanwhile, and none is missing afterwards.
all = []
try:
    while True:
        all.append(ept.send_buffer(timeout=100))
except OSError:
    pass
print(len(all) >= 4, outcome(ept.send, "no room", timeout=0), outcome(ept.send_buffer, timeout=5))
for s in all:
    s.cancel()
print(ept.send("room"), ept.recv())


def waste():
    for i in range(4):
        ept.send_buffer()


waste()
clobber()
gc.collect()
count = len(all)
all = [ept.send_buffer(timeout=0) for _ in range(count - 1)]  # it may take an old value for one
print(None in all)
ept.deinit()
print(outcome(ept.send_buffer), outcome(ept.send_buffer, timeout=0), outcome(all[0].send, 1), all[0].cancel())
