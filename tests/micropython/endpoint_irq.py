# Endpoint.irq(): messages, and a service that comes and goes.
import openamp
from support import boot, outcome, wait

log = []
E = ept = openamp.Endpoint("test-crash")
print(ept.irq(lambda e: log.append(e.is_ready()), E.IRQ_READY | E.IRQ_GONE))
rproc = boot("test_crash.elf")
wait(lambda: log == [True])
ept.send("exit 3")
wait(lambda: log == [True, False])
rproc.start()
wait(lambda: log == [True, False, True])
rproc.stop()
wait(lambda: log == [True, False, True, False])
rproc.shutdown()
print(len(log), ept.stats().received)

ept = openamp.Endpoint("vuart-channel")
rproc = boot()
ept.wait_ready()

got = []


def drain(e):
    while e.any():
        got.append(e.recv(timeout=0))


ept.irq(drain)
for i in range(20):
    ept.send("%d" % i)
wait(lambda: len(got) == 20)
print(got == [b"%d" % i for i in range(20)])

print("with a callback both are called")
both = []
calls = openamp.Endpoint("calls", lambda src, data: both.append(bytes(data)), dest=ept.dest)
calls.irq(handler=lambda e: both.append("irq"), trigger=E.IRQ_RX)
calls.send("a")
wait(lambda: len(both) == 2)
print(both)

print("what waits when the handler comes")
ept.irq(None)
ept.send("earlier")
wait(lambda: ept.any() == 1)
got.clear()
ept.irq(drain)
wait(lambda: got)
print(got)

print("a handler may wait, and close its endpoint")
replies = []


def ask(e):
    replies.append(e.recv())
    ept2.send("from the handler")
    replies.append(ept2.recv())
    e.deinit()


ept2 = openamp.Endpoint("second", dest=ept.dest)
third = openamp.Endpoint("third", dest=ept.dest)
third.irq(ask)
third.send("x")
wait(lambda: len(replies) == 2)
print(replies, outcome(third.send, "closed"), outcome(third.irq, print))

print("arguments")
print(outcome(ept.irq, 5), outcome(ept.irq, print, 8), outcome(ept.irq, print, E.IRQ_RX, True))
print(outcome(ept.irq, print, hard=True), outcome(ept.irq, trigger=1 << 20))
