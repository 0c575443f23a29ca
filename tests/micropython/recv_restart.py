# recv() that waits while scheduled work starts the core again: what it waits for belonged to the session
# that has ended.  A frozen core sends nothing.
import micropython, openamp
from support import BOUND_MS, boot, outcome

ept = openamp.Endpoint("test-crash")
rproc = boot("test_crash.elf")
lives = []


def freeze():
    ept.wait_ready()
    ept.send("freeze")
    ept.recv()


def again(argument):
    rproc.stop()
    rproc.start()
    lives.append(1)


for function in (ept.recv, ept.recvfrom, ept.hold, lambda timeout: ept.recvinto(bytearray(8), timeout=timeout)):
    freeze()
    micropython.schedule(again, None)
    print(outcome(function, timeout=BOUND_MS), len(lives))

# The next session's messages are received.
ept.wait_ready()
ept.send("hello")
print(ept.recv())
rproc.shutdown()
