/*
 * The registers in use, and the few instructions that C has no name for.
 * Arm documents them in DDI 0553 (the cores), 101104 (the SSE-200 subsystem)
 * and DAI 0521 (this board).
 */
#ifndef AMP_AN521_REGS_H
#define AMP_AN521_REGS_H

#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

// System control of the subsystem: where core 1 boots, and its release.
#define INITSVTOR1 REG(0x50021114)
#define CPUWAIT REG(0x50021118)

// A message handling unit has four bits in each direction.  Writing to SET
// interrupts the core, until the bits are written to CLR.
#define MHU0 0x50003000 // the doorbells of the rings: interrupt 6
#define MHU1 0x50004000 // the remote core's life: interrupt 7
#define MHU_STAT(mhu, core) REG((mhu) + 0x10 * (core) + 0)
#define MHU_SET(mhu, core) REG((mhu) + 0x10 * (core) + 4)
#define MHU_CLR(mhu, core) REG((mhu) + 0x10 * (core) + 8)
enum { IRQ_TIMER0 = 3, IRQ_MHU0 = 6, IRQ_MHU1 = 7 };

// A timer of the host's; counts down at 20 MHz.
#define TIMER0_CTRL REG(0x50000000) // 1: counts, 8: interrupts at 0
#define TIMER0_VALUE REG(0x50000004)
#define TIMER0_RELOAD REG(0x50000008)
#define TIMER0_INT REG(0x5000000C) // 1: reached 0; written: forgets it

// Two counters since reset, of 50 ns and of 1 s.
#define FPGAIO_CLK1HZ REG(0x50302010)
#define FPGAIO_COUNTER REG(0x50302018)
#define TICKS_PER_US 20
#define TICKS_PER_S 20000000

// The core.
#define SYST_CSR REG(0xE000E010) // 7: counts processor clocks and interrupts
#define SYST_RVR REG(0xE000E014)
#define SYST_CVR REG(0xE000E018)
#define NVIC_ISER(n) REG(0xE000E100 + 4 * (n))
#define NVIC_ICER(n) REG(0xE000E180 + 4 * (n))
#define NVIC_ISPR(n) REG(0xE000E200 + 4 * (n))
#define NVIC_ICPR(n) REG(0xE000E280 + 4 * (n))
#define NVIC_IABR(n) REG(0xE000E300 + 4 * (n))
#define NVIC_IPR(n) REG(0xE000E400 + 4 * (n)) // four interrupts each
#define NVIC_WORDS 4 // of bits: 124 interrupts
#define SCB_ICSR REG(0xE000ED04)
#define SCB_VTOR REG(0xE000ED08)
#define SCB_SHPR(n) REG(0xE000ED18 + 4 * (n)) // n: 0 to 2
#define SCB_SHCSR REG(0xE000ED24)
#define SCB_CFSR REG(0xE000ED28)
#define SCB_HFSR REG(0xE000ED2C)
#define SCB_MMFAR REG(0xE000ED34)
#define SCB_BFAR REG(0xE000ED38)
#define SCB_CPACR REG(0xE000ED88)
#define MPU_CTRL REG(0xE000ED94)
#define FPU_FPCCR REG(0xE000EF34)
#define ICSR_PENDSVCLR (1u << 27)
#define ICSR_PENDSTCLR (1u << 25)

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

// What was stored before is seen by whom a later store wakes.
static inline void barrier(void) {
    __asm__ volatile("dsb\n isb" ::: "memory");
}

// Microseconds since reset.  The fast counter is 32 bits wide and has wrapped
// k times; the slow one tells k.
static inline uint64_t time_us(void) {
    uint64_t coarse = (uint64_t)FPGAIO_CLK1HZ * TICKS_PER_S;
    uint32_t fine = FPGAIO_COUNTER;
    uint64_t wraps = (coarse - fine + (UINT64_C(1) << 31)) >> 32;
    return ((wraps << 32) + fine) / TICKS_PER_US;
}

#endif // AMP_AN521_REGS_H
