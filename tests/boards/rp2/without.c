/*
 * What the port does, left out: linked in its place (--wrap), to show that its absence is
 * found.
 */
#include "ports/rp2/doorbell.h"
#include "ports/rp2/launch.h"
#include "ports/rp2/rp2.h"

// A handler that leaves its interrupt enabled.
void __real_amp_rp2_interrupt(void);
void __wrap_amp_rp2_interrupt(void);
void __wrap_amp_rp2_interrupt(void) {
    __real_amp_rp2_interrupt();
    doorbell_acknowledge();
    doorbell_on(IRQ_CORE0);
}

// A stop that leaves the DMA alone.
int __wrap_rp2_stop_dma(uint32_t channels);
int __wrap_rp2_stop_dma(uint32_t channels) {
    (void)channels;
    return 0;
}

// A stop that stops nothing.
int __wrap_rp2_reset_core1(void);
int __wrap_rp2_reset_core1(void) {
    return 0;
}
