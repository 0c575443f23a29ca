# Follow the firmware's trace, as one follows a log: it is a text in memory that this core can
# read at any time, also after a crash.
import openamp
import time


class Log:
    def __init__(self, rproc):
        self.rproc = rproc
        self.seen = ""

    def new(self):
        # The text only grows, until its buffer is full and the older half is dropped.
        text = self.rproc.trace()
        new = text[len(self.seen) :] if text.startswith(self.seen) else text
        self.seen = text
        return new


ept = openamp.Endpoint("test-crash")
rproc = openamp.RemoteProc("test_crash.elf")
rproc.irq(lambda rproc: None, rproc.IRQ_CRASHED)  # with a handler, no line on the console
log = Log(rproc)
rproc.start()
while not ept.is_ready():
    time.sleep_ms(1)
print("it says:", log.new().split("\n"))

ept.send("exit 3")
while rproc.state() == rproc.RUNNING:
    time.sleep_ms(1)
print("it says no more:", log.new() == "", "- and can still be read:", "link up" in rproc.trace())
rproc.shutdown()
