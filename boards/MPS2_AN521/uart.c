/* The console: a UART that sends by waiting and receives by interrupt. */
#include "board.h"

#include "py/mphal.h"
#include "py/runtime.h"
#include "ports/qemu/uart.h"

#define UART_DATA BOARD_REG(BOARD_UART + 0x00)
#define UART_STATE BOARD_REG(BOARD_UART + 0x04) // 1: cannot send, 2: received
#define UART_CTRL BOARD_REG(BOARD_UART + 0x08)
#define UART_INT BOARD_REG(BOARD_UART + 0x0C) // 2: received; writing 2 clears it
#define UART_BAUDDIV BOARD_REG(BOARD_UART + 0x10)

// Written by the interrupt at `in`, read by the program at `out`.
static uint8_t buffer[256];
static volatile uint8_t in;
static volatile uint8_t out;

void uart_init(void) {
    enum { SEND = 1, RECEIVE = 2, RECEIVE_INTERRUPT = 8 };
    UART_BAUDDIV = 16;
    UART_CTRL = SEND | RECEIVE | RECEIVE_INTERRUPT;
    BOARD_REG(0xE000E100 + 4 * (BOARD_UART_IRQ / 32)) = 1u << (BOARD_UART_IRQ % 32);
}

void board_uart_interrupt(void) {
    UART_INT = 2;
    while (UART_STATE & 2) {
        uint8_t c = (uint8_t)UART_DATA;
        if (c == mp_interrupt_char) {
            mp_sched_keyboard_interrupt();
        } else if ((uint8_t)(in + 1) != out) {
            buffer[in] = c;
            in = in + 1;
        }
    }
}

bool board_uart_any(void) {
    return in != out;
}

static int read_buffered(void) {
    uint8_t c = buffer[out];
    out = out + 1;
    return c;
}

// This waits for a character: the qemu port calls it in a loop until there is one.
int uart_rx_chr(void) {
    return board_wait_chr(read_buffered);
}

void uart_tx_strn(const char *text, size_t len) {
    board_terminal_write(text, len);
    for (; len > 0; --len) {
        while (UART_STATE & 1) {
        }
        UART_DATA = (uint8_t)*text++;
    }
}
