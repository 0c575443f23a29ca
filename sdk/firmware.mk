# Builds firmware outside of this checkout.  In a Makefile:
#
#   OPENAMP := /path/of/openamp
#   FIRMWARE := my_firmware
#   include $(OPENAMP)/sdk/firmware.mk
#
# `make` builds build/sim/my_firmware.elf from my_firmware.c, `make BOARD=emu`
# build/emu/my_firmware.elf.  FIRMWARE may be several names, and my_firmware_SRC the
# sources of one, if it has more than one.  `make PIE=1` builds position-independent images,
# in build/$(BOARD)-pie.  FIRMWARE_CFLAGS is added to the compiler's
# flags; FIRMWARE_BUILD names another folder than build/$(BOARD).

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: all clean

BOARD ?= sim
FIRMWARE_BUILD ?= build/$(BOARD)$(PIE:%=-pie)
FIRMWARE_CFLAGS ?= -Wall -Wextra

# The path of the SDK, which is built first if it is missing or older than the checkout.
OPENAMP_SDK := $(shell $(OPENAMP)/sdk/prepare $(BOARD))
ifneq ($(.SHELLSTATUS),0)
$(error no sdk for BOARD=$(BOARD) in OPENAMP=$(OPENAMP))
endif
include $(OPENAMP_SDK)/openamp.mk
ifneq ($(PIE),)
$(if $(OPENAMP_PIE_CFLAGS),,$(error BOARD=$(BOARD) has no position-independent images))
$(foreach name,CFLAGS LINK DEPENDS,$(eval OPENAMP_$(name) := $(OPENAMP_PIE_$(name))))
endif

all: $(FIRMWARE:%=$(FIRMWARE_BUILD)/%.elf)
clean:
	rm -rf $(FIRMWARE_BUILD)

$(FIRMWARE_BUILD)/%.o: %.c $(OPENAMP_SDK)/openamp.mk
	@mkdir -p $(@D)
	$(OPENAMP_CC) $(OPENAMP_CFLAGS) $(FIRMWARE_CFLAGS) -MMD -MP -c $< -o $@

define FIRMWARE_RULES
$(FIRMWARE_BUILD)/$(1).elf: $(patsubst %.c,$(FIRMWARE_BUILD)/%.o,$(or $($(1)_SRC),$(1).c)) $(OPENAMP_DEPENDS)
	$(OPENAMP_CC) $$(filter %.o,$$^) $(OPENAMP_LINK) -o $$@
-include $(patsubst %.c,$(FIRMWARE_BUILD)/%.d,$(or $($(1)_SRC),$(1).c))
endef
$(foreach name,$(FIRMWARE),$(eval $(call FIRMWARE_RULES,$(name))))
