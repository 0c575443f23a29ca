/* Addresses and functions that the board's files share. */
#ifndef OPENAMP_BOARD_H
#define OPENAMP_BOARD_H

#include "../common/common.h"

#define BOARD_TICKS_PER_US 1 // of the timer, and of SysTick without the processor's clock
#define BOARD_SYSTICK_ON 3
#define BOARD_STACK (24 * 1024) // as in host.ld

#define BOARD_SEMIHOST 1

// A ROMFS image, in the second MiB of the flash.
#define BOARD_ROM_DA 0x10100000
#define BOARD_ROM_LEN 0x00100000

#endif // OPENAMP_BOARD_H
