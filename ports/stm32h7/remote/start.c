/*
 * Start-up of firmware on the M4: vectors, stack, data; and its faults.
 */
#include "../../common/cortex_m_start.h"
#include "../regs.h"
#include "openamp/remote.h"
#include "start.h"

// From stm32h7.ld.S.
extern const uintptr_t amp_stm32h7_vectors[];

__attribute__((noreturn)) void amp_stm32h7_reset(void);
void amp_stm32h7_reset(void) {
    enum { USAGE_BUS_MEMORY = 7u << 16 };
    start_memory();
    SCB_VTOR = (uint32_t)(uintptr_t)amp_stm32h7_vectors;
    SCB_SHCSR |= USAGE_BUS_MEMORY; // these faults get exceptions of their own
    barrier();
    amp_stm32h7_begin();
    amp_remote_exit(main());
}

// Every other exception: pass its frame on the stack, its number and lr on.
__attribute__((naked)) static void fault(void) {
    __asm__ volatile( //
        "tst lr, #4\n"
        "ite eq\n"
        "mrseq r0, msp\n"
        "mrsne r0, psp\n"
        "mrs r1, ipsr\n"
        "mov r2, lr\n"
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
