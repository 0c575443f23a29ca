# MicroPython for the mps2_an521 board, one image for each core.  Included by the
# top-level Makefile, whose MP_ variables it uses.
#
# Gives: $(BUILD)/mps2_an521/micropython-host.elf and -device.elf

AMP_AN521_MP_SRC := micropython.mk $(wildcard micropython/*.[ch] micropython/*.mk \
    micropython/*.py micropython/boards/MPS2_AN521/* micropython/boards/common/* ports/common/*.[ch] ports/mps2_an521/*.[ch] \
    ports/mps2_an521/remote/*.[ch] core/*.[ch] core/wire/*.h include/openamp/*.h)

# MicroPython's own rules do not see that these have changed.
AMP_AN521_MP_CONFIG := micropython/openamp.mk $(wildcard $(addprefix \
    micropython/boards/MPS2_AN521/, mpconfigboard.* *.ld)) $(wildcard $(addprefix micropython/boards/common/, *.inc *.h *.mk))

# $(call AMP_AN521_MP,role)
define AMP_AN521_MP
$(AMP_AN521_BUILD)/micropython-$(1).elf: $$(AMP_AN521_MP_SRC) $$(MP_CROSS) $$(MP_ORIGIN)
	$$(MP_QEMU_CHECK)
	@mkdir -p $$(@D) $$(MP_MODULES)
	@ln -sfn $$(abspath .) $$(MP_MODULES)/openamp
	@for file in $$(MP_ORIGIN) $$(AMP_AN521_MP_CONFIG); do \
	    if [ $$$$file -nt $$@ ]; then rm -rf $(AMP_AN521_BUILD)/mp-$(1); fi; \
	done
	$$(MAKE) -C $$(MP_TREE)/ports/qemu BUILD=$(abspath $(AMP_AN521_BUILD))/mp-$(1) \
	    BOARD=MPS2_AN521 BOARD_DIR=$$(MP_MODULES)/openamp/micropython/boards/MPS2_AN521 \
	    OPENAMP_ROLE=$(1) MPY_LIB_DIR=$$(MP_TREE) \
	    FROZEN_MANIFEST=$$(abspath micropython/manifest.py) \
	    MICROPY_MPYCROSS=$$(MP_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$$(MP_CROSS) \
	    USER_C_MODULES=$$(MP_MODULES)
	@cp $(AMP_AN521_BUILD)/mp-$(1)/firmware.elf $$@
endef
$(eval $(call AMP_AN521_MP,host))
$(eval $(call AMP_AN521_MP,device))

# What the board finds at /rom: the firmware.
AMP_AN521_ROM := $(AMP_FIRMWARE_AN521) $(FW_AN521)/test_fault.elf
$(AMP_AN521_BUILD)/rom.img: $(AMP_AN521_ROM) tools/romfs
	tools/romfs $@ $(AMP_AN521_ROM)

.PHONY: mps2_an521 mps2_an521-device
mps2_an521-device: $(AMP_AN521_BUILD)/micropython-device.elf
mps2_an521: $(AMP_AN521_BUILD)/micropython-host.elf $(AMP_AN521_BUILD)/rom.img
