/*
 * A peer as rpmsg-lite is by default: it keeps no event indices and never rings for the
 * messages that it consumed.  It says "bound" to whoever announces "late".  A host that
 * writes 1 into `hold` and sends something finds 2 there when the core stands still, until
 * it writes 0.
 */
#include "openamp/firmware.h"

FIRMWARE_TABLE;

static struct amp_rpmsg link;
static struct amp_endpoint filled;
static struct amp_endpoint late;
static volatile uint32_t hold;

static void ignore(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    (void)src;
    (void)data;
    (void)len;
}

static void kick(void *ctx, uint32_t notify_id) {
    if (notify_id == firmware_table.vring[0].notifyid) {
        amp_remote_port()->ops->kick(ctx, notify_id);
    }
}

int main(void) {
    struct amp_port port = *amp_remote_port();
    struct amp_port_ops ops = *port.ops;
    struct amp_rpmsg_layout layout;
    ops.kick = kick;
    port.ops = &ops;
    amp_rpmsg_init(&link, AMP_DEVICE, &port);
    amp_endpoint_create(&link, &filled, "test-quiet", AMP_ADDR_ANY, AMP_ADDR_ANY, ignore);
    amp_endpoint_create_with(&link, &late, "late", AMP_ADDR_ANY, AMP_ADDR_ANY, ignore, 0);
    firmware_wait_ready(&link, &firmware_table, sizeof(firmware_table), &layout);
    layout.event_idx = false;
    amp_rpmsg_up(&link, &layout);
    for (bool said = false;;) {
        firmware_turn(&link, AMP_REMOTE_FOREVER);
        if (hold == 1) {
            hold = 2;
        }
        while (hold != 0) {
        }
        if (amp_endpoint_is_ready(&late) && !said) {
            firmware_send(&late, "bound", 5);
            said = true;
        }
    }
}
