/*
 * What a round trip costs on a simulated chip, C to C: the host sends, the firmware
 * (virtual_uart) of the other core sends it back, the host receives.  The simulator counts
 * between two marks.  Argument: round trips.
 */
#include "bench/board.h"
#include "tests/boards/common/host.h"

int main(void) {
    uint32_t count = host_argument(0);
    host_init("vuart-channel");
    host_run(IMAGE_VIRTUAL_UART);
    host_echo("warm up");
    host_mark(1);
    round_trips(count, 16);
    host_mark(2);
    round_trips(count, 496);
    host_mark(3);
    stream(count);
    host_mark(4);
    return 0;
}
