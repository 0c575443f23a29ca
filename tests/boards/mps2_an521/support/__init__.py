# What the tests share, on the board: tests/micropython/support, but a core is a core and not a
# process, files lie in the ROMFS image, and images are of 32 bits.
import machine, os, sys
import support_of_all as base
from support_of_all.elf32 import elf_section, elf_section_size, elf_table

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


for f in (
    firmware_path, core_pids, kill_core, temporary, elf_section,
    elf_section_size, elf_table,
):
    setattr(base, f.__name__, f)

from support_of_all import *
