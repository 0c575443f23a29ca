# How programs for this port are built (ports/ports.mk explains the variables).

# The chip, 2040 or 2350, and the bytes at the end of its RAM that are core 1's: options of
# the host, too, and the same there.
RP2_CHIP ?= 2040
RP2_WINDOW ?=
RP2_CPU := $(if $(filter 2350,$(RP2_CHIP)),cortex-m33,cortex-m0plus)
LD_DEFINES := -DAMP_RP2_CHIP=$(RP2_CHIP) $(RP2_WINDOW:%=-DAMP_RP2_WINDOW_LEN=%)

RP2_FLAGS := -mcpu=$(RP2_CPU) -mthumb -std=gnu11 -O2 -g -Wall -Wextra -Wconversion -Werror \
    -ffreestanding -ffunction-sections -fdata-sections -Iinclude -MMD -MP $(LD_DEFINES)
REMOTE_CC := arm-none-eabi-gcc $(RP2_FLAGS) -DAMP_CONFIG_HOST=0 -DAMP_FIRMWARE_BUFFERS=16
HOST_CC := arm-none-eabi-gcc $(RP2_FLAGS) -DAMP_CONFIG_DEVICE=0
REMOTE_PIE := -fpie
# The C library is linked for memcpy() and its like; nothing in it that needs a system.
REMOTE_LD := -mcpu=$(RP2_CPU) -mthumb -nostartfiles -Wl,--gc-sections -Wl,--build-id=none \
    -Wl,-z,max-page-size=4096 -Wl,--no-warn-rwx-segments
HOST_LD := $(REMOTE_LD)
REMOTE_LIBS := -lc -lgcc
FIRMWARE_OWN := test_fault test_rp2
OBJCOPY := arm-none-eabi-objcopy
LD_SCRIPT := rp2.ld.S

BOARD := RP2_SIM
BOARD_ROLES := host
