/* What a board gives to the files of boards/common, and what these give to it. */
#ifndef OPENAMP_BOARD_COMMON_H
#define OPENAMP_BOARD_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "py/mpconfig.h"

#define BOARD_REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

// The board: before anything else.
void board_init(void);

// The board: time since reset, BOARD_TICKS_PER_US (in its board.h) to a
// microsecond.
uint64_t board_ticks(void);

// The interrupt of SysTick, in the board's vectors; and what it calls of the module.
void board_alarm_interrupt(void);
void openamp_alarm(void);

// The board: a character that waits to be read?
bool board_uart_any(void);

// prompt.c: the next character of the console, which `read` gives when there is one.
int board_wait_chr(int (*read)(void));

// vfs_host.c: files of the machine that simulates the board, as a file system.
struct _mp_obj_type_t;
extern const struct _mp_obj_type_t board_vfs_host_type;

#endif // OPENAMP_BOARD_COMMON_H
