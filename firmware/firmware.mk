# Firmware for the sim port.  Included by the top-level Makefile, after
# ports/sim/sim.mk.
#
# Gives:
#   AMP_FIRMWARE_SIM        every image: $(BUILD)/firmware/sim/NAME.elf, and
#                           test_notable.flash.bin for OPENAMP_SIM_FLASH
#   AMP_FIRMWARE_SIM_SHIPPED  those that users get: virtual_uart.elf
#
# Another port builds the same folders with its own compiler and remote half.

FW := $(BUILD)/firmware/sim

# One image for each folder that has a main.c; more from one source below.
FW_NAMES := $(patsubst firmware/%/main.c,%,$(wildcard firmware/*/main.c))
FW_VARIANTS := test_crash_reset test_crash_ready

AMP_FIRMWARE_SIM_SHIPPED := $(FW)/virtual_uart.elf
AMP_FIRMWARE_SIM := $(FW_NAMES:%=$(FW)/%.elf) $(FW_VARIANTS:%=$(FW)/%.elf) \
    $(FW)/test_notable.flash.bin

# The core in the device's role only.
FW_CORE := $(filter-out core/elf.c core/rproc.c core/rsc_table.c core/virtq_driver.c, \
    $(wildcard core/*.c))
FW_LIB := $(FW_CORE:core/%.c=$(FW)/core/%.o) $(FW)/common/link.o $(AMP_SIM_REMOTE_LIB)

FW_CC = $(AMP_SIM_REMOTE_CC) -I.

$(FW)/core/%.o: core/%.c
	@mkdir -p $(@D)
	$(FW_CC) -c $< -o $@

$(FW)/common/%.o: firmware/common/%.c
	@mkdir -p $(@D)
	$(FW_CC) -c $< -o $@

$(FW)/obj/%.o: firmware/%/main.c
	@mkdir -p $(@D)
	$(FW_CC) -c $< -o $@

$(FW)/obj/test_crash_reset.o: firmware/test_crash/main.c
	@mkdir -p $(@D)
	$(FW_CC) -DCRASH_AT_RESET -c $< -o $@

$(FW)/obj/test_crash_ready.o: firmware/test_crash/main.c
	@mkdir -p $(@D)
	$(FW_CC) -DCRASH_AT_READY -c $< -o $@

$(FW)/%.elf: $(FW)/obj/%.o $(FW_LIB) $(AMP_SIM_REMOTE_DEPS)
	$(CC) $(AMP_SIM_REMOTE_LD) $< $(FW_LIB) -o $@

$(FW)/%.flash.elf: $(FW)/obj/%.o $(FW_LIB) $(AMP_SIM_REMOTE_DEPS)
	$(CC) $(AMP_SIM_REMOTE_LD_FLASH) $< $(FW_LIB) -o $@

$(FW)/%.flash.bin: $(FW)/%.flash.elf
	$(shell $(CC) -print-prog-name=objcopy) -O binary $< $@

.SECONDARY: $(FW_NAMES:%=$(FW)/obj/%.o) $(FW_VARIANTS:%=$(FW)/obj/%.o) $(FW_LIB) \
    $(FW)/test_notable.flash.elf

-include $(wildcard $(FW)/*/*.d)
