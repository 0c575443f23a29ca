# A watchdog: the other core is started again when it crashes, of which this core is told,
# and when it hangs, of which the only sign is that the heart of its firmware
# (firmware/watchdog) does not beat: then the watchdog says that it crashed.
import openamp
import struct
import time

HANGS_MS = 1000  # so long without a beat: it hangs


class Watchdog:
    def __init__(self, rproc):
        self.rproc = rproc
        self.restarts = []
        self.beat = time.ticks_ms()
        self.heart = openamp.Endpoint("heartbeat", self.on_beat)
        rproc.irq(self.on_crash, rproc.IRQ_CRASHED)

    def on_beat(self, src, data):
        self.beat = time.ticks_ms()

    def on_crash(self, rproc):
        # start() works in here.
        self.restarts.append("hang" if rproc.reason() == "it hangs" else "crash")
        rproc.start()
        self.beat = time.ticks_ms()

    def check(self):
        # To be called now and then: there is no timer that looks for a hang.
        is_late = time.ticks_diff(time.ticks_ms(), self.beat) >= HANGS_MS
        if is_late and self.rproc.state() == self.rproc.RUNNING:
            self.rproc.report_crash("it hangs")


answers = []
worker = openamp.Endpoint("worker", lambda src, data: answers.append(struct.unpack("<I", data)[0]))
rproc = openamp.RemoteProc("watchdog.elf")
rproc.start()
watchdog = Watchdog(rproc)

jobs = ["square 3", "hang", "square 4", "crash", "square 5"]
due = 0  # answers that are to come
seen = 0  # restarts
while jobs or len(answers) < due:
    watchdog.check()
    if seen != len(watchdog.restarts):
        seen = len(watchdog.restarts)
        due = len(answers)  # what it had not answered is lost with it
    elif jobs and len(answers) == due and worker.is_ready():
        due += 1
        worker.send(jobs.pop(0))
    time.sleep_ms(1)

print("answers", answers, "restarts", watchdog.restarts)
rproc.shutdown()
