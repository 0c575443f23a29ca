# The simulated STM32H7, and its own tests.

H7SIM := $(BUILD)/h7sim/h7sim
$(eval $(call ARMSIM,h7sim,h7sim,))

# Guests: bare programs for both cores, that prove one thing each.
H7SIM_GUESTS := $(filter-out guest, $(basename $(notdir $(wildcard tests/boards/h7sim/guest/*.c))))
H7SIM_GUEST_CC := arm-none-eabi-gcc $(CFLAGS_STRICT) -O2 -g -mcpu=cortex-m4 -mthumb \
    -mfloat-abi=hard -mfpu=fpv4-sp-d16 -ffreestanding -nostdlib

$(BUILD)/h7sim/guest/%.elf: tests/boards/h7sim/guest/%.c tests/boards/h7sim/guest/guest.c \
    tests/boards/h7sim/guest/guest.h $(ARMSIM_GUEST) tests/boards/h7sim/guest/guest.ld
	@mkdir -p $(@D)
	$(H7SIM_GUEST_CC) -T tests/boards/h7sim/guest/guest.ld tests/boards/h7sim/guest/guest.c $< -lgcc -o $@

test-h7sim: $(H7SIM) $(H7SIM_GUESTS:%=$(BUILD)/h7sim/guest/%.elf)
	tests/boards/h7sim/run $(BUILD)/h7sim
