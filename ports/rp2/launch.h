/* Core 1 into reset, and out of it into a program. */
#ifndef AMP_RP2_LAUNCH_H
#define AMP_RP2_LAUNCH_H

#include <stdint.h>

// Call these while the interrupt of core 0's FIFO is disabled.  They return 0, or -AMP_EIO:
// the hardware did not answer in time.

// Put core 1 into reset.  Its FIFO to this core is empty afterwards, and no doorbell is up.
int rp2_reset_core1(void);

// End these channels of the DMA, a bit for each: nothing of them writes to memory any more.
int rp2_stop_dma(uint32_t channels);

// Bring core 1 out of reset and to `entry`, with a vector table and a stack; none of them
// is 0.  After an error it is in reset.
int rp2_launch_core1(uint32_t vectors, uint32_t stack, uint32_t entry);

#endif // AMP_RP2_LAUNCH_H
