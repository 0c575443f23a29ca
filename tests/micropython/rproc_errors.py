# Files that cannot be loaded: what, where, and nothing happened.
import errno, openamp, os
from support import Box, boot, field, outcome, put, read_firmware, temporary, wait

path = temporary("bad.elf")
good = read_firmware("virtual_uart.elf")
PHOFF = field(good, 32, 8)
PHNUM = field(good, 56, 2)
# The program headers that are loaded.
LOADED = [PHOFF + 56 * i for i in range(PHNUM) if field(good, PHOFF + 56 * i, 4) == 1]


# Load it, and print what is said, without the folder.
def refuse(what, image):
    with open(path, "wb") as f:
        f.write(image)
    try:
        openamp.RemoteProc(path)
        print(what, "was loaded")
    except OSError as e:
        text = e.args[1] if len(e.args) == 2 else ""
        named = text.startswith(path + ": ")
        ok = e.errno == 8 and named and text[len(path) + 2 :] != ""
        print(what, "refused" if ok else (e.errno, text))


def changed(*changes):
    image = bytearray(good)
    for offset, size, value in changes:
        put(image, offset, size, value)
    return image


refuse("text", b"This is not an ELF file.\n" * 100)
refuse("empty", b"")
refuse("one byte", b"\x7f")
refuse("magic alone", b"\x7fELF")
refuse("magic", changed((0, 1, 0x7E)))
refuse("ELF32 class", changed((4, 1, 1)))
refuse("no class", changed((4, 1, 0)))
refuse("big endian", changed((5, 1, 2)))
refuse("version", changed((6, 1, 2)))
refuse("machine", changed((18, 2, 40)))
refuse("relocatable", changed((16, 2, 1)))
refuse("entry outside", changed((24, 8, 0x50000000)))
refuse("entry in data", changed((24, 8, 0x20000000)))
refuse("entry huge", changed((24, 8, 0xFFFFFFFFFFFFFFFF)))
refuse("no segments", changed((56, 2, 0)))
refuse("headers outside the file", changed((32, 8, 1 << 40)))
refuse("headers that wrap", changed((32, 8, 0xFFFFFFFFFFFFFFF0)))
refuse("absurd count", changed((56, 2, 0xFFFF)))
refuse("header size", changed((54, 2, 32)))
for at in LOADED[:1]:
    refuse("segment outside", changed((at + 24, 8, 0x50000000)))
    refuse("segment in shared memory", changed((at + 24, 8, 0x30000000)))
    refuse("segment across an end", changed((at + 24, 8, 0x100FFFF0)))
    refuse("segment that wraps", changed((at + 24, 8, 0xFFFFFFFFFFFFF000)))
    refuse("huge p_memsz", changed((at + 40, 8, 1 << 30)))
    refuse("p_memsz that wraps", changed((at + 40, 8, 0xFFFFFFFFFFFFFFFF)))
    refuse("p_filesz over p_memsz", changed((at + 32, 8, field(good, at + 40, 8) + 1)))
    refuse("data outside the file", changed((at + 8, 8, len(good))))
if len(LOADED) > 1:
    first = field(good, LOADED[0] + 24, 8)
    refuse("overlapping segments", changed((LOADED[1] + 24, 8, first)))

end = max(field(good, at + 8, 8) + field(good, at + 32, 8) for at in LOADED)
for n in (16, 52, 63, 64, PHOFF + 1, PHOFF + 56, PHOFF + 56 * PHNUM, end // 2, end - 1):
    refuse("cut short", good[:n])
refuse("without its section headers", good[:-1])

try:
    openamp.RemoteProc("no such file.elf")
except OSError as e:
    print(e.errno == errno.ENOENT, e.args[1].startswith("no such file.elf: "))
print(outcome(openamp.RemoteProc, temporary("not there.elf")))
print(outcome(openamp.RemoteProc, "."))

# And the right one still works.
with open(path, "wb") as f:
    f.write(good)
box = Box("vuart-channel")
rproc = boot(path)
wait(box.ept.is_ready)
print(box.ask("good"))
os.unlink(path)
