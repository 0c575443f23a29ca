# Files that cannot be loaded: what, where, and nothing happened.
import errno, openamp, os
from support import Box, boot, field, outcome, put, read_firmware, temporary, wait

path = temporary("bad.elf")
good = read_firmware("virtual_uart.elf")
# Where the fields are, and how long, in ELF32 and in ELF64.
WIDE = field(good, 4, 1) == 2
WORD = 8 if WIDE else 4
E_ENTRY, E_PHOFF, E_PHENTSIZE, E_PHNUM = (24, 32, 54, 56) if WIDE else (24, 28, 42, 44)
P_OFFSET, P_PADDR, P_FILESZ, P_MEMSZ = (8, 24, 32, 40) if WIDE else (4, 12, 16, 20)
PHSIZE = 56 if WIDE else 32
MOST = (1 << 8 * WORD) - 1
EM_ARM, EM_X86_64 = 40, 62

PHOFF = field(good, E_PHOFF, WORD)
PHNUM = field(good, E_PHNUM, 2)
# The program headers that are loaded.
LOADED = [PHOFF + PHSIZE * i for i in range(PHNUM) if field(good, PHOFF + PHSIZE * i, 4) == 1]


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
refuse("other class", changed((4, 1, 1 if WIDE else 2)))
refuse("no class", changed((4, 1, 0)))
refuse("big endian", changed((5, 1, 2)))
refuse("version", changed((6, 1, 2)))
refuse("machine", changed((18, 2, EM_X86_64 if field(good, 18, 2) == EM_ARM else EM_ARM)))
refuse("relocatable", changed((16, 2, 1)))
refuse("entry outside", changed((E_ENTRY, WORD, 0x50000000)))
refuse("entry in data", changed((E_ENTRY, WORD, 0x20000000)))
refuse("entry huge", changed((E_ENTRY, WORD, MOST)))
refuse("no segments", changed((E_PHNUM, 2, 0)))
refuse("headers outside the file", changed((E_PHOFF, WORD, 1 << 30)))
refuse("headers that wrap", changed((E_PHOFF, WORD, MOST - 15)))
refuse("absurd count", changed((E_PHNUM, 2, 0xFFFF)))
refuse("header size", changed((E_PHENTSIZE, 2, PHSIZE - 4)))
for at in LOADED[:1]:
    refuse("segment outside", changed((at + P_PADDR, WORD, 0x50000000)))
    refuse("segment in shared memory", changed((at + P_PADDR, WORD, 0x30000000)))
    refuse("segment across an end", changed((at + P_PADDR, WORD, 0x100FFFF0)))
    refuse("segment that wraps", changed((at + P_PADDR, WORD, MOST - 0xFFF)))
    refuse("huge p_memsz", changed((at + P_MEMSZ, WORD, 1 << 30)))
    refuse("p_memsz that wraps", changed((at + P_MEMSZ, WORD, MOST)))
    refuse("p_filesz over p_memsz", changed((at + P_FILESZ, WORD, field(good, at + P_MEMSZ, WORD) + 1)))
    refuse("data outside the file", changed((at + P_OFFSET, WORD, len(good))))
if len(LOADED) > 1:
    first = field(good, LOADED[0] + P_PADDR, WORD)
    refuse("overlapping segments", changed((LOADED[1] + P_PADDR, WORD, first)))

end = max(field(good, at + P_OFFSET, WORD) + field(good, at + P_FILESZ, WORD) for at in LOADED)
HEADER = 64 if WIDE else 52
for n in (
    16,
    HEADER - 12,
    HEADER - 1,
    HEADER,
    PHOFF + 1,
    PHOFF + PHSIZE,
    PHOFF + PHSIZE * PHNUM,
    end // 2,
    end - 1,
):
    refuse("cut short", good[:n])
refuse("without its section headers", good[:-1])

try:
    openamp.RemoteProc("no such file.elf")
except OSError as e:
    print(e.errno == errno.ENOENT, e.args[1].startswith("no such file.elf: "))
print(outcome(openamp.RemoteProc, temporary("not there.elf")))

# And the right one still works.
with open(path, "wb") as f:
    f.write(good)
box = Box("vuart-channel")
rproc = boot(path)
wait(box.ept.is_ready)
print(box.ask("good"))
os.unlink(path)
