/*
 * Start-up of a program in C, on either core: vectors, stack, data.  The linker script
 * (an521.ld.S) and the definition of amp_an521_end() make it a program for one of them.
 */
#include "../common/cortex_m_start.h"
#include "start.h"

// From an521.ld.S.
extern uint64_t __stack_limit[];

__attribute__((used, noreturn)) static void start(void) {
    start_memory();
    amp_an521_end(main());
}

// With the limit set, a stack overflow is a fault.
__attribute__((naked, noreturn)) void amp_an521_reset(void);
__attribute__((naked, noreturn)) void amp_an521_reset(void) {
    __asm__ volatile( //
        "ldr r0, =__stack_limit\n"
        "msr msplim, r0\n"
        "b start\n"
        ".ltorg\n");
}

// Every other exception.  On the remote core faults never get here: the monitor handles them.
__attribute__((noreturn)) static void unexpected(void) {
    uint32_t exception;
    __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
    amp_an521_end(128 + (int)exception);
}

// clang-format off
#define V (uintptr_t)unexpected
#define MHU (uintptr_t)amp_an521_interrupt
__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16 + 8] = {
    (uintptr_t)__stack_top, (uintptr_t)amp_an521_reset, V, V, V, V, V, V,
    V, V, V, V, V, V, V, V,
    V, V, V, V, V, V, MHU, MHU,
};
// clang-format on
