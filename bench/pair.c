/* Two ends of a link in one process, for the exact benches. */
#include "pair.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned char memory[1 << 20] __attribute__((aligned(4096)));

// A mailbox: to ring is to write one word.
static void kick(void *ctx, uint32_t notify_id) {
    bool *rang = ctx; // of the other end
    (void)notify_id;
    *rang = true;
}

static void *map(void *ctx, amp_da_t da, size_t len) {
    (void)ctx;
    return da <= sizeof(memory) && len <= sizeof(memory) - da ? memory + da : NULL;
}

static const struct amp_port_ops ops = {.kick = kick, .map = map};

static void init_end(struct pair_end *end, struct pair_end *other, enum amp_role role) {
    end->port = (struct amp_port){.ops = &ops, .ctx = &other->rang, .buffer_size = {512, 512}};
    end->rang = false;
    amp_rpmsg_init(&end->link, role, &end->port);
}

void pair_up(struct pair *pair, uint16_t num, bool event_idx) {
    struct amp_rpmsg_layout layout = {
        .vring =
            {
                {.va = memory, .align = 16, .notify_id = 0, .num = num},
                {.va = memory + 0x8000, .align = 16, .notify_id = 1, .num = num},
            },
        .buffers = memory + 0x10000,
        .buffers_da = 0x10000,
        .buffers_len = sizeof(memory) - 0x10000,
        .buffer_size = {512, 512},
        .name_service = true,
        .event_idx = event_idx,
    };
    init_end(&pair->host, &pair->device, AMP_HOST);
    init_end(&pair->device, &pair->host, AMP_DEVICE);
    pair_must(amp_rpmsg_up(&pair->host.link, &layout) == 0);
    layout.buffers = memory;
    layout.buffers_da = 0;
    layout.buffers_len = sizeof(memory);
    pair_must(amp_rpmsg_up(&pair->device.link, &layout) == 0);
}

bool pair_is_shared(const void *pointer) {
    const unsigned char *byte = pointer;
    return byte >= memory && byte < memory + sizeof(memory);
}

_Noreturn void pair_failed(const char *file, int line, const char *what) {
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    abort();
}
