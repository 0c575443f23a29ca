/* Addresses and functions that the board's files share. */
#ifndef OPENAMP_BOARD_H
#define OPENAMP_BOARD_H

#include "../common/common.h"

#define BOARD_TICKS_PER_US 64
#define BOARD_STACK (64 * 1024) // as in host.ld

#define BOARD_SEMIHOST 1

// A ROMFS image, in the second bank of the flash.
#define BOARD_ROM_DA 0x08100000
#define BOARD_ROM_LEN 0x000D0000

// Ending the interpreter stops the other core, which resets the whole chip.
#define BOARD_STOP_RESETS 1

// Two words in the flash: begin and end of another area of the heap, or erased flash for none.
#define BOARD_HEAP_DA 0x080F0000
void board_add_heap(void);
#define BOARD_ADD_HEAP board_add_heap

#endif // OPENAMP_BOARD_H
