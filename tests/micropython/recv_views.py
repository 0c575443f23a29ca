# memoryviews of the four objects that show memory of the link: the data of a callback, hold(),
# send_buffer() and RemoteProc.mem(). When the session is over they hurt nobody.
import gc, openamp
from support import outcome, quiet, wait

kept = []


def keep(src, data):
    kept.append(memoryview(data))


def views():
    kept.clear()
    ept = openamp.Endpoint("vuart-channel")
    ept.wait_ready()
    calls = openamp.Endpoint("calls", keep, dest=ept.dest)
    calls.send("called")
    wait(lambda: kept)
    ept.send("held")
    table = rproc.mem(rproc.symbol("firmware_table") + 8, 8, write=True)  # reserved
    objects = ept.hold(), ept.send_buffer(), table
    calls.deinit()
    return ept, objects, [memoryview(o) for o in objects] + kept


# Read and write all of it, then look whether the heap has suffered.
def use(objects, views):
    witness = [bytes(range(100)) for i in range(20)]
    for view in views:
        sum(view)
        for i in range(len(view)):
            view[i] = view[i] ^ 255
            view[i] = view[i] ^ 255
    gc.collect()
    return witness == [bytes(range(100))] * 20, [len(view) > 0 for view in views]


def begin():
    global rproc
    rproc = quiet(openamp.RemoteProc("virtual_uart.elf"))
    rproc.start()


# A new session is idle when its buffers are written to, so that it cannot be hurt either.
def idle():
    with openamp.Endpoint("vuart-channel") as ept:
        ept.wait_ready()


begin()
for end in ("stop", "start", "shutdown", "new"):
    ept, objects, them = views()
    if end in ("stop", "start"):
        rproc.stop()
        ept.deinit()
        if end == "start":
            rproc.start()
            idle()
    else:
        rproc.shutdown()
        rproc = None
        if end == "new":
            begin()
            idle()
    print(end, use(objects, them), [outcome(len, o) for o in objects[:2]])
    print(objects[0].release(), objects[1].cancel())
    if end == "stop":
        rproc.start()
    elif end == "shutdown":
        begin()
# A link that works as if nothing had been.
ept = openamp.Endpoint("vuart-channel")
ept.wait_ready()
ept.send("works")
print(ept.recv(), ept.stats().held)
rproc.shutdown()
