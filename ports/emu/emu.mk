# The emu port.  Included by the top-level Makefile, whose CC and BUILD it uses.
#
# Gives:
#   AMP_EMU_HOST_SRC     C sources of the host half
#   AMP_EMU_REMOTE_CC    how firmware is compiled (flags included)
#   AMP_EMU_REMOTE_LIB   objects of the remote half
#   AMP_EMU_REMOTE_LD    flags that link an image to load; ..._LD_FLASH one for
#                        the flash, as a plain binary for OPENAMP_EMU_FLASH
#   AMP_EMU_REMOTE_DEPS  what every image depends on

AMP_EMU := ports/emu
AMP_EMU_BUILD := $(BUILD)/emu

AMP_EMU_HOST_SRC := $(addprefix $(AMP_EMU)/, \
    rv32.c rv32_compressed.c host.c host_life.c host_memory.c host_run.c host_wait.c)

# clang is a cross compiler as it comes; any other for this machine would do.
AMP_EMU_TARGET := --target=riscv32-unknown-elf -march=rv32imac -mabi=ilp32
AMP_EMU_REMOTE_CC := clang $(AMP_EMU_TARGET) -std=gnu11 -O2 -g -Wall -Wextra -Wconversion \
    -Werror -ffreestanding -fno-pic -mno-relax -fno-asynchronous-unwind-tables \
    -ffunction-sections -fdata-sections -Iinclude -isystem $(AMP_EMU)/remote/include -MMD -MP \
    -DAMP_CONFIG_HOST=0

AMP_EMU_LINK := $(AMP_EMU_TARGET) -fuse-ld=lld -static -nostdlib -Wl,--gc-sections \
    -Wl,-z,max-page-size=4096
AMP_EMU_REMOTE_LIB := $(addprefix $(AMP_EMU_BUILD)/remote/, remote.o trace.o memory.o)
AMP_EMU_REMOTE_LD := $(AMP_EMU_LINK) -T $(AMP_EMU_BUILD)/remote/load.ld
AMP_EMU_REMOTE_LD_FLASH := $(AMP_EMU_LINK) -T $(AMP_EMU_BUILD)/remote/flash.ld
AMP_EMU_REMOTE_DEPS := $(AMP_EMU_REMOTE_LIB) $(AMP_EMU_BUILD)/remote/load.ld \
    $(AMP_EMU_BUILD)/remote/flash.ld

$(AMP_EMU_BUILD)/remote/%.o: $(AMP_EMU)/remote/%.c
	@mkdir -p $(@D)
	$(AMP_EMU_REMOTE_CC) -c $< -o $@

$(addprefix $(AMP_EMU_BUILD)/remote/, trace.o memory.o): $(AMP_EMU_BUILD)/remote/%.o: ports/common/%.c
	@mkdir -p $(@D)
	$(AMP_EMU_REMOTE_CC) -fno-builtin -c $< -o $@

$(AMP_EMU_BUILD)/remote/load.ld: $(AMP_EMU)/remote/emu.ld.S $(AMP_EMU)/board.h \
    include/openamp/table_mark.h
	@mkdir -p $(@D)
	$(CC) -E -P -x c -Iinclude $< -o $@

$(AMP_EMU_BUILD)/remote/flash.ld: $(AMP_EMU)/remote/emu.ld.S $(AMP_EMU)/board.h \
    include/openamp/table_mark.h
	@mkdir -p $(@D)
	$(CC) -E -P -x c -Iinclude -DAMP_EMU_IN_FLASH $< -o $@

-include $(wildcard $(AMP_EMU_BUILD)/remote/*.d)
