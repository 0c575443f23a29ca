# The last reference to the RemoteProc goes inside a callback.
import gc, openamp
from support import boot, core_pids, wait

count = 0
holder = []


def receive(src, data):
    global count
    count += 1
    holder.clear()
    gc.collect()
    if core_pids():
        ept.send(data)


def start():
    holder.append(boot())


def start_bound():
    global ept
    ept = openamp.Endpoint("vuart-channel", receive)
    start()
    wait(ept.is_ready)


start_bound()
ept.send("round")
wait(lambda: gc.collect() is not None and not core_pids(), "its end")
print(count > 0, ept.is_ready())
start_bound()
print(len(core_pids()))
