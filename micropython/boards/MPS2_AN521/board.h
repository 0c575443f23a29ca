/* What the board's files share. */
#ifndef OPENAMP_BOARD_H
#define OPENAMP_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "py/mpconfig.h" // which core it is for

#define BOARD_REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

// uart.c: a character that waits to be read?
bool board_uart_any(void);

// The interrupt of the UART's receiver; its number on this core.
void board_uart_interrupt(void);
#if MICROPY_PY_OPENAMP_HOST
#define BOARD_UART 0x50200000
#define BOARD_UART_IRQ 32
#else
#define BOARD_UART 0x50201000
#define BOARD_UART_IRQ 34
#endif

// vfs_host.c: QEMU's host's files, as a file system.
struct _mp_obj_type_t;
extern const struct _mp_obj_type_t board_vfs_host_type;

#endif // OPENAMP_BOARD_H
