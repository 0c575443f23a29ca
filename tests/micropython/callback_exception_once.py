# What ends a program and comes from a callback ends no other callback: no message is lost by it.
from support import boot, wait
import openamp, struct

MESSAGES = 2000
numbers = []
armed = False
raised = 0
ended = 0


def receive(src, data):
    global armed, raised
    for _ in range(2):
        pass  # where the interpreter looks for an exception that is pending
    numbers.append(struct.unpack_from("<I", data)[0])
    # Only while the program is there to catch it, and long before the last message.
    if armed and len(numbers) < MESSAGES // 2:
        armed = False
        raised += 1
        raise KeyboardInterrupt


def all_came():
    return len(numbers) == MESSAGES


ept = openamp.Endpoint("test-flood", receive)
rproc = boot("test_flood.elf")
wait(ept.is_ready)
ept.send("flood %d" % MESSAGES)
while not all_came():
    try:
        armed = True
        wait(all_came)
    except KeyboardInterrupt:
        ended += 1
print(numbers == list(range(MESSAGES)), ended == raised > 0)
