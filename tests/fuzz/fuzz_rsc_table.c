/*
 * The resource table.  For the host: the input, after three bytes of script, is
 * the table of an image that is good otherwise.  For a device: the same bytes
 * as the table that a hostile host left in its memory.
 */
#include "load.h"

#include "core/wire/virtq_layout.h"
#include "openamp/openamp.h"

enum { DEVICE_MEMORY = 0x4000 };
static _Alignas(16) uint8_t memory[DEVICE_MEMORY];

static void *map(void *ctx, amp_da_t da, size_t len) {
    (void)ctx;
    return da <= DEVICE_MEMORY && len <= DEVICE_MEMORY - da ? memory + da : NULL;
}
static void nothing(void *ctx, uint32_t notify_id) {
    (void)ctx;
    (void)notify_id;
}
static const struct amp_port_ops ops = {.kick = nothing, .map = map};

static void device(const uint8_t *data, size_t size, uint8_t flags) {
    static uint32_t words[1024];
    struct amp_port port = {.ops = &ops};
    struct amp_rpmsg_layout layout;
    if (size > sizeof(words)) {
        return;
    }
    port.shared_len = flags & LOAD_SMALL ? DEVICE_MEMORY : 0;
    // At the end, so that a read past the table is seen.
    uint8_t *table = (uint8_t *)words + (sizeof(words) - size) / 4 * 4;
    memcpy(table, data, size);
    int error = amp_vdev_open(&port, table, size, &layout);
    CHECK(error == 0 || error == -AMP_EINVAL || error == -AMP_EAGAIN);
    if (error != 0) {
        return;
    }
    for (int i = 0; i < 2; ++i) {
        uint8_t *va = layout.vring[i].va;
        size_t len = virtq_size(layout.vring[i].num, layout.vring[i].align);
        CHECK(va >= memory && len <= sizeof(memory) && va <= memory + sizeof(memory) - len);
    }
    struct amp_rpmsg link;
    amp_rpmsg_init(&link, AMP_DEVICE, &port);
    error = amp_rpmsg_up(&link, &layout);
    CHECK(error == 0 || error == -AMP_EPROTO);
    if (error == 0) {
        (void)amp_rpmsg_poll(&link);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct image image;
    static struct table table;
    struct load_script script;
    if (size < sizeof(script) || size - sizeof(script) > sizeof(table.bytes)) {
        return -1;
    }
    memcpy(&script, data, sizeof(script));
    table.len = size - sizeof(script);
    memcpy(table.bytes, data + sizeof(script), table.len);
    image_build(&image, (script.flags & LOAD_WIDE) != 0, &table);
    load_check(&image, script);
    load_check_in_place(table.bytes, table.len, script);
    device(table.bytes, table.len, script.flags);
    return 0;
}
