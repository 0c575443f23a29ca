/* What a test of test_rp2.c knows of it. */
#ifndef TEST_RP2_H
#define TEST_RP2_H

#include "ports/rp2/board.h"

// Where its DMA writes, all the time: two words that nobody else uses, behind the control block.
#define TEST_RP2_DMA_WORDS ((volatile uint32_t *)(uintptr_t)(AMP_RP2_CONTROL_DA + 0x80))

#endif // TEST_RP2_H
