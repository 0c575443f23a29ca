/* A program that says it keeps SRAM4 out of the cache, and does not. */
#include "ports/stm32h7/stm32h7.h"

static const struct amp_window windows[] = {AMP_STM32H7_WINDOWS};

const struct amp_stm32h7_config amp_stm32h7_config = {
    .mpu_region = AMP_STM32H7_UNCACHED,
    .interrupt_priority = 10 << 4,
    .windows = windows,
    .window_count = sizeof(windows) / sizeof(windows[0]),
    .shared_len = 0xFC00,
    .clock_hz = 64000000,
};
