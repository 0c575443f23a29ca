# The simulated RP2040 or RP2350 of tests/boards/rp2sim: a board for MicroPython's qemu port, for
# the Cortex-M0+, with everything through semihosting.

QEMU_ARCH = arm
QEMU_MACHINE = rp2-sim
OPENAMP_PORT := rp2
COMMON_DIR := $(patsubst %/,%,$(dir $(BOARD_DIR)))/common

AFLAGS += -mthumb -mcpu=cortex-m0plus
CFLAGS += -mthumb -mcpu=cortex-m0plus -mfloat-abi=soft
# RP2_CHIP as in ports/rp2/build.mk; code for an RP2040 runs on an RP2350 as well.
CFLAGS += -DMICROPY_HW_MCU_NAME='"RP$(or $(RP2_CHIP),2040)"' -DAMP_RP2_CHIP=$(or $(RP2_CHIP),2040)
CFLAGS += -DMP_CONFIGFILE='"$(BOARD_DIR)/mpconfigboard.h"'
CFLAGS += -I$(BOARD_DIR) -I$(COMMON_DIR)

LDSCRIPT = $(BOARD_DIR)/host.ld
include $(COMMON_DIR)/port.mk

SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb1.o
SRC_C += $(BOARD_DIR)/board.c $(addprefix $(COMMON_DIR)/, board.c console.c main.c prompt.c semihost.c semihost_uart.c systick.c vfs_host.c vfs_host_folder.c) \
    $(patsubst %/boards,%/micropython/prompt.c,$(patsubst %/,%,$(dir $(BOARD_DIR))))

MICROPY_VFS_FAT = 1
MICROPY_VFS_LFS2 = 1
SRC_C += shared/timeutils/timeutils.c

# The port's own heap is not used: what is left of the RAM is the heap.
MICROPY_HEAP_SIZE = 4
MPY_CROSS_FLAGS += -march=armv6m
