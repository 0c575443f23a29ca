/*
 * The registers that this port uses.  Documents: ST's RM0399 (the chip), Arm's DDI 0403 and
 * DDI 0489 (the cores).
 */
#ifndef AMP_STM32H7_REGS_H
#define AMP_STM32H7_REGS_H

#include <stdint.h>

#include "../common/cortex_m.h"

// Clocks.  Each core sees its own enable bits at the same address.
#define RCC_CR REG(0x58024400)
#define RCC_CFGR REG(0x58024410)
#define RCC_D1CFGR REG(0x58024418)
#define RCC_PLLCKSELR REG(0x58024428)
#define RCC_PLLCFGR REG(0x5802442C)
#define RCC_PLL1DIVR REG(0x58024430)
#define RCC_PLL1FRACR REG(0x58024434)
#define RCC_AHB3ENR REG(0x580244D4)
#define RCC_AHB3ENR_FLASH (1u << 8) // of the M4: the flash is kept on for it
#define RCC_GCR REG(0x580244A0)
#define RCC_GCR_BOOT_C2 (1u << 3) // releases the M4; cannot be cleared
#define RCC_AHB2ENR REG(0x580244DC)
#define RCC_AHB2ENR_SRAM123 (7u << 29)
#define RCC_AHB4ENR REG(0x580244E0)
#define RCC_AHB4ENR_HSEM (1u << 25)
#define RCC_APB4ENR REG(0x580244F4)
#define RCC_APB4ENR_SYSCFG (1u << 1)

// The M4's boot address, and the option that boots it at reset without the M7.
#define SYSCFG_UR3 REG(0x5800070C) // bits 31 to 16: the boot address >> 16
#define FLASH_OPTSR_CUR REG(0x5200201C)
#define FLASH_OPTSR_BCM4 (1u << 22)

// Hardware semaphores.  Reading RLR takes a semaphore for the core that reads; writing that
// core's id to R releases it, which interrupts the cores that enabled this.  Each core has
// its own set of interrupt registers.
#define HSEM_R(n) REG(0x58026400 + 4 * (n))
#define HSEM_RLR(n) REG(0x58026480 + 4 * (n))
#define HSEM_IER(set) REG(0x58026500 + 16 * (set))
#define HSEM_ICR(set) REG(0x58026504 + 16 * (set))
enum { HSEM_SET_M7 = 0, HSEM_SET_M4 = 1 };
enum { HSEM_ID_M7 = 3 << 8, HSEM_ID_M4 = 1 << 8 };
enum { IRQ_HSEM1 = 125, IRQ_HSEM2 = 126 }; // of the M7, of the M4

// The M7's data cache.
#define DCIMVAC REG(0xE000EF5C) // invalidate the line of this address
#define DCCMVAC REG(0xE000EF68) // clean it
#define DCCISW REG(0xE000EF74) // clean and invalidate, by set and way

#define HSEM_R_LOCK (1u << 31) // it is taken

// Kick: take a semaphore that only this core takes, and release it.  Interrupts are off,
// because an interrupt handler may kick, too.
static inline void doorbell_kick(uint32_t semaphore, uint32_t core_id) {
    wait_for_stores();
    uint32_t before = interrupts_off();
    if (HSEM_RLR(semaphore) == (HSEM_R_LOCK | core_id)) {
        HSEM_R(semaphore) = core_id;
    } // otherwise the other core has it, and must release it
    interrupts_restore(before);
}

#endif // AMP_STM32H7_REGS_H
