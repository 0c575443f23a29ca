# shutdown() closes the endpoints that were ever bound to its core; those that still wait for a
# service wait for the next firmware's. Nothing else closes any.
import gc, openamp
from support import Box, boot, dest_of, kill_core, outcome, src_of, wait


def why(ept, **kwargs):
    try:
        return ept.send("a", **kwargs)
    except OSError as error:
        return error.errno, error.args[1].split("crashed: ")[0]  # why, is the machine's


def show(what):
    print(what)
    for name in ("by name", "once", "by message", "given", "waits", "closed"):
        print("   ", name, boxes[name].ept.is_ready(), why(boxes[name].ept))


control = Box("test-services")
boxes = {
    "by name": Box("svc-0"),
    "once": Box("svc-1"),
    "by message": Box("nobody has this"),
    "waits": Box("vuart-channel"),
    "closed": Box("svc-2"),
}
rproc = boot("test_services.elf")
wait(control.ept.is_ready)
boxes["given"] = Box("any", dest=dest_of(boxes["by name"].ept))
boxes["by name"].ept.send("to another", src=src_of(boxes["by message"].ept))
wait(boxes["by message"].ept.is_ready)
boxes["closed"].ept.deinit()
control.ask("withdraw 1")
addresses = {name: src_of(boxes[name].ept) for name in boxes}
show("running")
rproc.stop()
show("stopped")
rproc.start()
wait(control.ept.is_ready)
kill_core()
wait(lambda: not control.ept.is_ready())
show("crashed")
outcome(openamp.RemoteProc, "no such file.elf")
old = rproc
rproc = openamp.RemoteProc("test_services.elf")
print(outcome(old.shutdown))
del old
gc.collect()
show("loaded anew")
rproc.start()
wait(control.ept.is_ready)
rproc.shutdown()
show("shut down")

ept = boxes["by name"].ept
print(why(ept, dest=1024), why(ept, timeout=0), ept.deinit(), ept.deinit(), why(ept))
# The addresses are free, but for that of the one that waits.
print([outcome(openamp.Endpoint, "x", src=addresses[name]) == "OSError EADDRINUSE"
       for name in ("by name", "once", "by message", "given", "waits")])

# Its firmware comes. A core that is loaded but never started had nobody bound to it, nor has it.
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.shutdown()
print(why(boxes["waits"].ept))
rproc = boot()
wait(boxes["waits"].ept.is_ready)
print(boxes["waits"].ask("at last"))


# Nobody keeps these: they are closed and collected, and so is what their callbacks hold.
class Gone:
    def __init__(self):
        openamp.Endpoint("unreferenced", self.receive, src=5000, dest=dest_of(boxes["waits"].ept))

    def receive(self, src, data):
        pass


def used():
    gc.collect()
    return gc.mem_alloc()


def many():
    for i in range(100):
        openamp.Endpoint("n%d" % i, lambda src, data: bytes(100), dest=1)
    Gone()


used()
before = used()
many()
kept = used() - before
rproc.shutdown()
print("freed:", used() - before < kept // 2, openamp.Endpoint("again", src=5000).is_ready())
