/*
 * Brings no resource table: uses the host's default table at its fixed
 * address.  Echoes on "test-notable".  Also built as an image for the flash.
 */
#include "openamp/firmware.h"

static struct amp_rpmsg link;
static struct amp_endpoint ept;

static void echo(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    amp_rpmsg_send(&link, self->addr, src, data, len);
}

int main(void) {
    size_t len;
    const void *table = amp_remote_default_table(&len);
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &ept, "test-notable", AMP_ADDR_ANY, AMP_ADDR_ANY, echo);
    firmware_link_up(&link, table, len);
    firmware_serve(&link);
}
