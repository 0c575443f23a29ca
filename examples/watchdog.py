# A watchdog: it starts the other core again when that crashes or hangs.  A crash calls a
# handler.  The only sign of a hang is that the firmware (firmware/watchdog) sends no more
# heartbeats: then the watchdog reports a crash itself.
import openamp
import struct
import time

HANGS_MS = 1000  # after this time without a beat the core is taken to hang


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
        # start() may be called in the handler.
        self.restarts.append("hang" if rproc.reason() == "it hangs" else "crash")
        rproc.start()
        self.beat = time.ticks_ms()

    def check(self):
        # Call this now and then, because nothing else looks for a hang.
        is_late = time.ticks_diff(time.ticks_ms(), self.beat) >= HANGS_MS
        if is_late and self.rproc.state() == self.rproc.RUNNING:
            self.rproc.report_crash("it hangs")


answers = []
worker = openamp.Endpoint("worker", lambda src, data: answers.append(struct.unpack("<I", data)[0]))
rproc = openamp.RemoteProc("watchdog.elf")
rproc.start()
watchdog = Watchdog(rproc)

jobs = ["square 3", "hang", "square 4", "crash", "square 5"]
due = 0  # answers that are expected, in all
seen = 0  # restarts that were handled
while jobs or len(answers) < due:
    watchdog.check()
    if seen != len(watchdog.restarts):
        seen = len(watchdog.restarts)
        due = len(answers)  # a job that was not answered before the restart is lost
    elif jobs and len(answers) == due and worker.is_ready():
        due += 1
        worker.send(jobs.pop(0))
    time.sleep_ms(1)

print("answers", answers, "restarts", watchdog.restarts)
rproc.shutdown()
