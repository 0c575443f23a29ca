# An echo that must answer before it takes more, on rings of 2 and 4: the callback that waits gets EDEADLK.
import openamp, os
from support import outcome, wait, with_rings

received = 0
dead = False


def receive(src, data):
    global received, dead
    received += 1
    while data == b"go" and not dead:
        dead = outcome(ept.send, b"more") == "OSError EDEADLK"


ept = openamp.Endpoint("vuart-channel", receive)
for rings in (2, 4):
    received = 0
    dead = False
    path = with_rings("virtual_uart.elf", rings)
    rproc = openamp.RemoteProc(path)
    rproc.start()
    wait(ept.is_ready)
    ept.send("go")
    wait(lambda: dead, "EDEADLK")
    for i in range(500):
        ept.send("%d" % i)
    wait(lambda: received >= 501)
    print(rings, dead, ept.is_ready())
    rproc.stop()
    os.unlink(path)
