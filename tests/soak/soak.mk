# Long-running tests of the sim port.  `make soak` is the short form (about 30
# seconds); a variable of the environment makes one long:
#   FAULT_MESSAGES=N   faults: messages with each fault
#   HOSTILE_LIVES=N    hostile firmware: lives
#   SOAK_CYCLES=N      starts and stops
#   FLOOD_SECONDS=N    flood: seconds for each size of ring
#   HOSTILE_LIVES_PYTHON=N, SOAK_CYCLES_PYTHON=N    the same from Python
#   RECEIVE_STEPS=N      calls at random of all that receives and sends
#   SOAK_SEED=N        another sequence
#   SOAK_TIMEOUT=N     seconds after which a test counts as hung
#   SOAK_SECONDS=N, SOAK_RESTART_MS=N    tasks of asyncio: for how long, and a session's length
# `make soak-tasks` lets those tasks run for 10 minutes while their core restarts every second.
# `make soak-long` has the figures of docs/SECURITY.md (about 12 minutes).

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
$(1)/core/%.o: core/%.c tests/soak/late_shm.h $(HEADERS)
	@mkdir -p $$(@D)
	$(CC) $(filter-out -MMD -MP,$(CFLAGS_HOST)) $(2) -include tests/soak/late_shm.h -c $$< -o $$@

$(1)/fw/%.o: core/%.c tests/soak/late_shm.h $(HEADERS)
	@mkdir -p $$(@D)
	$(filter-out -MMD -MP,$(sim_REMOTE_CC)) $(2) -I. -include tests/soak/late_shm.h -c $$< -o $$@

$(1)/late_host.o: tests/soak/late_shm.c tests/soak/late_shm.h
	@mkdir -p $$(@D)
	$(CC) $(filter-out -MMD -MP,$(CFLAGS_HOST)) -c $$< -o $$@

$(1)/late_fw.o: tests/soak/late_shm.c tests/soak/late_shm.h
	@mkdir -p $$(@D)
	$(filter-out -MMD -MP,$(sim_REMOTE_CC)) -I. -c $$< -o $$@

$(1)/virtual_uart.elf: $(patsubst core/%.c,$(1)/fw/%.o,$(AMP_CORE_COMMON) $(AMP_CORE_DEVICE)) $(1)/late_fw.o \
    $(patsubst %.c,$(sim_BUILD)/remote/%.o,firmware/virtual_uart/main.c firmware/common/link.c \
    $(sim_REMOTE_SRC)) $(sim_BUILD)/load.ld
	$(CC) $(sim_REMOTE_LD) -T $(sim_BUILD)/load.ld $$(filter %.o,$$^) -o $$@

$(1)/late: tests/soak/late.c tests/soak/soak.h $(HEADERS) $(CORE_SRC:core/%.c=$(1)/core/%.o) \
    $(1)/late_host.o $(patsubst %.c,$(BUILD)/host/%.o,$(AMP_BUS_PORT_HOST) $(sim_HOST_SRC)) $(1)/virtual_uart.elf
	$(CC) $(filter-out -MMD -MP,$(CFLAGS_HOST)) -DAMP_TEST_FIRMWARE='"$(abspath $(1))"' \
	    -DLATE_FIRMWARE='"virtual_uart.elf"' $(2) $$(filter %.c %.o,$$(filter-out %/fw/%,$$^)) -o $$@
endef

LATE_DIR := $(BUILD)/soak/late
$(eval $(call LATE,$(LATE_DIR),))
$(eval $(call LATE,$(LATE_DIR)-broken,-DLATE_BROKEN))
LATE_PROGRAMS := $(LATE_DIR)/late $(LATE_DIR)-broken/late

.PHONY: soak-tasks soak soak-c soak-python soak-python-asan soak-long soak-asan soak-long-asan

soak: soak-c
	$(MAKE) --no-print-directory soak-python

# One after the other: they share the processors with what they test.
soak-c: $(SOAK_PROGRAMS) $(LATE_PROGRAMS) $(sim_FIRMWARE)
	@for program in $(SOAK_PROGRAMS) $(LATE_PROGRAMS); do \
	    echo "== $$program"; timeout $${SOAK_TIMEOUT:-900} $$program || exit 1; \
	done

soak-python: $(BUILD)/sim/micropython $(sim_FIRMWARE)
	tests/soak/run_python $(BUILD)/sim/micropython $(sim_FW) $(BUILD)/soak

soak-tasks: $(BUILD)/sim/micropython $(sim_FIRMWARE)
	SOAK_SECONDS=$${SOAK_SECONDS:-600} SOAK_RESTART_MS=$${SOAK_RESTART_MS:-1000} tests/soak/run_python \
	    $(BUILD)/sim/micropython $(sim_FW) $(BUILD)/soak/tasks tests/soak/python/tasks.py

# With the sanitizers in the host; the firmware is on another machine.
soak-asan:
	$(MAKE) --no-print-directory BUILD=build/asan KIND_CFLAGS="$(SANITIZE)" soak-c

# What was freed is kept for a while, in the way of the tests that look for
# leaks: 1 MiB of it.
SOAK_PYTHON_ASAN ?= $(filter-out %/flood.py, $(wildcard tests/soak/python/*.py))
soak-python-asan: micropython-asan $(sim_FIRMWARE)
	ASAN_OPTIONS=quarantine_size_mb=1 \
	    tests/soak/run_python build/asan/sim/micropython $(sim_FW) build/asan/soak $(SOAK_PYTHON_ASAN)

soak-long:
	SOAK_CYCLES=10000 HOSTILE_LIVES=10000 SOAK_CYCLES_PYTHON=10000 HOSTILE_LIVES_PYTHON=5000 \
	    FAULT_MESSAGES=20000 FLOOD_SECONDS=60 SOAK_SECONDS=60 RECEIVE_STEPS=300000 $(MAKE) --no-print-directory soak

soak-long-asan:
	SOAK_CYCLES=2000 HOSTILE_LIVES=2000 FAULT_MESSAGES=5000 $(MAKE) --no-print-directory soak-asan
	SOAK_CYCLES_PYTHON=2000 HOSTILE_LIVES_PYTHON=2000 FLOOD_SECONDS=5 \
	    $(MAKE) --no-print-directory soak-python-asan SOAK_PYTHON_ASAN=
