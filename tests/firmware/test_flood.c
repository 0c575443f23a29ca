/*
 * "flood N": sends N messages, each beginning with its number (0 to N - 1) as
 * 32 bits, and goes on receiving meanwhile.  "count": sends the number of
 * other messages and of their bytes received so far, as two times 32 bits.
 */
#include <string.h>

#include "openamp/firmware.h"

FIRMWARE_TABLE;

static struct amp_rpmsg link;
static struct amp_endpoint ept;
static uint32_t sent;
static uint32_t wanted;
static uint32_t received[2]; // messages, bytes
static bool asked;

static void command(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    (void)src;
    if (firmware_begins_with(data, len, "flood ")) {
        sent = 0;
        wanted = firmware_number(data, len, 0);
    } else if (firmware_begins_with(data, len, "count")) {
        asked = true;
    } else {
        received[0]++;
        received[1] += (uint32_t)len;
    }
}

// Send as much as there is room for.  True: there is more to send.
static bool send_some(void) {
    if (asked && amp_endpoint_send(&ept, received, sizeof(received)) != -AMP_EAGAIN) {
        asked = false;
    }
    int result = 0;
    while (sent < wanted && result >= 0) {
        uint32_t message[4] = {sent, ~sent, wanted, 0};
        result = amp_endpoint_send(&ept, message, sizeof(message));
        sent += result >= 0;
    }
    return asked || sent < wanted;
}

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &ept, "test-flood", AMP_ADDR_ANY, AMP_ADDR_ANY, command);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    for (;;) {
        int taken = amp_rpmsg_poll(&link);
        if (taken < 0) {
            return 1;
        }
        bool stuck = send_some();
        if (taken == 0 && !(stuck && amp_rpmsg_want_room(&link))) {
            amp_remote_wait(AMP_REMOTE_FOREVER);
        }
    }
}
