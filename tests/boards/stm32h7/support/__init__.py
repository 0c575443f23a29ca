# What the tests share, on the simulated STM32H7: that of the mps2_an521 board, whose files and
# images are the same kind.
from support_of_qemu import *
import machine

RESET_FLAGS = 0x580244D0
SOFTWARE = 1 << 24
LIFE = 0x20000000


# How often a reset by the program has begun it anew: counted in memory that survives one.
def lives():
    life = machine.mem32[LIFE] + 1 if machine.mem32[RESET_FLAGS] & SOFTWARE else 0
    machine.mem32[RESET_FLAGS] = 1 << 16
    machine.mem32[LIFE] = life
    return life
