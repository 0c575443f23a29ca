# The file is read at each start after a stop: what happens when it is gone, or another.
import openamp, os
from support import Box, outcome, read_firmware, temporary, wait

path = temporary("firmware.elf")


def write(image):
    with open(path, "wb") as f:
        f.write(image)


uart = Box("vuart-channel")
crash = Box("test-crash")
write(read_firmware("virtual_uart.elf"))
rproc = openamp.RemoteProc(path)
os.unlink(path)
rproc.start()  # loaded already
wait(uart.ept.is_ready)
rproc.stop()
print(outcome(rproc.start), uart.ept.is_ready())
write(b"not an ELF image")
print(outcome(rproc.start))
write(read_firmware("test_crash.elf"))
print(outcome(rproc.start))
wait(crash.ept.is_ready)
print(crash.ask("another"), uart.ept.is_ready())
os.unlink(path)
