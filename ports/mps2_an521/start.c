/*
 * Start-up of a program in C, on either core: vectors, stack, data.  Which core
 * it is for is said by the linker script (an521.ld.S) and by who defines
 * amp_an521_end().
 */
#include <stdint.h>

#include "start.h"

// From an521.ld.S.
extern uint64_t __stack_top[];
extern uint64_t __stack_limit[];
extern uint32_t __bss_begin[];
extern uint32_t __bss_end[];
extern uint32_t __data_begin[];
extern uint32_t __data_end[];
extern const uint32_t __data_load[];

int main(void);

__attribute__((used, noreturn)) static void start(void) {
    // Out of flash; an image that was loaded is in place, and copies onto itself.
    for (uint32_t i = 0; __data_begin + i < __data_end; i++) {
        __data_begin[i] = __data_load[i];
        __asm__ volatile("" ::: "memory"); // stay a loop: no memcpy() yet
    }
    for (uint32_t *word = __bss_begin; word < __bss_end; word++) {
        *word = 0;
        __asm__ volatile("" ::: "memory"); // the same for memset()
    }
    amp_an521_end(main());
}

// The stack's limit makes an overflow a fault.
__attribute__((naked, noreturn)) void amp_an521_reset(void);
__attribute__((naked, noreturn)) void amp_an521_reset(void) {
    __asm__ volatile( //
        "ldr r0, =__stack_limit\n"
        "msr msplim, r0\n"
        "b start\n"
        ".ltorg\n");
}

// On the remote core the monitor has taken the faults for itself.
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
