/*
 * The registers in use, and the few instructions that C has no name for.
 * RM0399 documents the chip, DDI 0403 and DDI 0489 the cores.
 */
#ifndef AMP_STM32H7_REGS_H
#define AMP_STM32H7_REGS_H

#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

// Clocks.  Each core sees its own enable bits at the same address.
#define RCC_GCR REG(0x580244A0)
#define RCC_GCR_BOOT_C2 (1u << 3) // releases the M4; cannot be cleared
#define RCC_AHB2ENR REG(0x580244DC)
#define RCC_AHB2ENR_SRAM123 (7u << 29)
#define RCC_AHB4ENR REG(0x580244E0)
#define RCC_AHB4ENR_HSEM (1u << 25)
#define RCC_APB4ENR REG(0x580244F4)
#define RCC_APB4ENR_SYSCFG (1u << 1)

// Where, and whether by itself, the M4 boots.
#define SYSCFG_UR3 REG(0x5800070C) // bits 31 to 16: the boot address >> 16
#define FLASH_OPTSR_CUR REG(0x5200201C)
#define FLASH_OPTSR_BCM4 (1u << 22)

// Hardware semaphores.  Reading RLR takes one for the core that reads; writing
// R with that core's id releases it, which interrupts the cores that want to
// know.  Each core has a set of interrupt registers.
#define HSEM_R(n) REG(0x58026400 + 4 * (n))
#define HSEM_RLR(n) REG(0x58026480 + 4 * (n))
#define HSEM_IER(set) REG(0x58026500 + 16 * (set))
#define HSEM_ICR(set) REG(0x58026504 + 16 * (set))
enum { HSEM_SET_M7 = 0, HSEM_SET_M4 = 1 };
enum { HSEM_ID_M7 = 3 << 8, HSEM_ID_M4 = 1 << 8 };
enum { IRQ_HSEM1 = 125, IRQ_HSEM2 = 126 }; // of the M7, of the M4

// The cores.
#define SYST_CSR REG(0xE000E010) // 7: counts processor clocks and interrupts
#define SYST_RVR REG(0xE000E014)
#define SYST_CVR REG(0xE000E018)
#define NVIC_ISER(irq) REG(0xE000E100 + 4 * ((irq) / 32))
#define NVIC_ICER(irq) REG(0xE000E180 + 4 * ((irq) / 32))
#define NVIC_BIT(irq) (1u << ((irq) % 32))
#define NVIC_IPR(irq) (*(volatile uint8_t *)(uintptr_t)(0xE000E400 + (irq)))
#define SCB_ICSR REG(0xE000ED04)
#define ICSR_PENDSTSET (1u << 26)
#define ICSR_PENDSTCLR (1u << 25)
#define SCB_VTOR REG(0xE000ED08)
#define SCB_AIRCR REG(0xE000ED0C)
#define AIRCR_SYSRESETREQ 0x05FA0004u
#define SCB_SHCSR REG(0xE000ED24)
#define SCB_CFSR REG(0xE000ED28)
#define SCB_HFSR REG(0xE000ED2C)
#define SCB_MMFAR REG(0xE000ED34)
#define SCB_BFAR REG(0xE000ED38)

// The M7's memory protection unit and data cache.
#define MPU_CTRL REG(0xE000ED94)
#define MPU_CTRL_ENABLE_PRIVDEFENA 5u
#define MPU_RNR REG(0xE000ED98)
#define MPU_RBAR REG(0xE000ED9C)
#define MPU_RASR REG(0xE000EDA0)
#define DCIMVAC REG(0xE000EF5C) // forget the line of this address
#define DCCMVAC REG(0xE000EF68) // write it back
#define DCCISW REG(0xE000EF74) // write back and forget, by set and way

static inline uint32_t interrupts_off(void) {
    uint32_t before;
    __asm__ volatile("mrs %0, primask\n cpsid i" : "=r"(before)::"memory");
    return before;
}

static inline void interrupts_restore(uint32_t before) {
    __asm__ volatile("msr primask, %0\n isb" ::"r"(before) : "memory");
}

// With interrupts off: let those in that wait.
static inline void interrupts_let_in(void) {
    __asm__ volatile("cpsie i\n isb\n cpsid i" ::: "memory");
}

// An enabled interrupt ends it also while interrupts are off.
static inline void sleep_until_interrupt(void) {
    __asm__ volatile("dsb\n wfi" ::: "memory");
}

// What was stored before is in memory, and what was set up before holds.
static inline void barrier(void) {
    __asm__ volatile("dsb\n isb" ::: "memory");
}

// Ring: take a semaphore that only this core takes, and release it.  With
// interrupts off, as an interrupt may ring as well.
static inline void doorbell_ring(uint32_t semaphore, uint32_t core_id) {
    __asm__ volatile("dsb" ::: "memory"); // what was stored before is in memory
    uint32_t before = interrupts_off();
    (void)HSEM_RLR(semaphore);
    HSEM_R(semaphore) = core_id;
    interrupts_restore(before);
}

#endif // AMP_STM32H7_REGS_H
