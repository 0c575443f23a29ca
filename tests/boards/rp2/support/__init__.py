# What the tests share, on the simulated RP2040 and RP2350: tests/micropython/support, but a core is a core and
# not a process, files lie in the ROMFS image, and images are of 32 bits.
import machine, sys
import support_of_all as base
from support_of_all.elf32 import elf_section, elf_section_size, elf_table

# ports/rp2/board.h and regs.h.
if "RP2350" in sys.implementation._machine:
    CONTROL, PSM_FRCE_OFF, CORE1, DOORBELL = 0x2007EF00, 0x40018004, 1 << 24, 26
else:
    CONTROL, PSM_FRCE_OFF, CORE1, DOORBELL = 0x2003FF00, 0x40010004, 1 << 16, 15
MAGIC = 0x32505241
NEVER_STARTED = 1
FAULTED = 2
NVIC_ISPR = 0xE000E200


def firmware_path(name):
    return "/rom/" + name


# start() clears this word, and firmware writes the magic number.
if machine.mem32[CONTROL] != MAGIC:
    machine.mem32[CONTROL] = NEVER_STARTED


def core_pids():
    control = machine.mem32[CONTROL]
    off = machine.mem32[PSM_FRCE_OFF] & CORE1 or control == NEVER_STARTED
    ended = control == MAGIC and machine.mem32[CONTROL + 4]
    return [] if off or ended else [1]


# As firmware that faults does, with the doorbell pended by this core.
def kill_core():
    machine.mem32[CONTROL + 4] = FAULTED
    machine.mem32[NVIC_ISPR] = 1 << DOORBELL


def temporary(suffix):
    return "/tmp/openamp-test-rp2-%s-%s" % (base.own_pid(), suffix)


for f in (
    firmware_path, core_pids, kill_core, temporary, elf_section,
    elf_section_size, elf_table,
):
    setattr(base, f.__name__, f)

from support_of_all import *
