# Long-running tests of the sim port.  `make soak` is the short form (about 30
# seconds); a variable of the environment makes one long:
#   FAULT_MESSAGES=N   faults: messages with each fault
#   HOSTILE_LIVES=N    hostile firmware: lives (a fifth of it in Python)
#   SOAK_CYCLES=N      starts and stops (a third of it in Python)
#   FLOOD_SECONDS=N    flood: seconds for each size of ring
#   SOAK_SEED=N        another sequence
#   SOAK_TIMEOUT=N     seconds after which a test in Python counts as hung
# `make soak-long` has the figures of docs/SECURITY.md (about 5 minutes).

SOAK_C := cycles faults hostile sandbox
SOAK_PROGRAMS := $(SOAK_C:%=$(BUILD)/tests/soak/%)

$(SOAK_PROGRAMS): $(BUILD)/tests/soak/%: $(BUILD)/host/tests/soak/%.o $(BUILD)/libopenamp_sim.a
	@mkdir -p $(@D)
	$(CC) $(KIND_CFLAGS) $^ -o $@
.SECONDARY: $(SOAK_PROGRAMS:$(BUILD)/tests/%=$(BUILD)/host/tests/%.o)
-include $(SOAK_PROGRAMS:$(BUILD)/tests/%=$(BUILD)/host/tests/%.d)

# ---- Late stores: the core and its firmware once more, on late_shm.h ----

# $(call LATE,folder under build,flags)
define LATE
$(1)/core/%.o: core/%.c tests/soak/late_shm.h
	@mkdir -p $$(@D)
	$(CC) $(filter-out -MMD -MP,$(CFLAGS_HOST)) $(2) -include tests/soak/late_shm.h -c $$< -o $$@

$(1)/fw/%.o: core/%.c tests/soak/late_shm.h
	@mkdir -p $$(@D)
	$(filter-out -MMD -MP,$(AMP_SIM_REMOTE_CC)) $(2) -I. -include tests/soak/late_shm.h -c $$< -o $$@

$(1)/late_host.o: tests/soak/late_shm.c tests/soak/late_shm.h
	@mkdir -p $$(@D)
	$(CC) $(filter-out -MMD -MP,$(CFLAGS_HOST)) -c $$< -o $$@

$(1)/late_fw.o: tests/soak/late_shm.c tests/soak/late_shm.h
	@mkdir -p $$(@D)
	$(filter-out -MMD -MP,$(AMP_SIM_REMOTE_CC)) -I. -c $$< -o $$@

$(1)/virtual_uart.elf: $(FW_CORE:core/%.c=$(1)/fw/%.o) $(1)/late_fw.o \
    $(FW)/obj/virtual_uart.o $(FW)/common/link.o $(AMP_SIM_REMOTE_DEPS)
	$(CC) $(AMP_SIM_REMOTE_LD) $$(filter %.o,$$^) -o $$@

$(1)/late: tests/soak/late.c tests/soak/soak.h $(CORE_SRC:core/%.c=$(1)/core/%.o) \
    $(1)/late_host.o $(AMP_SIM_HOST_SRC:%.c=$(BUILD)/host/%.o) $(1)/virtual_uart.elf
	$(CC) $(filter-out -MMD -MP,$(CFLAGS_HOST)) -DAMP_TEST_FIRMWARE='"$(abspath $(1))"' \
	    -DLATE_FIRMWARE='"virtual_uart.elf"' $(2) $$(filter %.c %.o,$$(filter-out %/fw/%,$$^)) -o $$@
endef

LATE_DIR := $(BUILD)/soak/late
$(eval $(call LATE,$(LATE_DIR),))
$(eval $(call LATE,$(LATE_DIR)-broken,-DLATE_BROKEN))
LATE_PROGRAMS := $(LATE_DIR)/late $(LATE_DIR)-broken/late

.PHONY: soak soak-c soak-python soak-long soak-asan

soak: soak-c
	$(MAKE) --no-print-directory soak-python

# One after the other: they share the processors with what they test.
soak-c: $(SOAK_PROGRAMS) $(LATE_PROGRAMS) $(AMP_FIRMWARE_SIM)
	@for program in $(SOAK_PROGRAMS) $(LATE_PROGRAMS); do \
	    echo "== $$program"; timeout $${SOAK_TIMEOUT:-900} $$program || exit 1; \
	done

soak-python: $(BUILD)/sim/micropython $(AMP_FIRMWARE_SIM)
	tests/soak/run_python $(BUILD)/sim/micropython $(FW) $(BUILD)/soak

soak-long:
	SOAK_CYCLES=10000 HOSTILE_LIVES=10000 FAULT_MESSAGES=20000 FLOOD_SECONDS=60 \
	    $(MAKE) --no-print-directory soak

# With the sanitizers in the host; the firmware is on another machine.
soak-asan:
	$(MAKE) --no-print-directory BUILD=build/asan KIND_CFLAGS="$(SANITIZE)" soak-c
