# A program decides itself what to do when the other core crashes: this one starts it again,
# but not more than 3 times in 10 seconds.  The handler gets the RemoteProc, whose
# reason() is the reason of the crash.
import openamp
import time

LIMIT = 3
WITHIN_MS = 10000


class Policy:
    def __init__(self, rproc):
        self.crashes = []  # (time, reason) of the last ones
        self.given_up = False
        rproc.irq(self.on_crash, rproc.IRQ_CRASHED)

    def on_crash(self, rproc):
        now = time.ticks_ms()
        self.crashes = [c for c in self.crashes if time.ticks_diff(now, c[0]) < WITHIN_MS]
        self.crashes.append((now, rproc.reason()))
        if len(self.crashes) > LIMIT:
            self.given_up = True
        else:
            rproc.start()


ept = openamp.Endpoint("test-crash")
rproc = openamp.RemoteProc("test_crash.elf")
policy = Policy(rproc)
rproc.start()

# This firmware ends on command; the endpoint binds again by itself.
told = 0
while not policy.given_up:
    if ept.is_ready() and told == len(policy.crashes):
        told += 1
        ept.send("exit %d" % told)
    time.sleep_ms(1)

print([reason for when, reason in policy.crashes])
print("given up:", rproc.state() == rproc.CRASHED)
rproc.shutdown()
