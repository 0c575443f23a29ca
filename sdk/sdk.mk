# The SDK: the files with which firmware outside of this checkout is built.  Included by the
# top-level Makefile; sdk/prepare makes its targets.
#
# `make sdk-P`, for a port P, builds in build/sdk/P:
#   libopenamp.a    the core in the device's role, firmware/common, the port's remote half
#   load.ld         the port's linker script (flash.ld: for the flash)
#   libopenamp-pie.a, pie.ld    the same for position-independent images, where the
#                   port has them
#   openamp.mk, openamp.cmake, openamp.pc
#                   compiler and flags for make (sdk/firmware.mk), CMake (sdk/cmake) and
#                   pkg-config, all from ports/P/build.mk

SDK := $(BUILD)/sdk
SDK_TOP := $(abspath .)

# Paths relative to this checkout become absolute.  Warnings, which are for the code of this
# project, are left out, and so are options for dependency files, as every build has its own.
SDK_CFLAGS = $(patsubst -Iinclude,-I$(SDK_TOP)/include,$(patsubst ports/%,$(SDK_TOP)/ports/%,\
    $(filter-out -Wall -Wextra -Wconversion -Werror -MMD -MP -DHARM_%,$(wordlist 2,$(words $($(1)_REMOTE_CC)),$($(1)_REMOTE_CC)))))
SDK_PIE_CFLAGS = $(SDK_CFLAGS) $($(1)_REMOTE_PIE)
# --whole-archive, because no symbol refers to start-up code and tables; what is not used is
# removed by --gc-sections.
SDK_LINK_WITH = $($(1)_REMOTE_LD) -T $(abspath $(SDK)/$(1)/$(3)) \
    -Wl,--whole-archive,$(abspath $(SDK)/$(1)/$(2)),--no-whole-archive $($(1)_REMOTE_LIBS)
SDK_LINK = $(call SDK_LINK_WITH,$(1),libopenamp.a,load.ld)
SDK_PIE_LINK = $(PIE_LD) $(call SDK_LINK_WITH,$(1),libopenamp-pie.a,pie.ld)
SDK_PIE_FILES = $(if $($(1)_REMOTE_PIE),$(addprefix $(SDK)/$(1)/,libopenamp-pie.a pie.ld))

define SDK_MK
OPENAMP_CC := $(firstword $($(1)_REMOTE_CC))
OPENAMP_CFLAGS := $(strip $(SDK_CFLAGS))
OPENAMP_LINK := $(strip $(SDK_LINK))
OPENAMP_DEPENDS := $(abspath $(SDK)/$(1)/libopenamp.a $(SDK)/$(1)/load.ld)
OPENAMP_PIE_CFLAGS := $(if $($(1)_REMOTE_PIE),$(strip $(SDK_PIE_CFLAGS)))
OPENAMP_PIE_LINK := $(strip $(SDK_PIE_LINK))
OPENAMP_PIE_DEPENDS := $(abspath $(SDK_PIE_FILES))
endef
define SDK_CMAKE
set(OPENAMP_CC $(firstword $($(1)_REMOTE_CC)))
set(OPENAMP_CFLAGS $(strip $(SDK_CFLAGS)))
set(OPENAMP_LINK $(strip $(SDK_LINK)))
set(OPENAMP_DEPENDS $(abspath $(SDK)/$(1)/libopenamp.a $(SDK)/$(1)/load.ld))
set(OPENAMP_PIE_CFLAGS $(if $($(1)_REMOTE_PIE),$(strip $(SDK_PIE_CFLAGS))))
set(OPENAMP_PIE_LINK $(strip $(SDK_PIE_LINK)))
set(OPENAMP_PIE_DEPENDS $(abspath $(SDK_PIE_FILES)))
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
# The folder is a target of its own, because $$(file) runs before the first command of a recipe.
$(SDK)/$(1):
	@mkdir -p $$@
$(SDK)/$(1)/libopenamp.a: $($(1)_LIB)
$(SDK)/$(1)/libopenamp-pie.a: $($(1)_PIE_LIB)
$(SDK)/$(1)/libopenamp.a $(SDK)/$(1)/libopenamp-pie.a:
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
sdk-$(1): $(addprefix $(SDK)/$(1)/,libopenamp.a load.ld flash.ld openamp.mk) $(SDK_PIE_FILES)
endef
$(foreach port,$(PORTS),$(eval $(call SDK_RULES,$(port))))
