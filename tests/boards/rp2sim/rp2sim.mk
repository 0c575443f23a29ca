# The simulated RP2040, and its own tests.

RP2SIM := $(BUILD)/rp2sim/rp2sim
$(eval $(call ARMSIM,rp2sim))

# Guests: bare programs for both cores, that prove one thing each.
RP2SIM_GUESTS := $(filter-out guest, $(basename $(notdir $(wildcard tests/boards/rp2sim/guest/*.c))))
RP2SIM_GUEST_CC := arm-none-eabi-gcc $(CFLAGS_STRICT) -O2 -g -mcpu=cortex-m0plus -mthumb \
    -masm-syntax-unified -ffreestanding -nostdlib

$(BUILD)/rp2sim/guest/%.elf: tests/boards/rp2sim/guest/%.c tests/boards/rp2sim/guest/guest.c \
    tests/boards/rp2sim/guest/guest.h tests/boards/rp2sim/guest/guest.ld
	@mkdir -p $(@D)
	$(RP2SIM_GUEST_CC) -T tests/boards/rp2sim/guest/guest.ld tests/boards/rp2sim/guest/guest.c $< -lgcc -o $@

test-rp2sim: $(RP2SIM) $(RP2SIM_GUESTS:%=$(BUILD)/rp2sim/guest/%.elf)
	tests/boards/rp2sim/run $(BUILD)/rp2sim
