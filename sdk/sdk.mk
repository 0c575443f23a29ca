# What firmware outside of this checkout is built with.  Included by the top-level
# Makefile; sdk/prepare calls it.
#
# make sdk-P, for a port P, gives in build/sdk/P:
#   libopenamp.a    the core in the device's role, firmware/common, the port's remote half
#   load.ld         the port's linker script (flash.ld: for the flash)
#   openamp.mk, openamp.cmake, openamp.pc
#                   compiler and flags for make (sdk/firmware.mk), CMake (sdk/cmake) and
#                   pkg-config, all from ports/P/build.mk

SDK := $(BUILD)/sdk
SDK_TOP := $(abspath .)

# Paths are given to make from the top of this checkout.  What is only for our own code
# is left out, as are dependencies, which everybody's build asks for in its own way.
SDK_CFLAGS = $(patsubst -Iinclude,-I$(SDK_TOP)/include,$(patsubst ports/%,$(SDK_TOP)/ports/%,\
    $(filter-out -Wall -Wextra -Wconversion -Werror -MMD -MP -DHARM_%,$(wordlist 2,$(words $($(1)_REMOTE_CC)),$($(1)_REMOTE_CC)))))
# All of the library, then --gc-sections: start-up code and tables are named by nobody.
SDK_LINK = $($(1)_REMOTE_LD) -T $(abspath $(SDK)/$(1)/load.ld) \
    -Wl,--whole-archive,$(abspath $(SDK)/$(1)/libopenamp.a),--no-whole-archive $($(1)_REMOTE_LIBS)

define SDK_MK
OPENAMP_CC := $(firstword $($(1)_REMOTE_CC))
OPENAMP_CFLAGS := $(strip $(SDK_CFLAGS))
OPENAMP_LINK := $(strip $(SDK_LINK))
OPENAMP_DEPENDS := $(abspath $(SDK)/$(1)/libopenamp.a $(SDK)/$(1)/load.ld)
endef
define SDK_CMAKE
set(OPENAMP_CC $(firstword $($(1)_REMOTE_CC)))
set(OPENAMP_CFLAGS $(strip $(SDK_CFLAGS)))
set(OPENAMP_LINK $(strip $(SDK_LINK)))
set(OPENAMP_DEPENDS $(abspath $(SDK)/$(1)/libopenamp.a $(SDK)/$(1)/load.ld))
endef
define SDK_PC
cc=$(firstword $($(1)_REMOTE_CC))

Name: openamp
Description: firmware for the other core of $(1)
Version: $(shell sed -n 's/.*AMP_VERSION "\(.*\)"/\1/p' include/openamp/version.h)
Cflags: $(strip $(SDK_CFLAGS))
Libs: $(strip $(SDK_LINK))
endef

define SDK_RULES
# $$(file) is done before the first command.
$(SDK)/$(1):
	@mkdir -p $$@
$(SDK)/$(1)/libopenamp.a: $($(1)_LIB)
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(AR) rcs $$@ $$^
$(SDK)/$(1)/%.ld: $($(1)_BUILD)/%.ld
	@mkdir -p $$(@D)
	@cp $$< $$@
$(SDK)/$(1)/openamp.mk: sdk/sdk.mk ports/ports.mk ports/$(1)/build.mk include/openamp/version.h | $(SDK)/$(1)
	$$(file >$$(@D)/openamp.cmake,$$(call SDK_CMAKE,$(1)))
	$$(file >$$(@D)/openamp.pc,$$(call SDK_PC,$(1)))
	$$(file >$$@,$$(call SDK_MK,$(1)))
	@touch $$@
.PHONY: sdk-$(1)
sdk-$(1): $(addprefix $(SDK)/$(1)/,libopenamp.a load.ld flash.ld openamp.mk)
endef
$(foreach port,$(PORTS),$(eval $(call SDK_RULES,$(port))))
