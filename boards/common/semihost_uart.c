/* The console through semihosting, of boards that have no UART. */
#include "board.h"

#include "ports/qemu/uart.h"

#include "semihost.h"

static int console;

void uart_init(void) {
    enum { WRITE = 4 };
    console = semihost_open(":tt", WRITE);
}

// Semihosting cannot tell whether a character waits.
bool board_uart_any(void) {
    return false;
}

int uart_rx_chr(void) {
    return semihost_read_char();
}

void uart_tx_strn(const char *text, size_t len) {
    board_terminal_write(text, len);
    semihost_write(console, text, len);
}
