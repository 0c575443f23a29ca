# In a MicroPython build: the runner that the host half carries.
OPENAMP_RUNNER ?= $(BUILD)/openamp/sim/runner
CFLAGS_USERMOD += -DAMP_SIM_RUNNER_FILE='"$(abspath $(OPENAMP_RUNNER))"'
$(OPENAMP_BUILD)/ports/sim/runner_blob.o: $(OPENAMP_RUNNER)
$(BUILD)/openamp/sim/runner:
	$(Q)$(MAKE) -C $(OPENAMP_TOP) BUILD=$(abspath $(BUILD)/openamp) CC="$(CC)" runner

# For speed, not for size: of a memcpy() GCC's -Os makes a loop over single bytes.
OPENAMP_CFLAGS := -O2
