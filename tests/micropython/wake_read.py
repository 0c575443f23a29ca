# The doorbells of messages do not cut short what waits in the system: opening and reading a pipe.
import os
from support import boot, temporary, wait
import openamp

path = temporary("fifo")
count = 0


def receive(src, data):
    global count
    count += 1
    if running:
        ept.send(data)


running = True
ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)
os.system("mkfifo " + path)
ept.send("round and round")
wait(lambda: count > 0)
os.system("(sleep 0.3; echo one; sleep 0.3; echo two) >%s &" % path)
with open(path) as f:
    print(f.read().split())
running = False
print(count > 0)
os.unlink(path)
