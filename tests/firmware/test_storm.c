/*
 * Answers every message on "test-storm" with two, from inside its receive
 * callback, waiting there for room; each answer begins with its number as 32
 * bits.  Where waiting cannot end, because the host waits for this callback to
 * return, it gives the answer up.  The second and third words of an answer are
 * how many messages were received and how many answers given up so far.
 */
#include "openamp/firmware.h"

#define DEADLOCK_US 100000

FIRMWARE_TABLE;

static struct amp_rpmsg link;
static struct amp_endpoint ept;
static uint32_t answer[3];

// The same decision as that of MicroPython's Endpoint.send().
static void send_waiting(struct amp_endpoint *self) {
    uint64_t alive = amp_remote_time_us();
    while (amp_endpoint_send(self, answer, sizeof(answer)) == -AMP_EAGAIN) {
        if (amp_rpmsg_want_room(&link)) {
            continue;
        }
        uint64_t now = amp_remote_time_us();
        if (amp_rpmsg_peer_can_send(&link)) {
            alive = now;
        } else if (now - alive >= DEADLOCK_US) {
            answer[2]++;
            return;
        }
        amp_remote_wait(DEADLOCK_US);
    }
    answer[0]++;
}

static void received(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)src, (void)data, (void)len;
    answer[1]++;
    send_waiting(self);
    send_waiting(self);
}

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &ept, "test-storm", AMP_ADDR_ANY, AMP_ADDR_ANY, received);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    firmware_serve(&link);
}
