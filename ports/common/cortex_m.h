/*
 * For the microcontroller ports: the registers of a Cortex-M that they use, by Arm's
 * names, and the instructions that C cannot express.
 */
#ifndef AMP_COMMON_CORTEX_M_H
#define AMP_COMMON_CORTEX_M_H

#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define SYST_CSR REG(0xE000E010) // 7: counts processor clocks and interrupts
#define SYST_RVR REG(0xE000E014)
#define SYST_CVR REG(0xE000E018)

// One bit for each interrupt; NVIC_IPR has one byte for each.
#define NVIC_ISER(irq) REG(0xE000E100 + 4 * ((irq) / 32))
#define NVIC_ICER(irq) REG(0xE000E180 + 4 * ((irq) / 32))
#define NVIC_ICPR(irq) REG(0xE000E280 + 4 * ((irq) / 32))
#define NVIC_IABR(irq) REG(0xE000E300 + 4 * ((irq) / 32))
#define NVIC_BIT(irq) (1u << ((irq) % 32))
#define NVIC_IPR(irq) (*(volatile uint8_t *)(uintptr_t)(0xE000E400 + (irq)))
#define NVIC_IRQS 480 // the most that an NVIC can have; bits of missing ones read as 0

#define SCB_ICSR REG(0xE000ED04)
#define ICSR_PENDSVCLR (1u << 27)
#define ICSR_PENDSTSET (1u << 26)
#define ICSR_PENDSTCLR (1u << 25)
#define SCB_VTOR REG(0xE000ED08)
#define SCB_AIRCR REG(0xE000ED0C)
#define AIRCR_SYSRESETREQ 0x05FA0004u
#define SCB_SHPR(n) REG(0xE000ED18 + 4 * (n)) // n: 0 to 2
#define SCB_SHCSR REG(0xE000ED24)
#define SCB_CFSR REG(0xE000ED28)
#define SCB_HFSR REG(0xE000ED2C)
#define SCB_MMFAR REG(0xE000ED34)
#define SCB_BFAR REG(0xE000ED38)
#define SCB_CPACR REG(0xE000ED88)
#define FPU_FPCCR REG(0xE000EF34)

#define MPU_CTRL REG(0xE000ED94)
#define MPU_CTRL_ENABLE_PRIVDEFENA 5u
#define MPU_RNR REG(0xE000ED98)
#define MPU_RBAR REG(0xE000ED9C)
#define MPU_RASR REG(0xE000EDA0) // of Armv7-M

static inline uint32_t interrupts_off(void) {
    uint32_t before;
    __asm__ volatile("mrs %0, primask\n cpsid i" : "=r"(before)::"memory");
    return before;
}

static inline void interrupts_restore(uint32_t before) {
    __asm__ volatile("msr primask, %0" ::"r"(before) : "memory");
}

// With interrupts off: let pending interrupts run, then return with interrupts off.
static inline void interrupts_let_in(void) {
    __asm__ volatile("cpsie i\n isb\n cpsid i" ::: "memory");
}

// An enabled interrupt ends the sleep, also while interrupts are off.
static inline void sleep_until_interrupt(void) {
    __asm__ volatile("dsb\n wfi" ::: "memory");
}

// All earlier stores are in memory before a later one, which may wake the other core.
static inline void wait_for_stores(void) {
    __asm__ volatile("dsb" ::: "memory");
}

// The same; and changes of system registers are in effect from the next instruction on.
static inline void barrier(void) {
    __asm__ volatile("dsb\n isb" ::: "memory");
}

#endif // AMP_COMMON_CORTEX_M_H
