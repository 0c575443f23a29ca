# What is refused, with a sentence that says what to do.
import rig
import openamp
from openamp import RemoteProc

with open("/firmware/virtual_uart.elf", "rb") as f:
    image = f.read()


def refuse(change):
    with open("/tmp/bad.elf", "wb") as f:
        f.write(change)
    return rig.error(RemoteProc, "/tmp/bad.elf")


# The image, before the kernel has it.
firmware = rig.read(rig.CORE + "firmware")
rig.says(rig.error(RemoteProc, "missing.elf"), "ENOENT", "missing.elf: no such file")
rig.says(refuse(b""), "ENOEXEC", "cut short")
rig.says(refuse(b"text" * 100), "ENOEXEC", "not an ELF image")
rig.says(refuse(image[:1000]), "ENOEXEC", "cut short")
rig.says(refuse(image[:16] + b"\3\0" + image[18:]), "ENOEXEC", "PIE")
assert (rig.read(rig.CORE + "firmware"), rig.state()) == (firmware, "offline")

# The kernel's own refusal, in its own words.
rig.says(rig.error(RemoteProc, 0x10200000), "EOPNOTSUPP", "attach()")
rig.says(rig.error(RemoteProc, "virtual_uart.elf", core=3), "ENODEV", "/sys/class/remoteproc/remoteproc3")
rig.says(rig.error(RemoteProc, "virtual_uart.elf", core=99), "ENODEV", "0 to 15")

# What Linux cannot express.
rproc = RemoteProc("virtual_uart.elf")
rproc.start()
ept = openamp.Endpoint("vuart-channel")
ept.wait_ready(rig.LIMIT_MS)
rig.says(rig.error(ept.send, "x", dest=5), "EOPNOTSUPP", "dest=0x5")
rig.says(rig.error(ept.send, "x", src=5), "EOPNOTSUPP")
rig.says(rig.error(openamp.Endpoint, "by name", src=5), "EOPNOTSUPP", "dest")
rig.says(rig.error(rproc.mem, 0x10300000, 4), "EOPNOTSUPP", "memory")
rig.says(rig.error(rproc.symbol, "main"), "EOPNOTSUPP")
rig.says(rig.error(rproc.coredump, "/tmp/core"), "EOPNOTSUPP", "of a core that crashes")
late = openamp.Endpoint("not announced")
rig.says(rig.error(late.wait_ready, 1), "ETIMEDOUT", "announced: vuart-channel")
rproc.shutdown()
