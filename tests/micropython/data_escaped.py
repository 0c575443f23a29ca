# A reference that outlives the callback is empty.
from support import boot, outcome, wait
import gc, openamp

kept = []


exec("""
def receive(src, data):
    kept.append(data)
    if len(kept) == 3:
        raise ValueError("while it is kept")
""")

ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)
for text in ("one", "two", "three", "four"):
    ept.send(text)
wait(lambda: len(kept) == 4)


def write(data):
    data[0] = 1


for data in kept[:4]:
    print(len(data), data, bytes(data), data == b"", outcome(lambda: data[0]), outcome(write, data))
    data[:] = b""
    print(data + b"more", list(data), [bytes(memoryview(data))])
    print(outcome(data.decode), ept.send(data))
gc.collect()
rproc.stop()
print(kept[:4])
