/*
 * Two ends of a link in one process, for the exact benches: tests/unit/pair.h with a
 * doorbell that costs what a mailbox costs, one store.
 */
#ifndef BENCH_ENDS_H
#define BENCH_ENDS_H

#include "pair.h"

#include <stdio.h>
#include <stdlib.h>

// For what cannot be, if the library is right: say so and abort.
#define must(holds) \
    do { \
        if (!(holds)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #holds); \
            abort(); \
        } \
    } while (0)

static inline void ends_kick(void *ctx, uint32_t notify_id) {
    bool *doorbell = ctx; // of the other end
    (void)notify_id;
    *doorbell = true;
}

// Bring both up with `num` buffers of 512 bytes in each direction.
static inline void ends_up(struct pair *pair, uint16_t num, bool event_idx) {
    static struct amp_port_ops ops;
    pair_init(pair, (struct pair_shape){.num = {num, num}, .event_idx = event_idx});
    ops = *pair->host.port.ops;
    ops.kick = ends_kick;
    pair->host.port.ops = &ops;
    pair->host.port.ctx = &pair->device.doorbell;
    pair->device.port.ops = &ops;
    pair->device.port.ctx = &pair->host.doorbell;
    pair_up(pair);
}

// Is it in the memory that both ends share?
static inline bool ends_share(const struct pair *pair, const void *pointer) {
    const uint8_t *byte = pointer;
    return byte >= pair->mapping && byte < pair->mapping + pair->mapping_len;
}

#endif // BENCH_ENDS_H
