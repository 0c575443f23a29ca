/*
 * What a program on the M7 gives to the port: one interrupt, and a
 * configuration if the default does not fit.
 */
#ifndef AMP_STM32H7_STM32H7_H
#define AMP_STM32H7_STM32H7_H

#include "openamp/platform.h"

// To be called by the handler of interrupt 125, HSEM1.
void amp_stm32h7_interrupt(void);

// In place of a number of an MPU region.
enum {
    // SRAM4 is not cached, and the program sees to it.
    AMP_STM32H7_UNCACHED = -1,
    // SRAM4 is cached: every access to rings and buffers is accompanied by
    // maintenance of the cache.  Needs AMP_CONFIG_CACHE.
    AMP_STM32H7_CACHED = -2,
};

struct amp_stm32h7_config {
    // The MPU region (0 to 15) that the port takes to keep SRAM4 out of the
    // M7's cache, or one of the two above.
    int8_t mpu_region;
    uint8_t interrupt_priority; // of HSEM1: what goes into the NVIC's register
    // How much of SRAM4, from its second KiB on, is for rings and buffers.
    // Images may be loaded into what is left.
    uint32_t shared_len;
    // SDRAM into which images may be loaded: its address for the M4 (which can
    // execute at 0x60000000 and 0x70000000, never at 0xC0000000), where the M7
    // has it, and its length, 0 for none.
    amp_da_t sdram_da;
    void *sdram;
    size_t sdram_len;
    // The M7's clock, for amp_platform_wait().
    uint32_t clock_hz;
};

// The default takes MPU region 15, priority 10 of 16, all of SRAM4, no SDRAM
// and 64 MHz.  It is weak: a program defines its own.
extern const struct amp_stm32h7_config amp_stm32h7_config;

#endif // AMP_STM32H7_STM32H7_H
