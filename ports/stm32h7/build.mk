# How programs for this port are built (ports/ports.mk explains the variables).

# Where firmware to load lies, and the 64 KiB that both cores share: D2 SRAM and SRAM4.  On
# a board that needs these itself, for example
#     make BUILD=build/my_board H7_RAM=0x30020000 H7_RAM_LEN=0x20000 firmware-stm32h7
# H7_SHARED is an option of the host, too, and the same there (module.mk).
H7_RAM ?=
H7_RAM_LEN ?=
H7_SHARED ?=
LD_DEFINES := $(H7_RAM:%=-DAMP_STM32H7_RAM_DA=%) $(H7_RAM_LEN:%=-DAMP_STM32H7_RAM_LEN=%) \
    $(H7_SHARED:%=-DAMP_STM32H7_SHARED_DA=%)

H7_FLAGS := -mthumb -mfloat-abi=soft -std=gnu11 -O2 -g -Wall -Wextra -Wconversion -Werror \
    -ffreestanding -ffunction-sections -fdata-sections -Iinclude -MMD -MP $(LD_DEFINES)
REMOTE_CC := arm-none-eabi-gcc -mcpu=cortex-m4 $(H7_FLAGS) -DAMP_CONFIG_HOST=0 -DHARM_NOWHERE=0x90000000
HOST_CC := arm-none-eabi-gcc -mcpu=cortex-m7 $(H7_FLAGS) -DAMP_CONFIG_DEVICE=0
# The C library is linked for memcpy() and its like; nothing in it that needs a system.
H7_LINK := -mthumb -mfloat-abi=soft -nostartfiles -Wl,--gc-sections -Wl,--build-id=none \
    -Wl,-z,max-page-size=4096 -Wl,--no-warn-rwx-segments
REMOTE_LD := -mcpu=cortex-m4 $(H7_LINK)
HOST_LD := -mcpu=cortex-m7 $(H7_LINK)
REMOTE_LIBS := -lc -lgcc
OBJCOPY := arm-none-eabi-objcopy
LD_SCRIPT := stm32h7.ld.S
# The address of firmware that is linked for the flash, as in the example of openamp.rst.
FLASH := 0x081E0000

FIRMWARE_OWN := test_fault
BOARD := STM32H7_SIM
BOARD_ROLES := host
ROM := field_vuart.elf test_notable.flash.elf
