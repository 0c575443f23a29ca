# Resource tables: malformed ones are refused, unknown entries are skipped.
import openamp, os
from support import Box, boot, elf_section, elf_section_size, elf_table, put, read_firmware
from support import temporary, wait

path = temporary("table.elf")
good = read_firmware("virtual_uart.elf")
AT = elf_section(good, ".resource_table")
TABLE, entries = elf_table(good)
VDEV, TRACE = entries[3], entries[2]
VRING = VDEV + 28


def write(*changes):
    image = bytearray(good)
    for offset, size, value in changes:
        put(image, offset, size, value)
    with open(path, "wb") as f:
        f.write(image)


# Buffers of other lengths: the entry of the trace, which has more words, becomes ours.
def buffers(ring0, ring1):
    words = (322, 0x42504D41, ring0, ring1)
    return [(TRACE + 4 * i, 4, word) for i, word in enumerate(words)]


def refuse(what, *changes):
    global refused
    write(*changes)
    try:
        openamp.RemoteProc(path)
        print(what, "was loaded")
    except OSError as e:
        print(what, e.errno == 8 and e.args[1].startswith(path + ": "))
        refused = e.args[1][len(path) + 2 :]


refuse("version", (TABLE, 4, 2))
refuse("absurd count", (TABLE + 4, 4, 0xFFFFFFFF))
refuse("one entry too many", (TABLE + 4, 4, 100))
refuse("reserved", (TABLE + 8, 4, 1))
refuse("offset outside", (TABLE + 16, 4, 0x10000))
refuse("offset that wraps", (TABLE + 16, 4, 0xFFFFFFFC))
refuse("cut short", elf_section_size(AT) + (20,))
refuse("count of rings", (VDEV + 25, 1, 3))
refuse("no rings", (VDEV + 25, 1, 0))
refuse("ring of 48", (VRING + 8, 4, 48))
refuse("ring of 0", (VRING + 8, 4, 0))
refuse("ring of 65536", (VRING + 8, 4, 65536))
refuse("alignment of 3", (VRING + 4, 4, 3))
refuse("ring outside", (VRING, 4, 0x50000000))
refuse("ring over the code", (VRING, 4, 0x10000000))
refuse("ring of 512", (VRING + 8, 4, 512))
print(refused)
refuse("buffers of 63", *buffers(63, 64))
print(refused)
refuse("buffers of 128 KiB", *buffers(64, 1 << 17))

box = Box("vuart-channel")
for what, changes in (
    ("trace outside", ((TRACE + 4, 4, 0x50000000),)),
    ("trace anywhere", ((TRACE + 4, 4, 0xFFFFFFFF),)),
    ("empty trace", ((TRACE + 8, 4, 0),)),
    ("huge trace", ((TRACE + 8, 4, 0xFFFFFFFF),)),
    ("rings at 0", ((VRING, 4, 0), (VRING + 20, 4, 0))),
    ("role of NuttX", ((VDEV + 26, 1, 2),)),
    ("unknown entry", ((TRACE, 4, 77),)),
    ("vendor entry", ((TRACE, 4, 128),)),
    ("ring of 16", ((VRING + 8, 4, 16),)),
    ("rings of 2", ((VRING + 8, 4, 2), (VRING + 20 + 8, 4, 2))),
    ("fixed rings", ((VRING, 4, 0x30010000), (VRING + 20, 4, 0x30020000))),
    ("unchanged", ()),
):
    write(*changes)
    rproc = boot(path)
    wait(box.ept.is_ready)
    print(what, box.ask(what) == what.encode())
    rproc.stop()

# Longer messages down than up, and the other way round. Firmware that echoes cuts.
for ring0, ring1 in ((128, 2048), (4096, 64), (1024, 1024)):
    write(*buffers(ring0, ring1))
    rproc = boot(path)
    wait(box.ept.is_ready)
    longest = bytes(i & 255 for i in range(ring1 - 16))
    print(ring0, ring1, box.ask(longest) == longest[: ring0 - 16])
    try:
        box.ept.send(longest + b"1")
    except OSError as e:
        print(e.errno)
    rproc.stop()
os.unlink(path)
