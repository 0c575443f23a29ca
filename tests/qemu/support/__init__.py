# What the tests share, on the board: tests/micropython/support, but a core is a core and not a
# process, files lie in the ROMFS image, and images are of 32 bits.
import machine, os, sys
import support_of_all as base

CONTROL = 0x30000000  # ports/mps2_an521/board.h
RUNNING = 2
MHU1_RING_CORE_1 = 0x50004014


def firmware_path(name):
    return "/rom/" + name


def core_pids():
    return [1] if machine.mem32[CONTROL] == RUNNING else []


# Behind the port's back, into its monitor.
def kill_core():
    machine.mem32[MHU1_RING_CORE_1] = 1


def temporary(suffix):
    return "/tmp/openamp-test-an521-%s-%s" % (base.own_pid(), suffix)


# Where the section header of that name is in an ELF32 image.
def elf_section(image, name):
    field = base.field
    headers, count, names = field(image, 32, 4), field(image, 48, 2), field(image, 50, 2)
    text = field(image, headers + 40 * names + 16, 4)
    for i in range(count):
        at = headers + 40 * i
        start = text + field(image, at, 4)
        if bytes(image[start : start + len(name) + 1]) == name.encode() + b"\0":
            return at


def elf_table(image):
    table = base.field(image, elf_section(image, ".resource_table") + 16, 4)
    entries = {}
    for i in range(base.field(image, table + 4, 4)):
        entry = table + base.field(image, table + 16 + 4 * i, 4)
        entries[base.field(image, entry, 4)] = entry
    return table, entries


for f in (firmware_path, core_pids, kill_core, temporary, elf_section, elf_table):
    setattr(base, f.__name__, f)

from support_of_all import *
