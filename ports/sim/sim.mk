# The sim port.  Included by the top-level Makefile, whose CC and BUILD it uses.
#
# Gives:
#   AMP_SIM_HOST_SRC     C sources of the host half, to be compiled into a host
#                        program with AMP_SIM_HOST_CFLAGS
#   AMP_SIM_HOST_CFLAGS  names the runner, which runner_blob.c carries; whatever
#                        compiles that file must depend on AMP_SIM_RUNNER
#   AMP_SIM_RUNNER       the runner's executable
#   AMP_SIM_REMOTE_CC    how firmware is compiled (flags included)
#   AMP_SIM_REMOTE_LIB   objects of the remote half
#   AMP_SIM_REMOTE_LD    flags that link an image to load; ..._LD_FLASH one for
#                        the flash, as a plain binary for OPENAMP_SIM_FLASH
#   AMP_SIM_REMOTE_DEPS  what every image depends on

AMP_SIM := ports/sim
AMP_SIM_BUILD := $(BUILD)/sim

AMP_SIM_HOST_SRC := $(addprefix $(AMP_SIM)/, \
    host.c host_fault.c host_life.c host_memory.c host_process.c host_signal.c runner_blob.c) \
    ports/common/bus_host.c
AMP_SIM_RUNNER := $(AMP_SIM_BUILD)/runner
AMP_SIM_HOST_CFLAGS := -DAMP_CONFIG_CORES=16 -DAMP_SIM_RUNNER_FILE='"$(abspath $(AMP_SIM_RUNNER))"'

# No sanitizers, no position independence, no C library: these are the flags of
# another machine that happens to be of our kind.
AMP_SIM_REMOTE_FLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Wconversion -Werror \
    -ffreestanding -fno-pic -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables \
    -ffunction-sections -fdata-sections -Iinclude -MMD -MP \
    -DAMP_CONFIG_HOST=0 -DAMP_REMOTE_TRACE_DA=0x20000000 -DAMP_REMOTE_TRACE_LEN=0x1000
# aarch64: atomics without a helper library
ifneq ($(findstring aarch64,$(shell $(CC) -dumpmachine)),)
AMP_SIM_REMOTE_FLAGS += -mno-outline-atomics
endif
AMP_SIM_REMOTE_CC := $(CC) $(AMP_SIM_REMOTE_FLAGS)

AMP_SIM_LINK := -static -nostdlib -Wl,--build-id=none -Wl,--gc-sections \
    -Wl,-z,noexecstack -Wl,-z,max-page-size=4096

AMP_SIM_REMOTE_LIB := $(addprefix $(AMP_SIM_BUILD)/remote/, remote.o trace.o memory.o)
AMP_SIM_REMOTE_LD := $(AMP_SIM_LINK) -T $(AMP_SIM_BUILD)/remote/load.ld
AMP_SIM_REMOTE_LD_FLASH := $(AMP_SIM_LINK) -T $(AMP_SIM_BUILD)/remote/flash.ld
AMP_SIM_REMOTE_DEPS := $(AMP_SIM_REMOTE_LIB) $(AMP_SIM_BUILD)/remote/load.ld \
    $(AMP_SIM_BUILD)/remote/flash.ld

$(AMP_SIM_BUILD)/remote/%.o: $(AMP_SIM)/remote/%.c
	@mkdir -p $(@D)
	$(AMP_SIM_REMOTE_CC) -c $< -o $@

$(addprefix $(AMP_SIM_BUILD)/remote/, trace.o memory.o): $(AMP_SIM_BUILD)/remote/%.o: ports/common/%.c
	@mkdir -p $(@D)
	$(AMP_SIM_REMOTE_CC) -c $< -o $@

$(AMP_SIM_BUILD)/remote/load.ld: $(AMP_SIM)/remote/sim.ld.S $(AMP_SIM)/board.h \
    include/openamp/table_mark.h
	@mkdir -p $(@D)
	$(CC) -E -P -x c -Iinclude $< -o $@

$(AMP_SIM_BUILD)/remote/flash.ld: $(AMP_SIM)/remote/sim.ld.S $(AMP_SIM)/board.h \
    include/openamp/table_mark.h
	@mkdir -p $(@D)
	$(CC) -E -P -x c -Iinclude -DAMP_SIM_IN_FLASH $< -o $@

$(AMP_SIM_BUILD)/runner_%.o: $(AMP_SIM)/%.c
	@mkdir -p $(@D)
	$(AMP_SIM_REMOTE_CC) -Os -c $< -o $@

$(AMP_SIM_RUNNER): $(AMP_SIM)/runner.ld $(addprefix $(AMP_SIM_BUILD)/, \
    runner_runner.o runner_runner_sandbox.o remote/memory.o)
	$(CC) $(AMP_SIM_LINK) -s -T $^ -o $@

-include $(wildcard $(AMP_SIM_BUILD)/*.d $(AMP_SIM_BUILD)/remote/*.d)
