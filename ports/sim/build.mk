# How firmware for this port is built (ports/ports.mk explains the variables); and the
# runner, the program of the process that simulates the other core.

PACKAGES :=

# A board with other addresses (board.h): a header, and the start of data RAM in it.
SIM_ADDRESSES ?=
SIM_DATA_DA ?= 0x20000000
LD_DEFINES := $(SIM_ADDRESSES:%=-DAMP_SIM_ADDRESSES='"$(abspath %)"')
SIM_DEFINES := -DAMP_CONFIG_TABLE_ROOM=1024 -DAMP_REMOTE_TRACE_DA=$(SIM_DATA_DA) -DAMP_REMOTE_TRACE_LEN=0x1000 \
    $(LD_DEFINES)

# Firmware runs on a machine of its own, so no sanitizers, no position independence and no
# C library, although its processor is that of the host.
REMOTE_CC := $(CC) -std=gnu11 -O2 -g -Wall -Wextra -Wconversion -Werror \
    -ffreestanding -fno-pic -fno-pie -fno-stack-protector \
    -fno-asynchronous-unwind-tables -fno-unwind-tables \
    -ffunction-sections -fdata-sections -Iinclude -MMD -MP \
    -DAMP_CONFIG_HOST=0 $(SIM_DEFINES)
# aarch64: atomics without a helper library
ifneq ($(findstring aarch64,$(shell $(CC) -dumpmachine)),)
REMOTE_CC += -mno-outline-atomics
endif
REMOTE_LD := -static -nostdlib -Wl,--build-id=none -Wl,--gc-sections \
    -Wl,-z,noexecstack -Wl,-z,max-page-size=4096
REMOTE_PIE := -fpie
OBJCOPY := $(shell $(CC) -print-prog-name=objcopy)
LD_SCRIPT := remote/sim.ld.S

# MicroPython for the other core.
BOARD := SIM
BOARD_ROLES := device

# Test firmware for the simulation itself.
FIRMWARE_OWN := test_bare test_hostile test_sandbox test_storm

# The host half contains the runner.
SIM_RUNNER := $(PORT_BUILD)/runner
SIM_RUNNER_OBJ := $(addprefix $(PORT_BUILD)/runner.d/, runner.o runner_fault.o runner_sandbox.o)
HOST_DEFINES := -DAMP_SIM_RUNNER_FILE='"$(abspath $(SIM_RUNNER))"' $(LD_DEFINES)
UNIX := OPENAMP_RUNNER=$(abspath $(SIM_RUNNER))
UNIX_NEEDS := $(SIM_RUNNER)

$(PORT_BUILD)/runner.d/%.o: $(PORT_DIR)/%.c
	@mkdir -p $(@D)
	$(sim_REMOTE_CC) -Os -c $< -o $@
$(SIM_RUNNER): $(PORT_DIR)/runner.ld $(SIM_RUNNER_OBJ) $(PORT_BUILD)/remote/ports/common/memory.o
	$(CC) $(sim_REMOTE_LD) -s -T $^ -o $@
-include $(SIM_RUNNER_OBJ:.o=.d)
.PHONY: runner
runner: $(SIM_RUNNER)
