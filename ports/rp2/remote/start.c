/*
 * Start-up of firmware on core 1: vectors, data; and its faults.  The boot ROM has set the
 * stack and the address of the vectors.
 */
#include "../../common/cortex_m_start.h"
#include "../regs.h"
#include "openamp/remote.h"
#include "start.h"

__attribute__((noreturn)) void amp_rp2_reset(void);
void amp_rp2_reset(void) {
    start_memory();
    amp_rp2_begin();
    amp_remote_exit(main());
}

// Every other exception: pass its frame on the stack, its number and lr on.  In instructions
// of Armv6-M.
__attribute__((naked)) static void fault(void) {
    __asm__ volatile( //
        "mov r2, lr\n"
        "mrs r1, ipsr\n"
        "mrs r0, msp\n"
        "movs r3, #4\n"
        "tst r2, r3\n"
        "beq 1f\n"
        "mrs r0, psp\n"
        "1: ldr r3, =amp_rp2_faulted\n"
        "bx r3\n"
        ".ltorg\n");
}

// clang-format off
#define F (uintptr_t)fault
__attribute__((section(".vectors"), used, aligned(AMP_RP2_VECTORS_ALIGN)))
const uintptr_t amp_rp2_vectors[16 + IRQS] = {
    (uintptr_t)__stack_top, (uintptr_t)amp_rp2_reset,
    [2 ... 16 + IRQ_CORE1 - 1] = F,
    [16 + IRQ_CORE1] = (uintptr_t)amp_rp2_doorbell_interrupt,
    [16 + IRQ_CORE1 + 1 ... 16 + IRQS - 1] = F,
};
// clang-format on
