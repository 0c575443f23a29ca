/*
 * Start-up of firmware on the M4: vectors, stack, data; and its faults.
 */
#include <stdint.h>

#include "../regs.h"
#include "openamp/remote.h"
#include "start.h"

// From stm32h7.ld.S.
extern uint64_t __stack_top[];
extern uint32_t __bss_begin[];
extern uint32_t __bss_end[];
extern uint32_t __data_begin[];
extern uint32_t __data_end[];
extern const uint32_t __data_load[];
extern const uintptr_t amp_stm32h7_vectors[];

int main(void);

__attribute__((noreturn)) void amp_stm32h7_reset(void);
void amp_stm32h7_reset(void) {
    enum { USAGE_BUS_MEMORY = 7u << 16 };
    // Out of flash; an image that was loaded is in place, and copies onto itself.
    for (uint32_t i = 0; __data_begin + i < __data_end; i++) {
        __data_begin[i] = __data_load[i];
        __asm__ volatile("" ::: "memory"); // stay a loop: no memcpy() yet
    }
    for (uint32_t *word = __bss_begin; word < __bss_end; word++) {
        *word = 0;
        __asm__ volatile("" ::: "memory"); // the same for memset()
    }
    SCB_VTOR = (uint32_t)(uintptr_t)amp_stm32h7_vectors;
    SCB_SHCSR |= USAGE_BUS_MEMORY; // faults are told apart
    barrier();
    amp_stm32h7_begin();
    amp_remote_exit(main());
}

// Every exception that nobody expects: the frame that it left on the stack.
__attribute__((naked)) static void fault(void) {
    __asm__ volatile( //
        "tst lr, #4\n"
        "ite eq\n"
        "mrseq r0, msp\n"
        "mrsne r0, psp\n"
        "mrs r1, ipsr\n"
        "b amp_stm32h7_faulted\n");
}

// clang-format off
#define F (uintptr_t)fault
#define F8 F, F, F, F, F, F, F, F
__attribute__((section(".vectors"), used, aligned(1024)))
const uintptr_t amp_stm32h7_vectors[16 + IRQ_HSEM2 + 1] = {
    (uintptr_t)__stack_top, (uintptr_t)amp_stm32h7_reset, F, F, F, F, F, F,
    F, F, F, F, F, F, F, (uintptr_t)amp_stm32h7_tick_interrupt,
    F8, F8, F8, F8, F8, F8, F8, F8, F8, F8, F8, F8, F8, F8, F8,
    F, F, F, F, F, F, (uintptr_t)amp_stm32h7_doorbell_interrupt,
};
// clang-format on
