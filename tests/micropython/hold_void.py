# Views of buffers whose session is over: they are void, and a memoryview reads what it likes but hurts nobody.
import gc, openamp
from support import boot, outcome, wait

ept = openamp.Endpoint("vuart-channel")


def views():
    ept.wait_ready()
    ept.send("held")
    m = ept.hold()
    s = ept.send_buffer()
    return m, s, memoryview(m), memoryview(s)


def use(m, s, vm, vs):
    print(outcome(len, m), outcome(len, s), outcome(s.send, 1), outcome(memoryview, m), end=" ")
    for view in (vm, vs):
        total = sum(view)
        for i in range(len(view)):
            view[i] = i & 255
    gc.collect()
    print(len(vm), m.release(), s.cancel())


rproc = boot()
them = views()
rproc.stop()
use(*them)
rproc.start()
them = views()
rproc.stop()
rproc.start()
use(*them)
ept.wait_ready()
ept.send("works")
print(ept.recv(), ept.stats())
them = views()
rproc.shutdown()
use(*them)
rproc = None
ept = openamp.Endpoint("vuart-channel")
rproc = boot()
use(*them)
print(len(views()))
