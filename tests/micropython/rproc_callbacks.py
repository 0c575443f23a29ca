# stop(), start() and shutdown() inside a callback.
import openamp
from support import boot, outcome, wait

log = []


def receive(src, data):
    command = bytes(data)
    if command == b"stop":
        rproc.stop()
    elif command == b"restart":
        rproc.stop()
        rproc.start()
    elif command == b"shutdown":
        rproc.shutdown()
    log.append(command)


ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)
ept.send("stop")
wait(lambda: log == [b"stop"])
print(ept.is_ready(), outcome(ept.send, "a"))
rproc.start()
wait(ept.is_ready)
ept.send("restart")
wait(lambda: len(log) == 2)
wait(ept.is_ready)
ept.send("normal")
wait(lambda: len(log) == 3)
ept.send("shutdown")
wait(lambda: len(log) == 4)
print(ept.is_ready(), outcome(rproc.start), log)
