/*
 * What a program on the M7 must provide for the port: a handler of one interrupt, and a
 * configuration if the default does not fit.
 */
#ifndef AMP_STM32H7_STM32H7_H
#define AMP_STM32H7_STM32H7_H

#include "board.h"
#include "openamp/platform.h"

// To be called by the handler of interrupt 125, HSEM1.
void amp_stm32h7_interrupt(void);

// Special values of mpu_region below.
enum {
    // The program itself takes care that SRAM4 is not cached.
    AMP_STM32H7_UNCACHED = -1,
    // SRAM4 is cached: every access to rings and buffers is accompanied by
    // maintenance of the cache.  Needs AMP_CONFIG_CACHE.
    AMP_STM32H7_CACHED = -2,
};

// D2 SRAM from one offset to another, at both of its addresses.
#define AMP_STM32H7_D2_WINDOWS(begin, end) \
    {AMP_STM32H7_D2_DA + (begin), (end) - (begin), AMP_WINDOW_LOAD | AMP_WINDOW_RUN}, { \
        AMP_STM32H7_D2_ALIAS_DA + (begin), (end) - (begin), AMP_WINDOW_LOAD | AMP_WINDOW_RUN \
    }
#define AMP_STM32H7_SHARED_OFFSET (AMP_STM32H7_SHARED_DA - AMP_STM32H7_D2_DA)
#if !AMP_STM32H7_SHARED_IN_D2
#define AMP_STM32H7_LOAD_WINDOWS AMP_STM32H7_D2_WINDOWS(0, AMP_STM32H7_D2_LEN)
#elif AMP_STM32H7_SHARED_OFFSET == 0
#define AMP_STM32H7_LOAD_WINDOWS AMP_STM32H7_D2_WINDOWS(AMP_STM32H7_SHARED_LEN, AMP_STM32H7_D2_LEN)
#else
#define AMP_STM32H7_LOAD_WINDOWS \
    AMP_STM32H7_D2_WINDOWS(0, AMP_STM32H7_SHARED_OFFSET), \
        AMP_STM32H7_D2_WINDOWS( \
            AMP_STM32H7_SHARED_OFFSET + AMP_STM32H7_SHARED_LEN, AMP_STM32H7_D2_LEN)
#endif

// The windows of flash, D2 SRAM and shared memory, with which a list of windows begins.
#define AMP_STM32H7_WINDOWS \
    {AMP_STM32H7_FLASH_DA, 0x00200000, AMP_WINDOW_RUN}, AMP_STM32H7_LOAD_WINDOWS, \
        {AMP_STM32H7_SHARED_DA, AMP_STM32H7_TABLE_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_SHARED}, { \
        AMP_STM32H7_POOL_DA, AMP_STM32H7_POOL_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_SHARED \
    }

struct amp_stm32h7_config {
    // The MPU region (0 to 15) that the port takes to keep SRAM4 (AMP_STM32H7_SHARED_DA) out
    // of the M7's cache, or one of the two above.
    int8_t mpu_region;
    uint8_t interrupt_priority; // of HSEM1, as the NVIC's register has it
    uint8_t window_count;
    // Bytes of the shared memory, from its second KiB on, for rings and buffers.  Images may
    // be loaded into the rest.
    uint32_t shared_len;
    // AMP_STM32H7_WINDOWS, and SDRAM if images may be loaded there.  The address of SDRAM is
    // the M4's, which can execute at 0x60000000 and 0x70000000, but never at 0xC0000000.
    const struct amp_window *windows;
    // Added to the M4's address of SDRAM, this gives the M7's address.
    amp_da_t sdram_offset;
    // The M7's clock, for amp_platform_wait().
    uint32_t clock_hz;
};

// The default takes MPU region 15, priority 10 of 16, all of SRAM4, no SDRAM
// and 64 MHz.  It is weak: a program defines its own.
extern const struct amp_stm32h7_config amp_stm32h7_config;

#endif // AMP_STM32H7_STM32H7_H
