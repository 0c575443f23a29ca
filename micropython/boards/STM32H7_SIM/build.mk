# MicroPython for the simulated STM32H7.  Included by the top-level Makefile,
# whose MP_ variables it uses.
#
# Gives: $(BUILD)/stm32h7/micropython.elf and, with the firmware, rom.img

AMP_H7_MP_SRC := micropython.mk $(wildcard micropython/*.[ch] micropython/*.mk micropython/*.py \
    micropython/boards/STM32H7_SIM/* micropython/boards/common/* ports/stm32h7/*.[ch] \
    ports/common/*.[ch] core/*.[ch] core/wire/*.h include/openamp/*.h)

# MicroPython's own rules do not see that these have changed.
AMP_H7_MP_CONFIG := micropython/openamp.mk $(wildcard micropython/boards/STM32H7_SIM/mpconfigboard.* \
    micropython/boards/STM32H7_SIM/*.ld $(addprefix micropython/boards/common/, *.inc *.h *.mk))

$(AMP_H7_BUILD)/micropython.elf: $(AMP_H7_MP_SRC) $(MP_CROSS) $(MP_ORIGIN)
	$(MP_QEMU_CHECK)
	@mkdir -p $(@D) $(MP_MODULES)
	@ln -sfn $(abspath .) $(MP_MODULES)/openamp
	@for file in $(MP_ORIGIN) $(AMP_H7_MP_CONFIG); do \
	    if [ $$file -nt $@ ]; then rm -rf $(AMP_H7_BUILD)/mp; fi; \
	done
	$(MAKE) -C $(MP_TREE)/ports/qemu BUILD=$(abspath $(AMP_H7_BUILD))/mp \
	    BOARD=STM32H7_SIM BOARD_DIR=$(MP_MODULES)/openamp/micropython/boards/STM32H7_SIM \
	    MPY_LIB_DIR=$(MP_TREE) FROZEN_MANIFEST=$(abspath micropython/manifest.py) \
	    MICROPY_MPYCROSS=$(MP_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MP_CROSS) \
	    USER_C_MODULES=$(MP_MODULES)
	@cp $(AMP_H7_BUILD)/mp/firmware.elf $@

# What the board finds at /rom: the firmware, without what is for debuggers.
AMP_H7_ROM := $(addprefix $(AMP_H7_BUILD)/rom/, $(notdir $(filter %.elf,$(AMP_FIRMWARE_H7)) \
    field_vuart.elf test_fault.elf test_notable.flash.elf))
$(AMP_H7_BUILD)/rom/%.elf: $(FW_H7)/%.elf
	@mkdir -p $(@D)
	$(AMP_H7_PREFIX)objcopy -g $< $@
$(AMP_H7_BUILD)/rom.img: $(AMP_H7_ROM) tools/romfs
	tools/romfs $@ $(AMP_H7_ROM)
