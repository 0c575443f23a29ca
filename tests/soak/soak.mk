# Long-running tests of the sim port, each with a short form for ./test and a
# long one by a variable of the environment:
#   FAULT_MESSAGES=N   faults: messages with each fault
#   HOSTILE_LIVES=N    hostile firmware: lives
#   SOAK_CYCLES=N      starts and stops (C and Python)
#   FLOOD_SECONDS=N    flood: seconds for each size of ring
#   SOAK_SEED=N        another sequence

SOAK_C := faults hostile cycles
SOAK_PROGRAMS := $(SOAK_C:%=$(BUILD)/tests/soak/%)

$(SOAK_PROGRAMS): $(BUILD)/tests/soak/%: $(BUILD)/host/tests/soak/%.o $(BUILD)/libopenamp_sim.a
	@mkdir -p $(@D)
	$(CC) $(KIND_CFLAGS) $^ -o $@
.SECONDARY: $(SOAK_PROGRAMS:$(BUILD)/tests/%=$(BUILD)/host/tests/%.o)
-include $(SOAK_PROGRAMS:$(BUILD)/tests/%=$(BUILD)/host/tests/%.d)

.PHONY: soak
soak: $(SOAK_PROGRAMS) $(AMP_FIRMWARE_SIM)
	@for program in $(SOAK_PROGRAMS); do echo "== $$program"; $$program || exit 1; done
