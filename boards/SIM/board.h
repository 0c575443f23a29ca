/* What the board's files share. */
#ifndef OPENAMP_BOARD_H
#define OPENAMP_BOARD_H

#include "../common/common.h"

#define BOARD_TICKS_PER_US 1
#define BOARD_STACK (64 * 1024) // as in the Makefile
#define BOARD_SEMIHOST 0

// A ROMFS image: the flash, which ports/sim fills from a file.
extern const uint8_t __flash_begin[];
extern const uint8_t __flash_end[];
#define BOARD_ROM_DA __flash_begin
#define BOARD_ROM_LEN ((size_t)(__flash_end - __flash_begin))

#endif // OPENAMP_BOARD_H
