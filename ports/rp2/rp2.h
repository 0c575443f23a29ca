/*
 * What a program on core 0 must provide for the port: a handler of one interrupt, and what
 * else it does with core 1.
 */
#ifndef AMP_RP2_RP2_H
#define AMP_RP2_RP2_H

#include <stdbool.h>

#include "board.h"
#include "openamp/platform.h"

// The doorbell's interrupt on core 0: of the FIFO (RP2040), of the doorbells (RP2350).
#if AMP_RP2_CHIP == 2040
#define AMP_RP2_INTERRUPT 15
#else
#define AMP_RP2_INTERRUPT 26
#endif

// To be called by the handler of that interrupt, which only this port enables and disables.
void amp_rp2_interrupt(void);

// The next two have weak definitions, for programs in which nothing else uses core 1.

// Does another part of the program run on core 1?
bool amp_rp2_in_use(void);

// Core 1 is this port's from now on, or (false) it was put into reset and is free: the
// program installs or removes its handler.
void amp_rp2_claim(bool ours);

#endif // AMP_RP2_RP2_H
