# Services of several cores: the module's callback hears of all, a RemoteProc's of one; an
# endpoint made inside belongs to the core that announced.
import openamp
from support import outcome, wait

heard = []
got = []


def hear(tag):
    def callback(src, name):
        ept = openamp.Endpoint(name, lambda s, data: got.append((tag, bytes(data))), dest=src)
        heard.append((tag, name, ept))

    return callback


openamp.new_service_callback(hear("all"))
procs = [openamp.RemoteProc("virtual_uart.elf", core=core) for core in (0, 2, 7)]
procs[2].new_service_callback(hear("seven"))
for rproc in procs:
    rproc.start()
wait(lambda: len(heard) == 3, "three services")
print(sorted((tag, name) for tag, name, ept in heard))
for number, (tag, name, ept) in enumerate(heard):
    ept.send("%d" % number)
wait(lambda: len(got) == 3, "three answers")
# Each came back through the callback of its own core.
print(sorted(got) == sorted((tag, b"%d" % n) for n, (tag, name, ept) in enumerate(heard)))

# Outside of a service callback an endpoint is core 0's.
plain = openamp.Endpoint("nobody-offers-this")
procs[0].shutdown()
print([ept.is_ready() for tag, name, ept in heard].count(False))

# What is kept while there is no callback is told when there is one, core by core.
openamp.new_service_callback(None)
procs[2].new_service_callback(None)
for rproc in procs[1:]:
    rproc.stop()
for tag, name, ept in heard:
    ept.deinit()
heard.clear()
for rproc in procs[1:]:
    rproc.start()
probes = [openamp.Endpoint("other", remote=rproc) for rproc in procs[1:]]
box = []
echo = [openamp.Endpoint("vuart-channel", lambda s, d: box.append(1), remote=rproc) for rproc in procs[1:]]
wait(lambda: all(ept.is_ready() for ept in echo), "both services")
for ept in echo:
    ept.deinit()
print(len(heard))
procs[2].new_service_callback(hear("seven"))
print(outcome(procs[2].new_service_callback, 5))
for rproc in procs[1:]:
    rproc.shutdown()
print(outcome(procs[1].new_service_callback, None))
