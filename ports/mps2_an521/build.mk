# How programs for this port are built (ports/ports.mk explains the variables).

PACKAGES := gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm

# Core 0 has no DSP extension and no FPU; core 1 runs what core 0 can run.
AN521_CPU := -mcpu=cortex-m33+nodsp -mthumb -mfloat-abi=soft
AN521_CC := arm-none-eabi-gcc $(AN521_CPU) -std=gnu11 -O2 -g -Wall -Wextra -Wconversion -Werror \
    -ffreestanding -ffunction-sections -fdata-sections -Iinclude -MMD -MP
REMOTE_CC := $(AN521_CC) -DAMP_CONFIG_HOST=0
HOST_CC := $(AN521_CC) -DAMP_CONFIG_DEVICE=0
# The C library is linked for memcpy() and its like; nothing in it that needs a system.
REMOTE_LD := $(AN521_CPU) -nostartfiles -Wl,--gc-sections -Wl,--build-id=none \
    -Wl,-z,max-page-size=4096 -Wl,--no-warn-rwx-segments
HOST_LD := $(REMOTE_LD)
REMOTE_PIE := -fpie
REMOTE_LIBS := -lc -lgcc
OBJCOPY := arm-none-eabi-objcopy
LD_SCRIPT := an521.ld.S

FIRMWARE_OWN := test_fault
BOARD := MPS2_AN521
BOARD_ROLES := host device
ROM := virtual_uart.flash.bin
