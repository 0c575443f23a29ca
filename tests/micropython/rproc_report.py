# What a program says of a core that hangs is as if it had crashed by itself.
from support import boot, wait
import openamp, time

got = []
told = []


def crashed(rproc):
    told.append((rproc.state() == rproc.CRASHED, rproc.reason()))
    rproc.start()


ept = openamp.Endpoint("vuart-channel", lambda src, data: got.append(bytes(data)))
rproc = boot()
rproc.irq(crashed, rproc.IRQ_CRASHED)
for life in range(3):
    wait(ept.is_ready)
    ept.send("life %d" % life)
    wait(lambda: len(got) == life + 1)
    rproc.report_crash("no beat in life " + str(life))
    wait(lambda: len(told) == life + 1)
print(got)
print(told)

rproc.irq(None)
wait(ept.is_ready)
rproc.report_crash("it hangs")
time.sleep_ms(1)  # the line on the console
print(rproc.state() == rproc.CRASHED, rproc.reason(), ept.is_ready())
for function in (lambda: ept.send("x"), lambda: rproc.report_crash("again")):
    try:
        function()
    except OSError as e:
        print(e)
for reason in (None, b"bytes", 3, "with a \0"):
    try:
        rproc.report_crash(reason)
    except (TypeError, ValueError) as e:
        print(repr(e))
print(rproc.reason())
rproc.start()
wait(ept.is_ready)
rproc.stop()
print(rproc.reason())
