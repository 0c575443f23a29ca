# select.poll() of endpoints.
import openamp, select, time
from support import BOUND_MS, boot, outcome, wait

IN, OUT, HUP = select.POLLIN, select.POLLOUT, select.POLLHUP
ept = openamp.Endpoint("test-crash")
poll = select.poll()
poll.register(ept, IN | OUT)
print(poll.poll(0) == [(ept, HUP)])  # nobody is there to be written to
poll.modify(ept, IN)
print(poll.poll(0))
rproc = boot("test_crash.elf")
poll.modify(ept, OUT)
print(poll.poll(BOUND_MS) == [(ept, OUT)], ept.is_ready())
poll.modify(ept, IN)
print(poll.poll(0), poll.poll(5))
for i in range(100):
    ept.send("%d" % i)
    assert poll.poll(BOUND_MS) == [(ept, IN)]
    assert ept.recv(timeout=0) == b"%d" % i
print(poll.poll(0))

print("two of them")
other = openamp.Endpoint("other", dest=ept.dest)
poll.register(other, IN)
ept.send("x")
print([e is ept for e, events in poll.poll(BOUND_MS)], ept.recv())
poll.unregister(other)
other.deinit()

print("no room")
poll.modify(ept, OUT)
ept.send("freeze")
print(ept.recv())
while ept.send("fill", timeout=0) >= 0:
    pass
print(poll.poll(0), poll.poll(5), ept.write("x"))
rproc.stop()
print(poll.poll(0) == [(ept, HUP)], outcome(ept.write, "x"))
poll.modify(ept, IN)
print(poll.poll(0) == [(ept, IN | HUP)], ept.read(), poll.poll(0), ept.read())

print("the end")
rproc.start()
ept.wait_ready()
ept.send("abc")
wait(ept.any)
ept.send("exit 3")
wait(lambda: not ept.is_ready())
print(poll.poll(0) == [(ept, IN)], ept.read(3), poll.poll(0) == [(ept, IN | HUP)], ept.read(3), poll.poll(0))

print("a subclass")


class Mine(openamp.Endpoint):
    pass


ept.deinit()
rproc.start()
mine = Mine("test-crash")
mine.wait_ready()
poll = select.poll()
poll.register(mine, IN | OUT)
print(poll.poll(BOUND_MS) == [(mine, OUT)], mine.write("me"))
poll.modify(mine, IN)
print(poll.poll(BOUND_MS) == [(mine, IN)], mine.read(9))
