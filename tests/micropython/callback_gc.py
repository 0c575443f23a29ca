# Garbage collection inside callbacks, with everything moving.
from support import boot, wait
import gc, openamp

count = 0
wrong = 0


def receive(src, data):
    global count, wrong
    gc.collect()
    junk = [bytearray(32) for _ in range(20)]
    wrong += data != b"x" * (count % 400)
    openamp.Endpoint("short-lived", lambda src, data: None).deinit()
    gc.collect()
    wrong += data != b"x" * (count % 400)
    count += 1


ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)
for i in range(500):
    ept.send("x" * (i % 400))
wait(lambda: count == 500)
print(count, wrong)
