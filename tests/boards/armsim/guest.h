/*
 * What the guest programs of both simulators have in common: registers of any Cortex-M,
 * handlers, and ways to tell.  A handler that a program does not define ends it.
 */
#ifndef ARMSIM_GUEST_H
#define ARMSIM_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define MARK REG(0x5FFF0000)
#define SYST_CSR REG(0xE000E010)
#define SYST_RVR REG(0xE000E014)
#define SYST_CVR REG(0xE000E018)
#define ICSR REG(0xE000ED04)
#define SCR REG(0xE000ED10)

void on_svc(void);
void on_pendsv(void);
void on_systick(void);
void on_hard_fault(void);
void on_irq0(void);
void on_irq1(void);

static inline uint32_t semihost(uint32_t operation, const void *argument) {
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static inline void print(const char *text) {
    semihost(4, text);
}

__attribute__((noreturn)) static inline void leave(uint32_t code) {
    uint32_t argument[2] = {0x20026, code};
    semihost(0x20, argument);
    __builtin_unreachable();
}

#define TEXT_OF(x) #x
#define LINE_OF(x) TEXT_OF(x)
#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            print(__FILE__ ":" LINE_OF(__LINE__) ": not so: " #condition "\n"); \
            leave(1); \
        } \
    } while (0)

static inline void wfi(void) {
    __asm__ volatile("dsb\n wfi" ::: "memory");
}

static inline void interrupts_off(void) {
    __asm__ volatile("cpsid i" ::: "memory");
}

static inline void interrupts_on(void) {
    __asm__ volatile("cpsie i\n isb" ::: "memory");
}

#endif // ARMSIM_GUEST_H
