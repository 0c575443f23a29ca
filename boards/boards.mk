# MicroPython for the boards that this project adds to it, one image for each role.
# Included by micropython/build.mk, whose MP_ variables it uses.
#
# Gives, for a port P with a BOARD (ports/ports.mk):
#   $(P_BUILD)/micropython-ROLE.elf   host and, where it has that, device
#   $(P_FW)/micropython-device.elf    the latter again, where a host looks for firmware
#   $(P_BUILD)/rom.img                what the host finds at /rom: the firmware
#   make board-P, and board-P-device for the other core's

# A board that is a port by itself has a Makefile.  The others use one that knows only its
# own boards before 1.25.
MP_BOARD_CHECK = @$(if $(wildcard boards/$(3)/Makefile),: ||) grep -q BOARD_DIR $(MP_TREE)/ports/qemu/Makefile || { echo \
    "the board of $(1) needs MicroPython 1.25 or newer: $(MP_TREE) is older" >&2; exit 1; }

# $(call MP_BOARD_MAKE,port,board).  On the sim port the other core is a kind of machine
# of its own: what is special of this kind of build is for the host's programs.
MP_BOARD_MAKE = $(if $(wildcard boards/$(2)/Makefile),\
    -C boards/$(2) MP_TREE=$(MP_TREE) CC="$(CC)" SIM_DEFINES="$(SIM_DEFINES)" \
    SIM_LD_SCRIPT=$(abspath $($(1)_BUILD)/load.ld),\
    -C $(MP_TREE)/ports/qemu BOARD=$(2) BOARD_DIR=$(MP_MODULES)/openamp/boards/$(2) $(MP_KIND))

# $(call MP_BOARD,port,role,board)
define MP_BOARD
$(1)_$(2)_MP := $(abspath $($(1)_BUILD))/mp-$(2)
$($(1)_BUILD)/micropython-$(2).elf: $(MP_CROSS) $(MP_ORIGIN) $(MP_SRC) $(MP_LIB_SRC) \
    $(wildcard boards/$(3)/* boards/common/* ports/$(1)/*.[ch] ports/$(1)/remote/*.[ch]) \
    $(if $(wildcard boards/$(3)/Makefile),$($(1)_BUILD)/load.ld)
	$(MP_BOARD_CHECK)
	$$(call MP_READY,$$($(1)_$(2)_MP),$$@,$(wildcard boards/$(3)/mpconfig* boards/$(3)/Makefile \
	    boards/$(3)/*.ld $(addprefix boards/common/, *.inc *.h *.mk)))
	$$(MAKE) $(call MP_BOARD_MAKE,$(1),$(3)) BUILD=$$($(1)_$(2)_MP) \
	    OPENAMP_PORT=$(1) OPENAMP_ROLE=$(2) $$(MP_ARGUMENTS) $$(call MP_FAILED,$$($(1)_$(2)_MP))
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
endef

# What the host loads is where it looks for firmware.
define MP_BOARD_DEVICE
$($(1)_FW)/micropython-device.elf: $($(1)_BUILD)/micropython-device.elf
	@mkdir -p $$(@D)
	cp $$< $$@
.PHONY: board-$(1)-device
board-$(1)-device: $($(1)_FW)/micropython-device.elf
endef

$(foreach port,$(PORTS),$(if $($(port)_BOARD),\
    $(foreach role,$($(port)_BOARD_ROLES),$(eval $(call MP_BOARD,$(port),$(role),$($(port)_BOARD))))\
    $(if $(filter device,$($(port)_BOARD_ROLES)),$(eval $(call MP_BOARD_DEVICE,$(port))))\
    $(if $(filter host,$($(port)_BOARD_ROLES)),$(eval $(call MP_BOARD_ROM,$(port))))))
