# Firmware, the same folders for every port.  Included by the top-level
# Makefile, after the ports' own files.
#
# Gives, for a port P:
#   $(BUILD)/firmware/P/NAME.elf   the image of firmware/NAME
#   $(BUILD)/firmware/P/NAME.flash.bin   the same for the flash, as a plain binary
#   AMP_FIRMWARE_SIM               every image of the sim port, and FW_IN_FLASH
#                                  for OPENAMP_SIM_FLASH
#   AMP_FIRMWARE_SIM_SHIPPED       those that users get: virtual_uart.elf
#   AMP_FIRMWARE_AN521             the same for mps2_an521
#   AMP_FIRMWARE_H7                the same for stm32h7
#   AMP_FIRMWARE_EMU               the same for emu; AMP_FIRMWARE_EMU_SHIPPED
#
# Another port is one more call of FW_PORT, with its compiler and remote half.

# One image for each folder that has a main.c; more from one source below.
FW_NAMES := $(patsubst firmware/%/main.c,%,$(wildcard firmware/*/main.c))
FW_VARIANTS := test_crash_reset test_crash_ready
# Those that are started by their address, too: with a resource table of its own,
# and without.
FW_IN_FLASH := virtual_uart test_notable

# The core in the device's role only.
FW_CORE := $(filter-out core/bus_%.c core/elf.c core/load_check.c core/rproc.c core/rsc_%.c, $(wildcard core/*.c))

# $(call FW_PORT,folder,compile,link,link for flash,objects of the remote half,
# other prerequisites,libraries,objcopy)
define FW_PORT
$(1)_LIB := $(FW_CORE:core/%.c=$(1)/core/%.o) $(1)/common/link.o $(5)

$(1)/core/%.o: core/%.c
	@mkdir -p $$(@D)
	$(2) -I. -c $$< -o $$@

$(1)/common/%.o: firmware/common/%.c
	@mkdir -p $$(@D)
	$(2) -I. -c $$< -o $$@

$(1)/obj/%.o: firmware/%/main.c
	@mkdir -p $$(@D)
	$(2) -I. -c $$< -o $$@

$(1)/obj/test_crash_reset.o: firmware/test_crash/main.c
	@mkdir -p $$(@D)
	$(2) -I. -DCRASH_AT_RESET -c $$< -o $$@

$(1)/obj/test_crash_ready.o: firmware/test_crash/main.c
	@mkdir -p $$(@D)
	$(2) -I. -DCRASH_AT_READY -c $$< -o $$@

$(1)/%.elf: $(1)/obj/%.o $$($(1)_LIB) $(6)
	$(firstword $(2)) $(3) $$< $$($(1)_LIB) $(7) -o $$@

$(1)/%.flash.elf: $(1)/obj/%.o $$($(1)_LIB) $(6)
	$(firstword $(2)) $(4) $$< $$($(1)_LIB) $(7) -o $$@

$(1)/%.flash.bin: $(1)/%.flash.elf
	$(8) -O binary $$< $$@

.SECONDARY: $(FW_NAMES:%=$(1)/obj/%.o) $(FW_VARIANTS:%=$(1)/obj/%.o) $$($(1)_LIB) \
    $(FW_IN_FLASH:%=$(1)/%.flash.elf)

-include $$(wildcard $(1)/*/*.d)
endef

FW := $(BUILD)/firmware/sim
$(eval $(call FW_PORT,$(FW),$(AMP_SIM_REMOTE_CC),$(AMP_SIM_REMOTE_LD),$(AMP_SIM_REMOTE_LD_FLASH),\
    $(AMP_SIM_REMOTE_LIB),$(AMP_SIM_REMOTE_DEPS),,$$(shell $(CC) -print-prog-name=objcopy)))
AMP_FIRMWARE_SIM_SHIPPED := $(FW)/virtual_uart.elf
AMP_FIRMWARE_SIM := $(FW_NAMES:%=$(FW)/%.elf) $(FW_VARIANTS:%=$(FW)/%.elf) \
    $(FW_IN_FLASH:%=$(FW)/%.flash.bin)

# Not those that try what is special about sim.
FW_AN521 := $(BUILD)/firmware/mps2_an521
$(eval $(call FW_PORT,$(FW_AN521),$(AMP_AN521_REMOTE_CC),$(AMP_AN521_REMOTE_LD),\
    $(AMP_AN521_REMOTE_LD_FLASH),$(AMP_AN521_REMOTE_LIB),$(AMP_AN521_DEPS),-lc -lgcc,\
    $(AMP_AN521_PREFIX)objcopy))
AMP_FIRMWARE_AN521 := $(addprefix $(FW_AN521)/, \
    $(patsubst %,%.elf,$(filter-out test_bare test_hostile test_sandbox test_storm,$(FW_NAMES)) $(FW_VARIANTS)) \
    $(FW_IN_FLASH:%=%.flash.bin))

FW_H7 := $(BUILD)/firmware/stm32h7
$(eval $(call FW_PORT,$(FW_H7),$(AMP_H7_REMOTE_CC),$(AMP_H7_REMOTE_LD),\
    $(AMP_H7_REMOTE_LD_FLASH),$(AMP_H7_REMOTE_LIB),$(AMP_H7_DEPS),-lc -lgcc,\
    $(AMP_H7_PREFIX)objcopy))
AMP_FIRMWARE_H7 := $(addprefix $(FW_H7)/, \
    $(patsubst %,%.elf,$(filter-out test_bare test_hostile test_sandbox test_storm,$(FW_NAMES)) $(FW_VARIANTS)) \
    $(FW_IN_FLASH:%=%.flash.bin))

FW_EMU := $(BUILD)/firmware/emu
$(eval $(call FW_PORT,$(FW_EMU),$(AMP_EMU_REMOTE_CC),$(AMP_EMU_REMOTE_LD),\
    $(AMP_EMU_REMOTE_LD_FLASH),$(AMP_EMU_REMOTE_LIB),$(AMP_EMU_REMOTE_DEPS),,\
    riscv64-unknown-elf-objcopy))
AMP_FIRMWARE_EMU_SHIPPED := $(FW_EMU)/virtual_uart.elf
AMP_FIRMWARE_EMU := $(addprefix $(FW_EMU)/, \
    $(patsubst %,%.elf,$(filter-out test_bare test_hostile test_sandbox test_storm,$(FW_NAMES)) $(FW_VARIANTS)) \
    $(FW_IN_FLASH:%=%.flash.bin))
