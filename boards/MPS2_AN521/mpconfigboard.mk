# QEMU's mps2-an521 with two Cortex-M33: a board for MicroPython's qemu port.
#
# OPENAMP_ROLE=host (default): for core 0, with RemoteProc; OPENAMP_ROLE=device:
# for core 1, loaded by the host.

QEMU_ARCH = arm
QEMU_MACHINE = mps2-an521
OPENAMP_PORT := mps2_an521
OPENAMP_ROLE ?= host
COMMON_DIR := $(patsubst %/,%,$(dir $(BOARD_DIR)))/common

# Core 0 has no DSP extension and no FPU; images for core 1 are compiled in the same way.
AFLAGS += -mthumb -mcpu=cortex-m33+nodsp
CFLAGS += -mthumb -mcpu=cortex-m33+nodsp -mfloat-abi=soft
CFLAGS += -DMICROPY_HW_MCU_NAME='"Cortex-M33"'
CFLAGS += -DMP_CONFIGFILE='"$(BOARD_DIR)/mpconfigboard.h"'
CFLAGS += -I$(BOARD_DIR) -I$(COMMON_DIR)

LDSCRIPT = $(BOARD_DIR)/$(OPENAMP_ROLE).ld
LDFLAGS += -L$(BOARD_DIR)
include $(COMMON_DIR)/port.mk

SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb2.o
SRC_C += $(addprefix $(BOARD_DIR)/, board.c uart.c) \
    $(addprefix $(COMMON_DIR)/, board.c console.c main.c prompt.c semihost.c systick.c vfs_host.c vfs_host_folder.c) \
    $(patsubst %/boards,%/micropython/prompt.c,$(patsubst %/,%,$(dir $(BOARD_DIR))))
ifeq ($(OPENAMP_ROLE),device)
SRC_C += $(BOARD_DIR)/table.c
endif

# File systems for block devices made in Python.
MICROPY_VFS_FAT = 1
MICROPY_VFS_LFS2 = 1
SRC_C += shared/timeutils/timeutils.c

# The port's own heap is not used: what is left of the RAM is the heap.
MICROPY_HEAP_SIZE = 4
MPY_CROSS_FLAGS += -march=armv7m
