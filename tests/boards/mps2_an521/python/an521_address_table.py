# Firmware that is in place and brings a resource table of its own.
import machine, openamp
from support import Box, kill_core, read_firmware, wait

FLASH = 0x80000000  # ports/mps2_an521/board.h; on this board a RAM

image = read_firmware("virtual_uart.flash.bin")
for i in range(0, len(image), 4):
    machine.mem32[FLASH + i] = int.from_bytes(image[i : i + 4], "little")

box = Box("vuart-channel")


def live(rproc, text):
    rproc.start()
    wait(box.ept.is_ready)
    print(box.ask(text))
    count = len(box.got)
    for i in range(300):  # more than the rings hold
        box.ept.send("%d" % i)
    box.wait(count + 300)
    print(box.got[count:] == [b"%d" % i for i in range(300)])


# With it goes the endpoint that was bound.
def shutdown():
    global box
    rproc.shutdown()
    box = Box("vuart-channel")


for entry in (FLASH, machine.mem32[FLASH + 4]):
    rproc = openamp.RemoteProc(entry)
    rproc.irq(lambda rproc: None)  # its crash is no news
    print(repr(rproc).split()[1][:4])  # mem32 is signed, an address is not
    live(rproc, "from flash")
    rproc.stop()
    print(box.ept.is_ready())
    live(rproc, "again")
    kill_core()
    wait(lambda: not box.ept.is_ready())
    live(rproc, "after a crash")
    shutdown()
# In place of it an image that is loaded, and the flash again.
rproc = openamp.RemoteProc("virtual_uart.elf")
live(rproc, "an image")
shutdown()
live(openamp.RemoteProc(FLASH), "flash again")
