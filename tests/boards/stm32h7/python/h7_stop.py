# stop(), shutdown() and start() after a crash reset the chip, and this program begins again.
import openamp
from support import Box, lives, outcome, wait

life = lives()


def begin(name, service):
    box = Box(service)
    rproc = openamp.RemoteProc(name)
    rproc.irq(lambda rproc: None, rproc.IRQ_CRASHED)  # nothing on the console: where it was differs
    rproc.stop()  # it does not run: no effect
    rproc.start()
    wait(box.ept.is_ready)
    print(life, box.ask("hello"))
    return box, rproc


if life == 0:
    box, rproc = begin("virtual_uart.elf", "vuart-channel")
    print(outcome(rproc.start), outcome(openamp.RemoteProc, "virtual_uart.elf"))
    rproc.stop()
elif life == 1:
    box, rproc = begin("field_vuart.elf", "vuart-channel")
    rproc.shutdown()
elif life == 2:
    box, rproc = begin("test_fault.elf", "test-fault")
    box.ept.send("undefined")
    wait(lambda: not box.ept.is_ready())
    print(life, "dead", outcome(box.ept.send, "x"))
    rproc.start()
elif life == 3:
    box, rproc = begin("test_fault.elf", "test-fault")
    box.ept.send("exit 3")
    wait(lambda: not box.ept.is_ready())
    print(life, "over", outcome(box.ept.send, "x"))
    rproc.stop()
else:
    box, rproc = begin("virtual_uart.elf", "vuart-channel")
    raise SystemExit
print("not reached")
