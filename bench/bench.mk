# Exact figures, each on a line of its own: BENCH name value, SIZE name bytes.

BENCH_OBJ := $(addprefix $(BUILD)/host/bench/, round_trip.o pair.o) \
    $(CORE_SRC:%.c=$(BUILD)/host/%.o)
$(BUILD)/host/bench/%.o: CFLAGS_HOST += -Ibench -Itests/unit
$(BUILD)/bench/round_trip: $(BENCH_OBJ)
	@mkdir -p $(@D)
	$(CC) $^ -o $@
$(BUILD)/bench/wakeup: $(BUILD)/host/bench/wakeup.o $(BUILD)/libopenamp_sim.a
	@mkdir -p $(@D)
	$(CC) $^ -o $@
.SECONDARY: $(BENCH_OBJ) $(BUILD)/host/bench/wakeup.o
-include $(BENCH_OBJ:.o=.d) $(BUILD)/host/bench/wakeup.d

bench: $(BUILD)/bench/round_trip $(BUILD)/bench/wakeup $(AMP_FIRMWARE_SIM) $(BUILD)/sim/micropython
	bench/run $(BUILD) $(FW)
size:
	bench/size $(BUILD)
