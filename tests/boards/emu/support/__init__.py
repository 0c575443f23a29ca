# What the tests share, on the emu port: tests/micropython/support, but a core is no process, and
# images are of 32 bits.
import emu
import support_of_all as base
from support_of_all.elf32 import elf_entry, elf_section, elf_section_size, elf_table


# No number: nobody can kill a process by it.
def core_pids():
    return ["core 0"] if emu.state() not in ("off", "dead") else []


def kill_core():
    emu.kill()


for f in (core_pids, kill_core, elf_entry, elf_section, elf_section_size, elf_table):
    setattr(base, f.__name__, f)

from support_of_all import *
