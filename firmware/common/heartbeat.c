/* The heartbeat of openamp/firmware.h. */
#include "openamp/firmware.h"

void firmware_heartbeat_begin(
    struct firmware_heartbeat *heart, struct amp_rpmsg *link, uint32_t ms) {
    enum { HOUR_MS = 3600000 };
    heart->period = (ms < HOUR_MS ? ms : HOUR_MS) * 1000;
    heart->due = amp_remote_time_us();
    heart->beats = 0;
    amp_endpoint_create(link, &heart->ept, "heartbeat", AMP_ADDR_ANY, AMP_ADDR_ANY, NULL);
}

// A beat that finds no room is not sent later, because the next one serves as well.
static void beat(struct firmware_heartbeat *heart) {
    uint8_t message[4];
    heart->beats++;
    for (unsigned i = 0; i < sizeof(message); i++) {
        message[i] = (uint8_t)(heart->beats >> (8 * i));
    }
    if (amp_endpoint_is_ready(&heart->ept)) {
        (void)amp_endpoint_send(&heart->ept, message, sizeof(message));
    }
}

uint32_t firmware_heartbeat(struct firmware_heartbeat *heart) {
    uint64_t now = amp_remote_time_us();
    if (now >= heart->due) {
        beat(heart);
        heart->due = now + heart->period;
    }
    return (uint32_t)(heart->due - now);
}
