/* The functions of remote.c that start.c uses. */
#ifndef AMP_RP2_REMOTE_START_H
#define AMP_RP2_REMOTE_START_H

#include <stdint.h>

// The handler of the doorbell's interrupt.
void amp_rp2_doorbell_interrupt(void);

// Prepare doorbell and control block, before main().
void amp_rp2_begin(void);

// Report the fault to the host, and stop.
__attribute__((noreturn)) void amp_rp2_faulted(
    const uint32_t *frame, uint32_t exception, uint32_t exc_return);

#endif // AMP_RP2_REMOTE_START_H
