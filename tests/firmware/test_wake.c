/*
 * Answers each message on "test-wake" 2 ms later, when whoever waits for the
 * answer is asleep, with the time at which it is sent: amp_remote_time_us() as
 * 64 bits, for hosts that have the same clock.
 */
#include "openamp/firmware.h"

#define LATER_US 2000

FIRMWARE_TABLE;

static struct amp_rpmsg link;
static struct amp_endpoint ept;
static uint32_t asked_by = AMP_ADDR_ANY;

static void received(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self, (void)data, (void)len;
    asked_by = src;
}

static void sleep_until(uint64_t due) {
    for (uint64_t now = amp_remote_time_us(); now < due; now = amp_remote_time_us()) {
        amp_remote_wait((uint32_t)(due - now));
    }
}

static void answer(void) {
    uint32_t dest = asked_by;
    asked_by = AMP_ADDR_ANY;
    sleep_until(amp_remote_time_us() + LATER_US);
    uint64_t now = amp_remote_time_us();
    amp_rpmsg_send(&link, ept.addr, dest, &now, sizeof(now));
}

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &ept, "test-wake", AMP_ADDR_ANY, AMP_ADDR_ANY, received);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    for (;;) {
        int taken = amp_rpmsg_poll(&link);
        if (taken < 0) {
            return 1;
        }
        if (asked_by != AMP_ADDR_ANY) {
            answer();
        } else if (taken == 0) {
            amp_remote_wait(AMP_REMOTE_FOREVER);
        }
    }
}
