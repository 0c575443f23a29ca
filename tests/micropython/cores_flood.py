# A core that floods does not starve the callbacks of another: between two messages of the
# other it is given two rings of messages at most, whatever it sends.
import openamp
from support import Box, wait

RING = 64
ROUNDS = 300
flooded = 0


def flood(src, data):
    global flooded
    flooded += 1


storm = openamp.RemoteProc("test_flood.elf", core=1)
ept = openamp.Endpoint("test-flood", flood, remote=storm)
storm.start()
wait(ept.is_ready, "test-flood")
calm = openamp.RemoteProc("virtual_uart.elf", core=0)
box = Box("vuart-channel", remote=calm)
calm.start()
wait(box.ept.is_ready, "vuart-channel")

turns = []


def answered(src, data):
    turns.append(flooded)
    if len(turns) < ROUNDS:
        box.ept.send("next")


box.ept.deinit()
box.ept = openamp.Endpoint("vuart-channel", answered, remote=calm)
wait(box.ept.is_ready, "vuart-channel again")
ept.send("flood 100000000")
wait(lambda: flooded > 10 * RING, "the flood")
box.ept.send("first")
wait(lambda: len(turns) == ROUNDS, "the other core's messages")
gaps = sorted(b - a for a, b in zip(turns, turns[1:]))
# The core itself may take its time to answer; in the median it does not.
print(gaps[len(gaps) // 2] <= 2 * RING)
storm.shutdown()
calm.shutdown()
