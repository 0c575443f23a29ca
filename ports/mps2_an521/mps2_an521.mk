# The mps2_an521 port.  Included by the top-level Makefile, whose BUILD it uses.
#
# Gives:
#   AMP_AN521_HOST_SRC     C sources of the host half
#   AMP_AN521_CC           how everything for this board is compiled
#   AMP_AN521_HOST_LIB     objects of the host half and of start-up, for host
#                          programs in C; AMP_AN521_HOST_LD links them
#   AMP_AN521_REMOTE_LIB   objects of the remote half and of start-up
#   AMP_AN521_REMOTE_LD    flags that link an image to load; ..._LD_FLASH one for
#                          the flash
#   AMP_AN521_DEPS         what every image depends on

AMP_AN521 := ports/mps2_an521
AMP_AN521_BUILD := $(BUILD)/mps2_an521
AMP_AN521_PREFIX := arm-none-eabi-

AMP_AN521_HOST_SRC := $(addprefix $(AMP_AN521)/, host.c host_life.c host_wait.c monitor.c)

# Core 0 has no DSP extension and no FPU; core 1 runs what core 0 can run.
AMP_AN521_CPU := -mcpu=cortex-m33+nodsp -mthumb -mfloat-abi=soft
AMP_AN521_FLAGS := $(AMP_AN521_CPU) -std=gnu11 -O2 -g -Wall -Wextra -Wconversion -Werror \
    -ffreestanding -ffunction-sections -fdata-sections -Iinclude -MMD -MP
AMP_AN521_CC := $(AMP_AN521_PREFIX)gcc $(AMP_AN521_FLAGS)
AMP_AN521_REMOTE_CC := $(AMP_AN521_CC) -DAMP_CONFIG_HOST=0
AMP_AN521_HOST_CC := $(AMP_AN521_CC) -DAMP_CONFIG_DEVICE=0

# The C library for memcpy() and its like, nothing that needs a system.
AMP_AN521_LINK := $(AMP_AN521_CPU) -nostartfiles -Wl,--gc-sections -Wl,--build-id=none \
    -Wl,-z,max-page-size=4096 -Wl,--no-warn-rwx-segments
AMP_AN521_HOST_LD := $(AMP_AN521_LINK) -T $(AMP_AN521_BUILD)/host.ld
AMP_AN521_REMOTE_LD := $(AMP_AN521_LINK) -T $(AMP_AN521_BUILD)/load.ld
AMP_AN521_REMOTE_LD_FLASH := $(AMP_AN521_LINK) -T $(AMP_AN521_BUILD)/flash.ld
AMP_AN521_DEPS := $(addprefix $(AMP_AN521_BUILD)/, host.ld load.ld flash.ld)

AMP_AN521_HOST_LIB := $(AMP_AN521_HOST_SRC:$(AMP_AN521)/%.c=$(AMP_AN521_BUILD)/%.o) \
    $(addprefix $(AMP_AN521_BUILD)/, start.o semihost.o text.o)
AMP_AN521_REMOTE_LIB := $(addprefix $(AMP_AN521_BUILD)/, remote/remote.o remote/trace.o start.o)

$(AMP_AN521_BUILD)/%.o: $(AMP_AN521)/%.c
	@mkdir -p $(@D)
	$(AMP_AN521_CC) -c $< -o $@

# Texts and the trace buffer are the same for every port.
$(AMP_AN521_BUILD)/text.o: ports/common/text.c
	@mkdir -p $(@D)
	$(AMP_AN521_CC) -c $< -o $@
$(AMP_AN521_BUILD)/remote/trace.o: ports/common/trace.c
	@mkdir -p $(@D)
	$(AMP_AN521_CC) -c $< -o $@

AMP_AN521_CPP = $(AMP_AN521_PREFIX)gcc -E -P -x c -Iinclude
$(AMP_AN521_BUILD)/load.ld: $(AMP_AN521)/an521.ld.S $(AMP_AN521)/board.h \
    include/openamp/table_mark.h
	@mkdir -p $(@D)
	$(AMP_AN521_CPP) $< -o $@
$(AMP_AN521_BUILD)/flash.ld: $(AMP_AN521)/an521.ld.S $(AMP_AN521)/board.h \
    include/openamp/table_mark.h
	@mkdir -p $(@D)
	$(AMP_AN521_CPP) -DAMP_AN521_IN_FLASH $< -o $@
$(AMP_AN521_BUILD)/host.ld: $(AMP_AN521)/an521.ld.S $(AMP_AN521)/board.h \
    include/openamp/table_mark.h
	@mkdir -p $(@D)
	$(AMP_AN521_CPP) -DAMP_AN521_HOST $< -o $@

-include $(wildcard $(AMP_AN521_BUILD)/*.d $(AMP_AN521_BUILD)/remote/*.d)
