# The simulated STM32H7, and its own tests.

H7SIM := $(BUILD)/h7sim/h7sim
H7SIM_SRC := $(sort $(wildcard tests/h7sim/*.c))
H7SIM_OBJ := $(H7SIM_SRC:tests/h7sim/%.c=$(BUILD)/h7sim/%.o)

.PHONY: h7sim test-h7sim
h7sim: $(H7SIM)

$(BUILD)/h7sim/%.o: tests/h7sim/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_HOST) -D_GNU_SOURCE -c $< -o $@
$(H7SIM): $(H7SIM_OBJ)
	$(CC) $(KIND_CFLAGS) $^ -lunicorn -o $@
-include $(H7SIM_OBJ:.o=.d)
