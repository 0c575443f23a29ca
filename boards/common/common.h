/* The functions that a board provides for the files of boards/common, and the reverse. */
#ifndef OPENAMP_BOARD_COMMON_H
#define OPENAMP_BOARD_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "py/mpconfig.h"

#define BOARD_REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

// The board: set up the hardware, before anything else.
void board_init(void);

// The board: the ticks since reset, BOARD_TICKS_PER_US (in its board.h) in a
// microsecond.
uint64_t board_ticks(void);

// systick.c: the handler of SysTick, for the board's vector table.
void board_alarm_interrupt(void);
// The openamp module: that handler calls it.
void openamp_alarm(void);

// The board: does a character wait to be read?
bool board_uart_any(void);

// console.c: the interpreter has work to do, or there is something to read, and a sleep is
// not to begin.  `for_messages`: nor if messages may have come since the last look, which
// this is then.
bool board_is_due(bool for_messages);

// prompt.c: wait for the next character of the console and get it with `read`, or of a
// terminal.
int board_wait_chr(int (*read)(void));

// prompt.c: is no program running?
bool board_is_at_prompt(void);

// console.c: the terminals of os.dupterm().
bool board_terminal_any(void);
int board_terminal_read(void); // a character, or -1
void board_terminal_write(const char *text, size_t len);

// vfs_host.c: files of the machine that simulates the board, as a file system.
struct _mp_obj_type_t;
extern const struct _mp_obj_type_t board_vfs_host_type;

#endif // OPENAMP_BOARD_COMMON_H
