# A flood of messages does not lock the program out, nor what it has scheduled.
from support import boot, wait
import micropython, openamp, time

received = 0
running = True
turns = 0


def receive(src, data):
    global received
    received += 1
    if running:
        ept.send(data, timeout=0)


def scheduled(_):
    global turns
    turns += 1


ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)
for _ in range(40):
    ept.send("round and round")

loops = 0
while received < 20000 or loops < 100:
    loops += 1
    if loops % 10 == 0:
        micropython.schedule(scheduled, None)
        time.sleep_ms(1)
running = False
print(received >= 20000, turns >= 10)
