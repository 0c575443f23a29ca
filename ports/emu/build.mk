# How firmware for this port is built (ports/ports.mk says what is set here).

PACKAGES := clang lld

# clang is a cross compiler as it comes; any other for this machine would do.
EMU_TARGET := --target=riscv32-unknown-elf -march=rv32imac -mabi=ilp32
REMOTE_CC := clang $(EMU_TARGET) -std=gnu11 -O2 -g -Wall -Wextra -Wconversion \
    -Werror -ffreestanding -fno-pic -mno-relax -fno-asynchronous-unwind-tables \
    -ffunction-sections -fdata-sections -Iinclude -isystem $(PORT_DIR)/remote/include -MMD -MP \
    -DAMP_CONFIG_HOST=0
REMOTE_LD := $(EMU_TARGET) -fuse-ld=lld -static -nostdlib -Wl,--gc-sections \
    -Wl,-z,max-page-size=4096
REMOTE_PIE := -fpie
OBJCOPY := riscv64-unknown-elf-objcopy
LD_SCRIPT := remote/emu.ld.S

# The emulated cores run in the main thread of MicroPython.
UNIX := OPENAMP_PORT=$(PORT)
