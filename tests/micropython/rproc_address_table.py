# An entry address, and firmware that brings a resource table of its own: the one that all boards
# have in their flash.
import os

# Read when the platform starts, which is when openamp is imported.
directory = os.getenv("OPENAMP_FIRMWARE") or "."
for port in ("SIM", "EMU"):
    os.putenv("OPENAMP_%s_FLASH" % port, directory + "/virtual_uart.flash.bin")

from support import Box, kill_core, quiet, wait
import openamp

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


rproc = quiet(openamp.RemoteProc(0x08000000))
live(rproc, "from flash")
rproc.stop()
print(box.ept.is_ready())
live(rproc, "again")
# What a dead core left behind does not count: it stopped with a table that said "ready".
kill_core()
wait(lambda: not box.ept.is_ready())
live(rproc, "after a crash")
shutdown()
rproc = quiet(openamp.RemoteProc(0x08000000))
live(rproc, "after shutdown")
shutdown()
# In place of it an image that is loaded, and the flash again.
rproc = openamp.RemoteProc("virtual_uart.elf")
live(rproc, "an image")
shutdown()
rproc = quiet(openamp.RemoteProc(0x08000000))
live(rproc, "flash again")
