# Every platform is one line in this list and a folder of its name (docs/PORTING.md,
# "Build").  Included by the top-level Makefile.
PORTS := \
    sim \
    emu \
    mps2_an521 \
    stm32h7 \
    rp2

# Hosts whose operating system owns the rings (docs/DESIGN.md, "The bus"): no firmware.
BUS_PORTS := linux

# What a folder has:
#   sources.mk   the port's files, for every build of it
#   build.mk     how ours compiles and links; it has PORT, the name, PORT_DIR and
#                PORT_BUILD, where the port's products go, and sets some of:
PORT_SETS := AMP_PORT_HOST AMP_PORT_HOST_C AMP_PORT_REMOTE AMP_PORT_REMOTE_C AMP_PORT_CORE AMP_PORT_DEFINES \
    REMOTE_CC REMOTE_LD REMOTE_PIE REMOTE_LIBS OBJCOPY LD_SCRIPT LD_DEFINES FLASH \
    HOST_CC HOST_LD HOST_DEFINES FIRMWARE_OWN UNIX UNIX_NEEDS BOARD BOARD_ROLES ROM
#     REMOTE_CC     the compiler of firmware and its flags; REMOTE_LD, those to link
#                   it, REMOTE_LIBS, what is linked last, and OBJCOPY
#     REMOTE_PIE    what else makes code position-independent; not there if the port has
#                   no such images
#     LD_SCRIPT     the linker script, preprocessed as load.ld; with AMP_LINK_IN_FLASH
#                   as flash.ld, for the flash (FLASH: as this value), with
#                   AMP_LINK_PIE as pie.ld where there is a REMOTE_PIE, and with
#                   AMP_LINK_HOST as host.ld where there is a HOST_LD
#     LD_DEFINES    what else is defined for it
#     HOST_CC       where the host is not the machine that builds: its compiler; and
#                   HOST_LD, to link a program in C for it
#     HOST_DEFINES  otherwise: options for the host half
#     FIRMWARE_OWN  test firmware (tests/firmware) that other ports have no use for
#     UNIX          not empty: the host is MicroPython's unix port, with these arguments
#                   for its make; UNIX_NEEDS, what has to be there before
#     BOARD         the folder of boards that is this port's MicroPython,
#                   for the roles in BOARD_ROLES; ROM, what it finds at /rom besides
#                   all images to load
#     PACKAGES      for tools/setup and ./run: Debian packages that `make board-P` wants
#                   besides gcc and make; not there if ./run does not run this port
#   run          optional: starts what `make board-P` has built; without it
#                ./run starts $(P_BUILD)/micropython
#   module.mk    optional: what a build of MicroPython with make does besides
#
# What is to be had of a port P:
#   $(P_BUILD)            the folder of its products
#   $(P_FW)/NAME.elf      the firmware NAME; NAME.flash.elf and NAME.flash.bin, as a
#                         plain binary, those in FW_IN_FLASH, linked for the flash;
#                         NAME.pie.elf, those in FW_PIE, position-independent
#   $(P_FIRMWARE)         all of it, $(P_FIRMWARE_SHIPPED), what users want of it
#   $(P_HOST_SRC)         the host half
#   $(P_HOST_LIB)         where there is a HOST_CC: the core and the host half, as
#                         objects for programs in C; $(P_HOST_LINK) links them,
#                         with host.ld
#   $(P_REMOTE_CC) ...    what build.mk has set
#   make firmware-P, test-firmware-P, board-P

