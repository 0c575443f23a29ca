# MicroPython for the boards that this project adds to it, one image for each role.
# Included by micropython/build.mk, whose MP_ variables it uses.
#
# Gives, for a port P with a BOARD (ports/ports.mk):
#   $(P_BUILD)/micropython-ROLE.elf   ROLE is host and, on some boards, device
#   $(P_BUILD)/rom.img                the file system that the board mounts at /rom: firmware
#   make board-P, and board-P-device for the other core's MicroPython

# Before MicroPython 1.25 its qemu port has no boards outside of its tree.
MP_BOARD_CHECK = @grep -q BOARD_DIR $(MP_TREE)/ports/qemu/Makefile || { echo \
    "the board of $(1) needs MicroPython 1.25 or newer: $(MP_TREE) is older" >&2; exit 1; }

# $(call MP_BOARD,port,role,board)
define MP_BOARD
$(1)_$(2)_MP := $(abspath $($(1)_BUILD))/mp-$(2)
$($(1)_BUILD)/micropython-$(2).elf: $(MP_CROSS) $(MP_ORIGIN) $(MP_SRC) $(MP_LIB_SRC) \
    $(wildcard boards/$(3)/* boards/common/* ports/$(1)/*.[ch] ports/$(1)/remote/*.[ch])
	$(MP_BOARD_CHECK)
	$$(call MP_READY,$$($(1)_$(2)_MP),$$@,$(wildcard boards/$(3)/mpconfigboard.* \
	    boards/$(3)/*.ld $(addprefix boards/common/, *.inc *.h *.mk)))
	$$(MAKE) -C $(MP_TREE)/ports/qemu BUILD=$$($(1)_$(2)_MP) \
	    BOARD=$(3) BOARD_DIR=$(MP_MODULES)/openamp/boards/$(3) \
	    OPENAMP_PORT=$(1) OPENAMP_ROLE=$(2) $$(MP_ARGUMENTS) $$(MP_KIND) $$(call MP_FAILED,$$($(1)_$(2)_MP))
	$$(call MP_DONE,$$($(1)_$(2)_MP))
	@cp $$($(1)_$(2)_MP)/firmware.elf $$@
endef

# The images in the ROM have no debugging information.
define MP_BOARD_ROM
$($(1)_BUILD)/rom/%.elf: $($(1)_FW)/%.elf
	@mkdir -p $$(@D)
	$($(1)_OBJCOPY) -g $$< $$@
$($(1)_BUILD)/rom/%.bin: $($(1)_FW)/%.bin
	@mkdir -p $$(@D)
	cp $$< $$@
$(1)_ROM_FILES := $(patsubst %,$($(1)_BUILD)/rom/%,$($(1)_FIRMWARE_NAMES:%=%.elf) $($(1)_ROM))
$($(1)_BUILD)/rom.img: $$($(1)_ROM_FILES) tools/romfs
	tools/romfs $$@ $$($(1)_ROM_FILES)
board-$(1): $($(1)_BUILD)/micropython-host.elf $($(1)_BUILD)/rom.img $$($(1)_FIRMWARE)
.PHONY: board-$(1)-device
board-$(1)-device: $($(1)_BUILD)/micropython-device.elf
endef

$(foreach port,$(PORTS),$(if $($(port)_BOARD),\
    $(foreach role,$($(port)_BOARD_ROLES),$(eval $(call MP_BOARD,$(port),$(role),$($(port)_BOARD))))\
    $(eval $(call MP_BOARD_ROM,$(port)))))
