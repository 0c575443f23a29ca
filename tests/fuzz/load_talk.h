/* The other side of a link that was accepted: a device that opens the table in place. */
#ifndef FUZZ_LOAD_TALK_H
#define FUZZ_LOAD_TALK_H

#include "load_machine.h"

static void nothing(void *ctx, uint32_t notify_id) {
    (void)ctx;
    (void)notify_id;
}
static void *device_map(void *ctx, amp_da_t da, size_t len) {
    return fake_port_at(ctx, da, len);
}
static const struct amp_port_ops device_ops = {.kick = nothing, .map = device_map};

static unsigned received;
static void count(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept;
    (void)src;
    (void)data;
    received += len == 3;
}

// A message in each direction, if the table is one that firmware can read.
static void talk(const uint8_t *table, size_t len, bool plain) {
    static const struct amp_port port = {.ops = &device_ops, .ctx = &fake};
    struct amp_rpmsg_layout layout;
    struct amp_rpmsg device;
    struct amp_endpoint ept[2];
    if ((uintptr_t)table % 4 != 0 || (rproc.vdev.da % 4) != 0) {
        return;
    }
    int error = amp_vdev_open(&port, table, len, &layout);
    amp_rpmsg_init(&device, AMP_DEVICE, &port);
    if (error == 0) {
        error = amp_rpmsg_up(&device, &layout);
    }
    CHECK(error == 0 || !plain);
    if (error == 0) {
        received = 0;
        (void)amp_endpoint_create(&host_link, &ept[0], NULL, 1024, 1025, count);
        (void)amp_endpoint_create(&device, &ept[1], NULL, 1025, 1024, count);
        (void)amp_endpoint_send(&ept[0], "abc", 3);
        (void)amp_endpoint_send(&ept[1], "abc", 3);
        (void)amp_rpmsg_poll(&device);
        (void)amp_rproc_poll(&rproc);
        CHECK(received == 2 || !plain);
        (void)amp_endpoint_destroy(&ept[0]);
    }
}

#endif // FUZZ_LOAD_TALK_H
