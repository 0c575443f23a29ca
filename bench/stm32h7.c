/*
 * What a round trip costs on the simulated STM32H7, C to C: the M7 sends, the
 * M4's firmware (virtual_uart) sends it back, the M7 receives.  The simulator
 * counts between two marks.  Argument: round trips.
 */
#include "tests/stm32h7/m7.h"

static void round_trips(uint32_t count, size_t size) {
    static uint8_t data[496];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t before = host_received;
        CHECK(amp_endpoint_send(&host_ept, data, size) == (int)size);
        while (host_received == before) {
            amp_platform_wait(-1);
            amp_rproc_poll(&host_rproc);
        }
    }
}

// As many as there is room for, always.
static void stream(uint32_t count) {
    uint32_t first = host_received;
    uint32_t sent = 0;
    while (host_received - first < count) {
        while (sent < count && amp_endpoint_send(&host_ept, "stream", 6) == 6) {
            sent++;
        }
        if (amp_rproc_poll(&host_rproc) == 0
            && !(sent < count && amp_rpmsg_want_room(&host_link))) {
            amp_platform_wait(-1);
        }
    }
}

int main(void) {
    uint32_t count = m7_argument(0);
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
