/* Two ends of a link in one process, for the exact benches. */
#include "pair.h"

#include <stdlib.h>

static unsigned char memory[1 << 20] __attribute__((aligned(4096)));

static void notify(void *ctx, uint32_t notify_id) {
    (void)ctx;
    (void)notify_id; // both ends are polled
}

static void *map(void *ctx, amp_da_t da, size_t len) {
    (void)ctx;
    return da <= sizeof(memory) && len <= sizeof(memory) - da ? memory + da : NULL;
}

static const struct amp_port_ops ops = {.notify = notify, .map = map};
static const struct amp_port port = {.ops = &ops, .buffer_size = 512};

void pair_up(struct pair *pair, uint16_t num) {
    struct amp_rpmsg_layout layout = {
        .vring =
            {
                {.va = memory, .align = 16, .notify_id = 0, .num = num},
                {.va = memory + 0x8000, .align = 16, .notify_id = 1, .num = num},
            },
        .buffers = memory + 0x10000,
        .buffers_da = 0x10000,
        .buffers_len = sizeof(memory) - 0x10000,
        .buffer_size = 512,
        .name_service = true,
        .event_idx = true,
    };
    amp_rpmsg_init(&pair->host, AMP_HOST, &port);
    amp_rpmsg_init(&pair->device, AMP_DEVICE, &port);
    if (amp_rpmsg_up(&pair->host, &layout) != 0) {
        abort();
    }
    layout.buffers = memory;
    layout.buffers_da = 0;
    layout.buffers_len = sizeof(memory);
    if (amp_rpmsg_up(&pair->device, &layout) != 0) {
        abort();
    }
}
