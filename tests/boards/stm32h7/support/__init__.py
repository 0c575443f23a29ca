# What the tests share, on the simulated STM32H7: that of the mps2_an521 board, whose files and
# images are the same kind.
from support_of_qemu import *
