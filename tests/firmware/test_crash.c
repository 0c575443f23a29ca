/*
 * Crashes.  On command: a message "segv", "ill", "exit 3", "spin" or "freeze",
 * which spins after it has answered "frozen"; any other is sent back.  With
 * CRASH_AT_RESET (test_crash_reset.c) it crashes before the handshake, with
 * CRASH_AT_READY between DRIVER_OK and the announcement.
 */
#include "tests/firmware/harm.h"
#include "openamp/firmware.h"

FIRMWARE_TABLE;

static struct amp_rpmsg link;
static struct amp_endpoint ept;

static void command(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)src;
    if (firmware_begins_with(data, len, "segv")) {
        harm_segv();
    } else if (firmware_begins_with(data, len, "ill")) {
        harm_ill();
    } else if (firmware_begins_with(data, len, "exit")) {
        amp_remote_exit((int)firmware_number(data, len, 0));
    } else if (firmware_begins_with(data, len, "spin")) {
        harm_spin();
    } else if (firmware_begins_with(data, len, "freeze")) {
        amp_endpoint_send(self, "frozen", 6);
        harm_spin();
    } else {
        amp_endpoint_send(self, data, len);
    }
}

int main(void) {
    amp_remote_trace("test_crash\n");
#ifdef CRASH_AT_RESET
    harm_segv();
#endif
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    struct amp_rpmsg_layout layout;
    firmware_wait_ready(&link, &firmware_table, sizeof(firmware_table), &layout);
#ifdef CRASH_AT_READY
    harm_segv();
#endif
    amp_endpoint_create(&link, &ept, "test-crash", AMP_ADDR_ANY, AMP_ADDR_ANY, command);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    firmware_serve(&link);
}