# A firmware is a folder of firmware/ with a main.c, a test's a file of tests/firmware.
FW_SHIPPED := $(patsubst firmware/%/main.c,%,$(wildcard firmware/*/main.c))
FW_TESTS := $(patsubst tests/firmware/%.c,%,$(wildcard tests/firmware/*.c))
# Tests' firmware that the examples and the page run as well.
FW_EXAMPLES := test_crash test_services
# Those that are started by their address, too: with a resource table of its own,
# and without.
FW_IN_FLASH := virtual_uart test_notable

# Those that are linked without addresses, too.
FW_PIE := virtual_uart
PIE_LD := -Wl,-pie,--no-dynamic-linker,-z,notext

FW_LIB_SRC := $(AMP_CORE_COMMON) $(AMP_CORE_DEVICE) $(sort $(wildcard firmware/common/*.c))

# $(call PORT_FILES,port,files relative to its folder)
PORT_FILES = $(patsubst ports/$(1)/../%,ports/%,$(addprefix ports/$(1)/,$(2)))

define PORT_READ
$(foreach name,$(PORT_SETS),$(eval $(name) :=))
PORT := $(1)
PORT_DIR := ports/$(1)
PORT_BUILD := $(BUILD)/$(1)
include ports/$(1)/sources.mk
include ports/$(1)/build.mk
endef

define PORT_KEEP
$(foreach name,$(PORT_SETS),$(eval $(1)_$(patsubst AMP_PORT_%,%,$(name)) := $$($(name))))
$(1)_BUILD := $(BUILD)/$(1)
$(1)_FW := $(BUILD)/firmware/$(1)
$(1)_HOST_SRC := $(call PORT_FILES,$(1),$(AMP_PORT_HOST) $(AMP_PORT_HOST_C))
$(1)_REMOTE_SRC := $(call PORT_FILES,$(1),$(AMP_PORT_REMOTE) $(AMP_PORT_REMOTE_C))
endef

# The compiler says what a linker script includes, as of any other file.
# $(call PORT_SCRIPT,port,kind,options)
define PORT_SCRIPT
$($(1)_BUILD)/$(2).ld: ports/$(1)/$($(1)_LD_SCRIPT)
	@mkdir -p $$(@D)
	$(firstword $(or $($(1)_REMOTE_CC),$(CC))) -E -P -x c -Iinclude -MMD -MP -MF $$@.d -MT $$@ $(strip $(3) $($(1)_LD_DEFINES)) $$< -o $$@
-include $($(1)_BUILD)/$(2).ld.d
endef

# Of the two kinds of image, and of the two lists of firmware.
load_SUFFIX := .elf
flash_SUFFIX := .flash.elf
FW_SHIPPED_MAIN := firmware/%/main
FW_TESTS_MAIN := tests/firmware/%

define PORT_RULES
$(1)_FIRMWARE_NAMES := $(FW_SHIPPED) $(filter-out $(FW_OWN),$(FW_TESTS)) $($(1)_FIRMWARE_OWN)
$(1)_FIRMWARE_SHIPPED := $(addprefix $($(1)_FW)/,$(addsuffix .elf,$(FW_SHIPPED) $(FW_EXAMPLES)))
$(1)_FIRMWARE = $$($(1)_FIRMWARE_NAMES:%=$($(1)_FW)/%.elf) $(FW_IN_FLASH:%=$($(1)_FW)/%.flash.bin)
$(1)_LIB := $(patsubst %.c,$($(1)_BUILD)/remote/%.o,$(FW_LIB_SRC) $($(1)_REMOTE_SRC))
$(1)_OBJ := $$($(1)_LIB) $(FW_SHIPPED:%=$($(1)_BUILD)/remote/firmware/%/main.o) \
    $(FW_TESTS:%=$($(1)_BUILD)/remote/tests/firmware/%.o)

$(call PORT_SCRIPT,$(1),load)
$(call PORT_SCRIPT,$(1),flash,-DAMP_LINK_IN_FLASH=$(or $($(1)_FLASH),1))

$($(1)_BUILD)/remote/%.o: %.c
	@mkdir -p $$(@D)
	$($(1)_REMOTE_CC) $$(REMOTE_CFLAGS) -I. -c $$< -o $$@
# Else the compiler replaces the loop in memset() by a call of memset().
$($(1)_BUILD)/remote/ports/common/%.o: REMOTE_CFLAGS := -fno-builtin

$(foreach kind,load flash,$(foreach list,FW_SHIPPED FW_TESTS,
$($(list):%=$($(1)_FW)/%$($(kind)_SUFFIX)): $($(1)_FW)/%$($(kind)_SUFFIX): $($(1)_BUILD)/remote/$($(list)_MAIN).o $$($(1)_LIB) $($(1)_BUILD)/$(kind).ld
	@mkdir -p $$(@D)
	$(firstword $($(1)_REMOTE_CC)) $($(1)_REMOTE_LD) -T $($(1)_BUILD)/$(kind).ld $$(filter %.o,$$^) \
	    $($(1)_REMOTE_LIBS) -o $$@
))
$($(1)_FW)/%.flash.bin: $($(1)_FW)/%.flash.elf
	$($(1)_OBJCOPY) -O binary $$< $$@

.SECONDARY: $$($(1)_OBJ) $(FW_IN_FLASH:%=$($(1)_FW)/%.flash.elf)
-include $$($(1)_OBJ:.o=.d)

.PHONY: firmware-$(1) test-firmware-$(1) board-$(1)
firmware-$(1): $$($(1)_FIRMWARE_SHIPPED)
test-firmware-$(1): $$($(1)_FIRMWARE)
board-$(1): firmware-$(1)
endef

# Position-independent images.
define PORT_PIE_RULES
$(1)_FIRMWARE += $(FW_PIE:%=$($(1)_FW)/%.pie.elf)
$(1)_PIE_LIB := $(patsubst %.c,$($(1)_BUILD)/pie/%.o,$(FW_LIB_SRC) $($(1)_REMOTE_SRC))
$(1)_PIE_OBJ := $$($(1)_PIE_LIB) $(FW_PIE:%=$($(1)_BUILD)/pie/firmware/%/main.o)

$(call PORT_SCRIPT,$(1),pie,-DAMP_LINK_PIE)

$($(1)_BUILD)/pie/%.o: %.c
	@mkdir -p $$(@D)
	$($(1)_REMOTE_CC) $($(1)_REMOTE_PIE) $$(REMOTE_CFLAGS) -I. -c $$< -o $$@
$($(1)_BUILD)/pie/ports/common/%.o: REMOTE_CFLAGS := -fno-builtin

$(FW_PIE:%=$($(1)_FW)/%.pie.elf): $($(1)_FW)/%.pie.elf: $($(1)_BUILD)/pie/firmware/%/main.o $$($(1)_PIE_LIB) $($(1)_BUILD)/pie.ld
	@mkdir -p $$(@D)
	$(firstword $($(1)_REMOTE_CC)) $($(1)_REMOTE_LD) $(PIE_LD) -T $($(1)_BUILD)/pie.ld \
	    $$(filter %.o,$$^) $($(1)_REMOTE_LIBS) -o $$@

.SECONDARY: $$($(1)_PIE_OBJ)
-include $$($(1)_PIE_OBJ:.o=.d)
endef

# A host that is another machine than the one that builds.
define PORT_HOST_RULES
$(1)_HOST_LIB := $(patsubst %.c,$($(1)_BUILD)/host/%.o,\
    $(AMP_CORE_COMMON) $(AMP_CORE_HOST) $($(1)_HOST_SRC))
$($(1)_BUILD)/host/%.o: %.c
	@mkdir -p $$(@D)
	$($(1)_HOST_CC) -I. -c $$< -o $$@
$(if $($(1)_HOST_LD),$(call PORT_SCRIPT,$(1),host,-DAMP_LINK_HOST))
$(1)_HOST_LINK := $(firstword $($(1)_HOST_CC)) $($(1)_HOST_LD) -T $($(1)_BUILD)/host.ld
.SECONDARY: $$($(1)_HOST_LIB)
-include $$($(1)_HOST_LIB:.o=.d)
endef

$(foreach port,$(PORTS),$(eval $(call PORT_READ,$(port)))$(eval $(call PORT_KEEP,$(port))))
$(foreach port,$(BUS_PORTS),$(eval $(call PORT_READ,$(port)))$(eval $(call PORT_KEEP,$(port))))
FW_OWN := $(foreach port,$(PORTS),$($(port)_FIRMWARE_OWN))
$(foreach port,$(PORTS),$(eval $(call PORT_RULES,$(port))))
$(foreach port,$(PORTS),$(if $($(port)_REMOTE_PIE),$(eval $(call PORT_PIE_RULES,$(port)))))
$(foreach port,$(PORTS),$(if $($(port)_HOST_CC),$(eval $(call PORT_HOST_RULES,$(port)))))
