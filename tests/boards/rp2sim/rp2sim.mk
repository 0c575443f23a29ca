# The simulated RP2040 (rp2sim) and RP2350 (rp2350sim), and their own tests.

RP2SIM := $(BUILD)/rp2sim/rp2sim
RP2350SIM := $(BUILD)/rp2350sim/rp2350sim
$(eval $(call ARMSIM,rp2sim,rp2sim,))
$(eval $(call ARMSIM,rp2350sim,rp2sim,-DRP2350))

# Guests: bare programs for both cores, that prove one thing each.
RP2SIM_BOTH := launch fifo storm reset events code dma faults strict
RP2SIM_GUESTS := $(RP2SIM_BOTH) exceptions
RP2350SIM_GUESTS := $(RP2SIM_BOTH) doorbells
# $(call RP2SIM_GUEST,name,options)
define RP2SIM_GUEST
$(BUILD)/$(1)/guest/%.elf: tests/boards/rp2sim/guest/%.c tests/boards/rp2sim/guest/guest.c \
    tests/boards/rp2sim/guest/guest.h $(ARMSIM_GUEST) tests/boards/rp2sim/guest/guest.ld
	@mkdir -p $$(@D)
	arm-none-eabi-gcc $(CFLAGS_STRICT) -O2 -g $(2) -mthumb -masm-syntax-unified -ffreestanding \
	    -nostdlib -T tests/boards/rp2sim/guest/guest.ld tests/boards/rp2sim/guest/guest.c $$< -lgcc \
	    $$(GUEST_ENTRY) -o $$@
endef
$(eval $(call RP2SIM_GUEST,rp2sim,-mcpu=cortex-m0plus))
$(eval $(call RP2SIM_GUEST,rp2350sim,-mcpu=cortex-m33 -DRP2350))

# The entry may be a handler, as in guest.ld, the table, or not said.
%/guest/fifo.elf: GUEST_ENTRY := -Wl,-e,vectors0
%/guest/code.elf: GUEST_ENTRY := -Wl,-e,0

# Both are tested here.
test-rp2sim: $(RP2SIM) $(RP2SIM_GUESTS:%=$(BUILD)/rp2sim/guest/%.elf) \
    $(RP2350SIM) $(RP2350SIM_GUESTS:%=$(BUILD)/rp2350sim/guest/%.elf)
	tests/boards/rp2sim/run $(BUILD)/rp2sim/rp2sim
	tests/boards/rp2sim/run $(BUILD)/rp2350sim/rp2350sim
