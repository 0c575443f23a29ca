/* What the exact benches of the boards do, C to C, with what the tests' host programs have. */
#ifndef BENCH_BOARD_H
#define BENCH_BOARD_H

#include "tests/boards/common/host.h"

static inline void round_trips(uint32_t count, size_t size) {
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
static inline void stream(uint32_t count) {
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

#endif // BENCH_BOARD_H
