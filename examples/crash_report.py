# Report each crash of the other core: its reason, the errors on the link, and the last lines
# of its trace.  The report comes before the restart, because that begins a new trace.
import openamp
import time


def report(rproc):
    stats = rproc.stats()
    lines = [
        "core crashed: " + rproc.reason(),
        "  since the program began: %d messages dropped, %d malformed, %d violations of the protocol"
        % (stats.dropped, stats.malformed, stats.violations),
    ]
    lines += ["  trace: " + line for line in rproc.trace().split("\n")[-3:] if line]
    return "\n".join(lines)


reports = []


def on_crash(rproc):
    reports.append(report(rproc))
    rproc.start()


answers = []
ept = openamp.Endpoint("test-crash", lambda src, data: answers.append(bytes(data)))
rproc = openamp.RemoteProc("test_crash.elf")
rproc.irq(on_crash, rproc.IRQ_CRASHED)
rproc.start()
for message in ("hello", "exit 3"):
    while not ept.is_ready():
        time.sleep_ms(1)
    ept.send(message)
    while not answers:
        time.sleep_ms(1)
while not reports:
    time.sleep_ms(1)
print(reports[0])
rproc.shutdown()
