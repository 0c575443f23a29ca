# The stm32h7 port.  Included by the top-level Makefile, whose BUILD it uses.
#
# Gives:
#   AMP_H7_HOST_SRC     C sources of the host half, for a program on the M7
#   AMP_H7_HOST_CC      how a host program in C is compiled; AMP_H7_HOST_CPU its core
#   AMP_H7_HOST_LIB     objects of the host half, for host programs in C
#   AMP_H7_REMOTE_CC    how firmware for the M4 is compiled
#   AMP_H7_REMOTE_LIB   objects of the remote half and of start-up
#   AMP_H7_REMOTE_LD    flags that link an image to load; ..._LD_FLASH one for
#                       the flash at AMP_H7_FLASH_DA
#   AMP_H7_DEPS         what every image depends on

AMP_H7 := ports/stm32h7
AMP_H7_BUILD := $(BUILD)/stm32h7
AMP_H7_PREFIX := arm-none-eabi-

AMP_H7_HOST_SRC := $(addprefix $(AMP_H7)/, host.c host_cache.c host_life.c host_wait.c) \
    ports/common/text.c

# Where firmware for the flash lies: what the reference's example names.
AMP_H7_FLASH_DA := 0x081E0000

AMP_H7_FLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Wconversion -Werror \
    -ffreestanding -ffunction-sections -fdata-sections -Iinclude -MMD -MP
AMP_H7_HOST_CPU := -mcpu=cortex-m7 -mthumb -mfloat-abi=soft
AMP_H7_REMOTE_CPU := -mcpu=cortex-m4 -mthumb -mfloat-abi=soft
AMP_H7_HOST_CC := $(AMP_H7_PREFIX)gcc $(AMP_H7_HOST_CPU) $(AMP_H7_FLAGS) -DAMP_CONFIG_DEVICE=0
AMP_H7_REMOTE_CC := $(AMP_H7_PREFIX)gcc $(AMP_H7_REMOTE_CPU) $(AMP_H7_FLAGS) -DAMP_CONFIG_HOST=0 \
    -DHARM_NOWHERE=0x90000000

# The C library for memcpy() and its like, nothing that needs a system.
AMP_H7_LINK := -nostartfiles -Wl,--gc-sections -Wl,--build-id=none \
    -Wl,-z,max-page-size=4096 -Wl,--no-warn-rwx-segments
AMP_H7_REMOTE_LD := $(AMP_H7_REMOTE_CPU) $(AMP_H7_LINK) -T $(AMP_H7_BUILD)/load.ld
AMP_H7_REMOTE_LD_FLASH := $(AMP_H7_REMOTE_CPU) $(AMP_H7_LINK) -T $(AMP_H7_BUILD)/flash.ld
AMP_H7_DEPS := $(addprefix $(AMP_H7_BUILD)/, load.ld flash.ld)

AMP_H7_HOST_LIB := $(patsubst ports/%.c,$(AMP_H7_BUILD)/host/%.o,$(AMP_H7_HOST_SRC))
AMP_H7_REMOTE_LIB := $(addprefix $(AMP_H7_BUILD)/remote/, remote.o start.o trace.o)

$(AMP_H7_BUILD)/host/%.o: ports/%.c
	@mkdir -p $(@D)
	$(AMP_H7_HOST_CC) -c $< -o $@
$(AMP_H7_BUILD)/remote/%.o: $(AMP_H7)/remote/%.c
	@mkdir -p $(@D)
	$(AMP_H7_REMOTE_CC) -c $< -o $@

# The trace buffer is the same for every port.
$(AMP_H7_BUILD)/remote/trace.o: ports/common/trace.c
	@mkdir -p $(@D)
	$(AMP_H7_REMOTE_CC) -c $< -o $@

AMP_H7_CPP = $(AMP_H7_PREFIX)gcc -E -P -x c -Iinclude
$(AMP_H7_BUILD)/load.ld: $(AMP_H7)/stm32h7.ld.S $(AMP_H7)/board.h \
    include/openamp/table_mark.h
	@mkdir -p $(@D)
	$(AMP_H7_CPP) $< -o $@
$(AMP_H7_BUILD)/flash.ld: $(AMP_H7)/stm32h7.ld.S $(AMP_H7)/board.h \
    include/openamp/table_mark.h
	@mkdir -p $(@D)
	$(AMP_H7_CPP) -DAMP_STM32H7_IN_FLASH=$(AMP_H7_FLASH_DA) $< -o $@

-include $(wildcard $(AMP_H7_BUILD)/host/*/*.d $(AMP_H7_BUILD)/remote/*.d)
