# Firmware that is already in place, by the address of its vector table or of its reset handler; and
# what is refused before it runs.
import machine, openamp
from support import Box, core_pids, wait

FLASH = 0x80000000  # ports/mps2_an521/board.h
CODE = 0x38000000

for entry in (FLASH, machine.mem32[FLASH + 4]):
    box = Box("test-notable")
    rproc = openamp.RemoteProc(entry)
    for text in ("from flash", "again"):
        rproc.start()
        wait(box.ept.is_ready)
        print(box.ask(text))
        rproc.stop()
    rproc.shutdown()

for bad in (0, 0x10000000, 0x30000000, 0x38100000, 0x50000000, 1 << 40, -1):
    try:
        openamp.RemoteProc(bad)
    except OSError as e:
        print(e.errno, e.args[1])

# A vector table that is broken: no stack, a stack outside, no handler, not Thumb, outside, another.
rproc = openamp.RemoteProc("virtual_uart.elf")
for word, value in ((0, 0), (0, 0x10001000), (1, 0), (1, 0x38000200), (1, 0x60000001), (1, 0x38000201)):
    good = machine.mem32[CODE + 4 * word]
    machine.mem32[CODE + 4 * word] = value
    try:
        rproc.start()
    except OSError as e:
        print(e.errno, e.args[1], core_pids())
    machine.mem32[CODE + 4 * word] = good
uart = Box("vuart-channel")
rproc.start()
wait(uart.ept.is_ready)
print(uart.ask("repaired"))
