# In a MicroPython build: signals that end its system calls, and the runner that the host
# half carries.
ifneq ($(OPENAMP_UNIX),)
SRC_USERMOD_LIB_C += $(OPENAMP_MOD)/sim/unix.c
endif
OPENAMP_RUNNER ?= $(BUILD)/openamp/sim/runner
CFLAGS_USERMOD += -DAMP_SIM_RUNNER_FILE='"$(abspath $(OPENAMP_RUNNER))"'
$(OPENAMP_BUILD)/ports/sim/runner_blob.o: $(OPENAMP_RUNNER)
$(BUILD)/openamp/sim/runner:
	$(Q)$(MAKE) -C $(OPENAMP_TOP) BUILD=$(abspath $(BUILD)/openamp) CC="$(CC)" runner

# Optimise for speed: with -Os GCC turns a memcpy() into a loop over single bytes.
OPENAMP_CFLAGS := -O2
