# Firmware crashes, and its core dump is written to the file that is named: for the script `backtrace`.
import openamp
import sys
import time

ept = openamp.Endpoint("test-crash")
rproc = openamp.RemoteProc("test_crash.elf")
rproc.irq(lambda rproc: print(rproc.reason()), rproc.IRQ_CRASHED)
rproc.start()
while not ept.is_ready():
    time.sleep_ms(1)
ept.send("ill")
while rproc.state() == rproc.RUNNING:
    time.sleep_ms(1)
rproc.coredump(sys.argv[1])
