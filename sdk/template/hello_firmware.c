/*
 * The other core's program: a service "hello" that answers, and a heartbeat.
 */
#include <string.h>

#include "openamp/firmware.h"

// The resource table: the host reads it before it starts this program.
FIRMWARE_TABLE;

static struct amp_rpmsg link;
static struct amp_endpoint hello;
static struct firmware_heartbeat heart;

// Runs inside firmware_turn(), for each message to "hello".
static void received(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)src;
    char answer[64] = "hello, ";
    size_t used = strlen(answer);
    size_t rest = sizeof(answer) - used;
    size_t taken = len < rest ? len : rest;
    memcpy(answer + used, data, taken);
    if (amp_endpoint_send(self, answer, used + taken) < 0) {
        amp_remote_trace("hello: no room for an answer\n");
    }
}

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &hello, "hello", AMP_ADDR_ANY, AMP_ADDR_ANY, received);
    firmware_heartbeat_begin(&heart, &link, 100);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    amp_remote_trace("hello: at your service\n");
    for (;;) {
        firmware_turn(&link, firmware_heartbeat(&heart));
    }
}
