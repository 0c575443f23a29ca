/* Addresses and functions that the board's files share. */
#ifndef OPENAMP_BOARD_H
#define OPENAMP_BOARD_H

#include "../common/common.h"

#define BOARD_TICKS_PER_US 20
#define BOARD_STACK (64 * 1024) // as in sections.ld

#define BOARD_SEMIHOST 1

// A ROMFS image.
#define BOARD_ROM_DA 0x80800000
#define BOARD_ROM_LEN 0x00400000

// The handler of the UART's receive interrupt, and the UART of this core.
void board_uart_interrupt(void);
#if MICROPY_PY_OPENAMP_HOST
#define BOARD_UART 0x50200000
#define BOARD_UART_IRQ 32
#else
#define BOARD_UART 0x50201000
#define BOARD_UART_IRQ 34
#endif

#endif // OPENAMP_BOARD_H
