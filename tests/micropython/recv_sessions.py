# Messages that nobody read, when the session ends.
import openamp
from support import boot, outcome, wait

ept = openamp.Endpoint("test-crash")
rproc = boot("test_crash.elf")


def queue(*messages):
    ept.wait_ready()
    for message in messages:
        ept.send(message)
    wait(lambda: ept.any() == len(messages))


def crash():
    ept.send("exit 3")
    wait(lambda: not ept.is_ready())


queue("read")
print(ept.recv())

print("stop")
queue("a", "b")
m = ept.hold()
rproc.stop()
print(ept.any(), outcome(ept.recv), outcome(ept.recv, timeout=0), outcome(len, m), ept.stats())
m.release()

print("restart")
rproc.start()
queue("c", "d")
rproc.stop()
rproc.start()
ept.wait_ready()
print(ept.any(), ept.recv(timeout=0), ept.stats().dropped)
queue("new")
print(ept.recv())

print("crash")
queue("e", "f", "g")
m = ept.hold()
crash()
print(ept.any(), bytes(m), ept.recv(), ept.recv(), outcome(ept.recv))
m.release()
print(outcome(len, m), ept.stats())
rproc.start()
queue("h", "i")
m = ept.hold()
crash()
rproc.stop()
print(ept.any(), outcome(ept.recv), outcome(bytes, m), ept.stats())
rproc.start()
queue("j")
crash()
rproc.start()
ept.wait_ready()
print(ept.any(), ept.recv(timeout=0))

print("iteration")
queue("k", "l")
got = []
for message in ept:
    got.append(message)
    if len(got) == 2:
        ept.send("exit 3")
print(got, [m for m in ept])
rproc.start()
queue("m")
for message in ept:
    print(message)
    break
queue("n", "o")
crash()
print([m for m in ept], [m for m in ept], ept.any())

print("a wait that a crash ends")
rproc.start()
ept.wait_ready()
ept.send("exit 4")
print(outcome(ept.recv))
rproc.start()
ept.wait_ready()
ept.send("exit 0")
print(outcome(ept.hold))

print("shutdown")
rproc.start()
queue("p", "q")
m = ept.hold()
rproc.shutdown()
print(outcome(bytes, m), outcome(ept.recv), outcome(ept.recv, timeout=0), [m for m in ept], ept.any())
m.release()
