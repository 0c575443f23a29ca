# shutdown() where what it closes is in use: inside callbacks, inside a send that waits, by the
# finaliser of a RemoteProc that was lost.
import gc, micropython, openamp
from support import Box, boot, core_pids, dest_of, freeze, outcome, wait

log = []


def why(ept, **kwargs):
    try:
        return ept.send("a", **kwargs)
    except OSError as error:
        return error.args


def shut_down(src, data):
    ept.send("never comes back")
    rproc.shutdown()
    log.append((len(data), ept.is_ready(), why(ept), why(ept, dest=src)))


# In its own callback, with more messages behind; in that of another, for one that nobody keeps.
def other(src, data):
    rproc.shutdown()
    log.append((len(data), ept.is_ready(), why(ept)))


# The collector may take an old value on the stack for a reference: then the next message tries it.
def lose(src, data):
    global rproc
    rproc = None
    gc.collect()
    if core_pids():
        ept.send(data)
    else:
        log.append((len(data), ept.is_ready(), why(ept)))


# In one callback from the old to the new: the core is free at once.
def replace(src, data):
    global rproc
    rproc.shutdown()
    rproc = boot()
    log.append((len(data), ept.is_ready(), why(ept)))


# The same without a word: the object is lost, and the next one finds it.
def replace_lost(src, data):
    global rproc
    rproc = None
    try:
        rproc = boot()
    except OSError:
        ept.send(data)
    else:
        log.append((len(data), ept.is_ready(), why(ept)))


for callback in (shut_down, other, lose, replace, replace_lost):
    log.clear()
    ept = openamp.Endpoint("vuart-channel", callback)
    rproc = boot()
    wait(ept.is_ready)
    if callback is other:
        openamp.Endpoint("any", other, dest=dest_of(ept)).send("other")
    else:
        ept.send("first")
        ept.send("again")
    wait(lambda: log)
    print(log, len(core_pids()))
    if rproc is not None and core_pids():
        rproc.shutdown()


# In the service callback: of what was made there, and of what was bound before.
def service(src, name):
    ept = openamp.Endpoint(name, None, dest=src)
    if name == "svc-2":
        rproc.shutdown()
        made.append(ept)
        log.append([why(ept) for ept in made])
    made.append(ept)


made = []
log.clear()
openamp.new_service_callback(service)
rproc = boot("test_services.elf")
wait(lambda: log)
openamp.new_service_callback(None)
print(log, [ept.is_ready() for ept in made])

# A send that waits. One that gives the destination for an endpoint that waits for its own is told
# of the core.
for which in (0, 1):
    box = Box("test-crash")
    waiting = openamp.Endpoint("nobody has this")
    rproc = boot("test_crash.elf")
    wait(box.ept.is_ready)
    uart = dest_of(box.ept)
    freeze(box)
    micropython.schedule(lambda _: rproc.shutdown(), None)
    print(why(waiting, dest=uart) if which else why(box.ept), len(core_pids()))

# After all that, service is normal.
box = Box("vuart-channel")
rproc = boot()
wait(box.ept.is_ready)
print(box.ask("normal"))
