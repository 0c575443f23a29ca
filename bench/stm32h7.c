/*
 * What a round trip costs on the simulated STM32H7, C to C: the M7 sends, the
 * M4's firmware (virtual_uart) sends it back, the M7 receives.  The simulator
 * counts between two marks.  Argument: round trips.
 */
#include "bench/board.h"
#include "tests/boards/stm32h7/m7.h"

int main(void) {
    uint32_t count = host_argument(0);
    host_init("vuart-channel");
    host_run(IMAGE_VIRTUAL_UART);
    host_echo("warm up");
    m7_mark(1);
    round_trips(count, 16);
    m7_mark(2);
    round_trips(count, 496);
    m7_mark(3);
    stream(count);
    m7_mark(4);
    return 0;
}
