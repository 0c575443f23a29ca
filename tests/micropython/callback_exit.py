# KeyboardInterrupt and SystemExit raised in a callback end the program, and can be caught there.
from support import boot, wait
import openamp, sys

got = []


def receive(src, data):
    got.append(bytes(data))
    if data == b"interrupt":
        raise KeyboardInterrupt
    if data == b"exit":
        sys.exit(0)


ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)

for text in ("interrupt", "exit"):
    ept.send(text)
    ept.send("after " + text)
    try:
        wait(lambda: False, "an end")
    except (KeyboardInterrupt, SystemExit) as e:
        print(repr(e))
    wait(lambda: b"after " + text.encode() in got)
print(got)

ept.send("exit")
try:
    wait(lambda: False, "an end")
finally:
    print("on the way out")
