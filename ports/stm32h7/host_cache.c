/*
 * The M7's data cache, which is not coherent with the M4: 16 KiB, four ways
 * of 128 lines.
 */
#include "host.h"

#include "regs.h"

// Not inlined: one copy serves both operations.
__attribute__((noinline)) static void each_line(
    volatile uint32_t *operation, const void *va, size_t len) {
    uintptr_t line = (uintptr_t)va & ~(uintptr_t)(STM32H7_LINE - 1);
    uintptr_t end = (uintptr_t)va + len;
    __asm__ volatile("dsb" ::: "memory");
    for (; line < end; line += STM32H7_LINE) {
        *operation = (uint32_t)line;
    }
    barrier();
}

void stm32h7_cache_clean(void *ctx, const void *va, size_t len) {
    (void)ctx;
    each_line(&DCCMVAC, va, len);
}

void stm32h7_cache_invalidate(void *ctx, const void *va, size_t len) {
    (void)ctx;
    each_line(&DCIMVAC, va, len);
}

void stm32h7_cache_flush(void) {
    enum { NEXT_SET = 1 << 5, SETS = 128 };
    const uint32_t next_way = UINT32_C(1) << 30; // the fourth wraps to 0
    uint32_t way = 0;
    __asm__ volatile("dsb" ::: "memory");
    do {
        for (uint32_t set = 0; set < SETS * NEXT_SET; set += NEXT_SET) {
            DCCISW = way | set;
        }
        way += next_way;
    } while (way != 0);
    barrier();
}

// The memory becomes normal, shareable, not cacheable and not executable.  It is not device
// memory, because unaligned accesses to that are faults.
void stm32h7_cache_bypass(uint32_t region) {
    enum {
        NEVER_EXECUTE = 1 << 28,
        FULL_ACCESS = 3 << 24,
        NORMAL_UNCACHED = 1 << 19,
        SHAREABLE = 1 << 18,
        SIZE_64K = 15 << 1,
        ENABLE = 1,
    };
    uint32_t before = interrupts_off();
    // Otherwise lines that are in the cache now would be written back later, over new data.
    stm32h7_cache_flush();
    MPU_RNR = region;
    MPU_RBAR = AMP_STM32H7_SHARED_DA;
    MPU_RASR = NEVER_EXECUTE | FULL_ACCESS | NORMAL_UNCACHED | SHAREABLE | SIZE_64K | ENABLE;
    if (!(MPU_CTRL & 1)) {
        MPU_CTRL = MPU_CTRL_ENABLE_PRIVDEFENA;
    }
    barrier();
    interrupts_restore(before);
}
