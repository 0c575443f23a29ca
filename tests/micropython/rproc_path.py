# Where a firmware file is looked for: the path as it is, then the folder OPENAMP_FIRMWARE.
import openamp, os
from support import Box, boot, outcome, read_firmware, temporary, wait

box = Box("vuart-channel")
crash = Box("test-crash")
folder = temporary("folder")
os.mkdir(folder)
here = os.getcwd()
os.chdir(folder)
print(os.listdir())

rproc = boot("virtual_uart.elf")
wait(box.ept.is_ready)
print(box.ask("from the folder of firmware"))
rproc.stop()

# One here of the same name goes first.
with open("virtual_uart.elf", "wb") as f:
    f.write(read_firmware("test_crash.elf"))
rproc = boot("virtual_uart.elf")
wait(crash.ept.is_ready)
print(crash.ask("from here"))

# It is the same file whatever folder the program goes to.
os.chdir("/")
rproc.stop()
rproc.start()
wait(crash.ept.is_ready)
print(crash.ask("again"))
rproc.stop()

os.chdir(here)
os.unlink(folder + "/virtual_uart.elf")
os.rmdir(folder)
print(outcome(openamp.RemoteProc, "/virtual_uart.elf"))
os.unsetenv("OPENAMP_FIRMWARE")
print(outcome(openamp.RemoteProc, "no such folder/virtual_uart.elf"))
