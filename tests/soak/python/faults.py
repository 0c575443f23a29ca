# The acceptance program with faults of the platform switched on: every message comes back, once and in
# order; a core that stands still is told by a timeout, and all goes on by itself afterwards.
import os

os.putenv(
    "OPENAMP_SIM_FAULTS",
    "lose_kicks=1/20,dup_kicks=1/10,delay_kicks=300us,stall_core=300us,recover=20ms,seed=5",
)
import openamp, time
from support import core_pids, kill_core, outcome, quiet, wait

COUNT = 500
received = 0
wrong = 0


def receive(src, data):
    global received, wrong
    wrong += data != b"message %d" % received
    received += 1


def send_all(until):
    global sent
    while sent < until:
        if ept.is_ready():
            ept.send("message %d" % sent)
            sent += 1
        else:
            time.sleep_ms(1)
    wait(lambda: received == sent, "what was sent")


sent = 0
ept = openamp.Endpoint("vuart-channel", receive)
rproc = quiet(openamp.RemoteProc("virtual_uart.elf"))
rproc.start()
start = time.ticks_ms()
send_all(COUNT)
print(received, wrong)
print("# with faults: %d messages in %d ms" % (COUNT, time.ticks_diff(time.ticks_ms(), start)))

# Dead: EPIPE, and a new life.
kill_core()
wait(lambda: not ept.is_ready(), "the death")
print(outcome(ept.send, "a"))
received = sent = 0
rproc.start()
send_all(100)
print(received, wrong)
rproc.shutdown()

