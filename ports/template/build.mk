# How programs for this port are built (ports/ports.mk explains the variables).

# The other core: a Cortex-M4 here.
REMOTE_CC := arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -std=gnu11 -O2 -g -Wall -Wextra -Wconversion \
    -Werror -ffreestanding -ffunction-sections -fdata-sections -Iinclude -MMD -MP -DAMP_CONFIG_HOST=0
REMOTE_LD := -mcpu=cortex-m4 -mthumb -nostartfiles -Wl,--gc-sections -Wl,--build-id=none \
    -Wl,-z,max-page-size=4096 -Wl,--no-warn-rwx-segments
REMOTE_LIBS := -lc -lgcc
OBJCOPY := arm-none-eabi-objcopy
LD_SCRIPT := template.ld.S
