/* Start-up of a host program in C on core 0, in RAM. */
#include "boards/common/semihost.h"
#include "ports/common/cortex_m_start.h"
#include "ports/rp2/regs.h"
#include "ports/rp2/rp2.h"

__attribute__((noreturn)) void rp2_host_reset(void);
void rp2_host_reset(void) {
    start_memory();
    semihost_exit(main());
}

__attribute__((noreturn)) static void unexpected(void) {
    uint32_t exception;
    __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
    semihost_exit(128 + (int)exception);
}

// clang-format off
#define V (uintptr_t)unexpected
__attribute__((section(".vectors"), used, aligned(AMP_RP2_VECTORS_ALIGN)))
static const uintptr_t vectors[16 + IRQS] = {
    (uintptr_t)__stack_top, (uintptr_t)rp2_host_reset,
    [2 ... 16 + AMP_RP2_INTERRUPT - 1] = V,
    [16 + AMP_RP2_INTERRUPT] = (uintptr_t)amp_rp2_interrupt,
    [16 + AMP_RP2_INTERRUPT + 1 ... 16 + IRQS - 1] = V,
};
// clang-format on
