# Another thread than the main one may receive nothing where there is no lock around the interpreter.
import _thread, openamp
from support import boot, outcome, wait

ept = openamp.Endpoint("vuart-channel")
rproc = boot()
ept.wait_ready()
ept.send("one")
ept.send("two")
wait(lambda: ept.any() == 2)
held = ept.hold()
filled = ept.send_buffer()
results = []
buf = bytearray(4)


def other():
    for f in (ept.recv, ept.recvfrom, ept.hold, ept.send_buffer):
        results.append(outcome(f, timeout=0))
    for f in (ept.recvinto, ept.readinto):
        results.append(outcome(f, buf))
    for f in (ept.read, ept.readline, ept.wait_ready, ept.close, ept.__next__):
        results.append(outcome(f))
    results.append(outcome(ept.write, "x"))
    results.append(outcome(ept.irq, None))
    for f in (len, bytes, memoryview):
        results.append(outcome(f, held))
        results.append(outcome(f, filled))
    results.append(outcome(held.release))
    results.append(outcome(filled.send, 0))
    results.append(outcome(filled.cancel))
    results.append("end")


_thread.start_new_thread(other, ())
wait(lambda: results and results[-1] == "end")
print(results)
print(bytes(held), ept.recv(), held.release(), filled.send(0), ept.recv(), ept.stats())
