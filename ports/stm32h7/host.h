/* What the files of the host half share. */
#ifndef AMP_STM32H7_HOST_H
#define AMP_STM32H7_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "openamp/port.h"

#include "../common/cortex_m_doorbell.h"
#include "board.h"
#include "regs.h"
#include "stm32h7.h"

enum { STM32H7_LINE = 32 };

// The remote core.  The interrupt reads `doorbell` and sets `event`;
// everything else belongs to the main program.
struct stm32h7_core {
    struct amp_port port;
    struct doorbell_handler doorbell;
    volatile bool event; // a kick since amp_platform_wait() last looked
    bool started; // or attached to
    uint32_t starts; // the number in the control block at that time
    const char *refused; // why the last load, start or attach failed
    char reason[48];
};

extern struct stm32h7_core stm32h7_core;

// host_life.c
int stm32h7_core_prepare(void *ctx, bool load);
static inline bool stm32h7_runs_already(void) {
    return (RCC_GCR & RCC_GCR_BOOT_C2) || (FLASH_OPTSR_CUR & FLASH_OPTSR_BCM4);
}
int stm32h7_core_start(void *ctx, amp_da_t entry);
int stm32h7_core_stop(void *ctx);
enum amp_core_state stm32h7_core_state(void *ctx, const char **reason);

// host_view.c
int stm32h7_core_attach(void *ctx, amp_da_t *entry);
bool stm32h7_core_registers(void *ctx, void *registers, size_t len);

// host_cache.c
void stm32h7_cache_clean(void *ctx, const void *va, size_t len);
void stm32h7_cache_invalidate(void *ctx, const void *va, size_t len);
// Clean and invalidate the whole cache.
void stm32h7_cache_flush(void);
// From now on the M7 does not cache the shared memory; takes an MPU region.
void stm32h7_cache_bypass(uint32_t region);

#endif // AMP_STM32H7_HOST_H
