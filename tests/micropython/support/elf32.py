# For boards whose images are of 32 bits: what takes the place of the functions of these names.
from support_of_all import field


def elf_entry(image):
    return field(image, 24, 4)


# Where the section header of that name is in an ELF32 image.
def elf_section(image, name):
    headers, count, names = field(image, 32, 4), field(image, 48, 2), field(image, 50, 2)
    text = field(image, headers + 40 * names + 16, 4)
    for i in range(count):
        at = headers + 40 * i
        start = text + field(image, at, 4)
        if bytes(image[start : start + len(name) + 1]) == name.encode() + b"\0":
            return at


# The offset of its length in a section header, and how long that number is.
def elf_section_size(at):
    return at + 20, 4


def elf_table(image):
    table = field(image, elf_section(image, ".resource_table") + 16, 4)
    entries = {}
    for i in range(field(image, table + 4, 4)):
        entry = table + field(image, table + 16 + 4 * i, 4)
        entries[field(image, entry, 4)] = entry
    return table, entries
