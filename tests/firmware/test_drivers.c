/*
 * Channels that Linux has drivers of its own for, each an echo: "rpmsg-tty", a terminal
 * there, and "rpmsg-raw", a file.
 */
#include <string.h>

#include "openamp/firmware.h"

FIRMWARE_TABLE;

static struct amp_rpmsg link;
static struct amp_endpoint terminal;
static struct amp_endpoint raw;
static struct amp_tx answer;

static void echo(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    size_t copied = len < answer.size ? len : answer.size;
    memcpy(answer.data, data, copied);
    amp_tx_commit(&link, &answer, self->addr, src, copied);
    answer.data = NULL;
}

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &terminal, "rpmsg-tty", AMP_ADDR_ANY, AMP_ADDR_ANY, echo);
    amp_endpoint_create(&link, &raw, "rpmsg-raw", AMP_ADDR_ANY, AMP_ADDR_ANY, echo);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    firmware_serve_requests(&link, &answer);
}
