/*
 * What the guest programs have in common: registers of the chip, and a start for each
 * core.  A program has m7_main() and, if it boots the M4, m4_main().
 */
#ifndef H7SIM_GUEST_H
#define H7SIM_GUEST_H

#include "../../armsim/guest.h"

#define RCC_GCR REG(0x580244A0)
#define RCC_RSR REG(0x580244D0)
#define RCC_D1CFGR REG(0x58024418)
#define RCC_AHB3ENR REG(0x580244D4)
#define RCC_AHB2ENR REG(0x580244DC)
#define RCC_AHB4ENR REG(0x580244E0)
#define RCC_APB4ENR REG(0x580244F4)
#define SYSCFG_UR3 REG(0x5800070C)
#define FLASH_OPTSR_CUR REG(0x5200201C)
#define HSEM_R(n) REG(0x58026400 + 4 * (n))
#define HSEM_RLR(n) REG(0x58026480 + 4 * (n))
#define HSEM_IER(core) REG(0x58026500 + 0x10 * (core)) // 0: M7, 1: M4
#define HSEM_ICR(core) REG(0x58026504 + 0x10 * (core))
#define HSEM_ISR(core) REG(0x58026508 + 0x10 * (core))
#define HSEM_MISR(core) REG(0x5802650C + 0x10 * (core))
enum { HSEM1_IRQ = 125, HSEM2_IRQ = 126, M7_ID = 3 << 8, M4_ID = 1 << 8 };

#define NVIC_ISER(irq) REG(0xE000E100 + 4 * ((irq) / 32))
#define NVIC_ISPR(irq) REG(0xE000E200 + 4 * ((irq) / 32))
#define NVIC_ICPR(irq) REG(0xE000E280 + 4 * ((irq) / 32))
#define NVIC_IPR(irq) (*(volatile uint8_t *)(uintptr_t)(0xE000E400 + (irq)))
#define AIRCR REG(0xE000ED0C)
#define CCR REG(0xE000ED14)
#define SHPR(exception) (*(volatile uint8_t *)(uintptr_t)(0xE000ED14 + (exception)))
#define CPACR REG(0xE000ED88)
#define MPU_CTRL REG(0xE000ED94)
#define MPU_RNR REG(0xE000ED98)
#define MPU_RBAR REG(0xE000ED9C)
#define MPU_RASR REG(0xE000EDA0)
#define DCIMVAC REG(0xE000EF5C)
#define DCISW REG(0xE000EF60)
#define DCCMVAC REG(0xE000EF68)
#define DCCIMVAC REG(0xE000EF70)

// In SRAM4, each on a cache line of its own.
#define SHARED(line) REG(0x38000000 + 32 * (line))

void m7_main(void);
void m4_main(void);
void on_hsem(void);

static inline void dsb(void) {
    __asm__ volatile("dsb\n isb" ::: "memory");
}

// The clocks of HSEM, SYSCFG and D2 SRAM.
static inline void clocks_on(void) {
    RCC_AHB4ENR |= 1u << 25;
    RCC_APB4ENR |= 1u << 1;
    RCC_AHB2ENR |= 7u << 29;
    (void)RCC_AHB2ENR;
}

static inline void boot_m4(void) {
    dsb();
    RCC_GCR |= 1u << 3;
}

static inline void cache_on(void) {
    for (uint32_t set = 0; set < 128; set++) {
        for (uint32_t way = 0; way < 4; way++) {
            DCISW = way << 30 | set << 5;
        }
    }
    dsb();
    CCR |= 1u << 16;
    dsb();
}

// Takes and releases a semaphore: whoever enabled it is interrupted.
static inline void ring(uint32_t n, uint32_t id) {
    CHECK(HSEM_RLR(n) == (1u << 31 | id));
    HSEM_R(n) = id;
}

#endif // H7SIM_GUEST_H
