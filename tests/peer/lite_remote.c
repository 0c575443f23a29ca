/*
 * rpmsg-lite as the remote: the virtio device.
 *
 * It may send when the bell of ring 0 has rung for the first time.  It rings
 * whatever the driver's flags say, for messages; in the default build it never
 * rings for the buffers that it has consumed.
 */
#include "peer.h"

#include <string.h>

static uint16_t seen[2]; // available entries
static bool link_up;

// It looks at the flags of the used ring, which are its own and stay 0.
static void kick(struct peer *p, unsigned ring) {
    const struct ring *r = &p->ring[ring];
    const uint8_t *flags = p->habits->deaf_to_driver ? used_flags(r) : avail_flags(r);
    if (!(get16(flags) & RING_F_SILENT)) {
        peer_ring(p, ring);
    }
}

static void start(struct peer *p) {
    (void)p; // nothing is written to the rings
    memset(seen, 0, sizeof(seen));
    link_up = false;
}

static bool get(struct peer *p, unsigned ring, struct peer_buffer *buffer) {
    const struct ring *r = &p->ring[ring];
    if (seen[ring] == get16(avail_idx(r))) {
        return false;
    }
    buffer->id = get16(avail_entry(r, seen[ring]++));
    struct desc desc = get_desc(r, buffer->id % r->num);
    buffer->size = desc.len;
    buffer->data = peer_at(p, desc.addr, desc.len);
    return true;
}

// The index of the used ring is the one in the ring.
static void put(struct peer *p, unsigned ring, unsigned id) {
    push_used(&p->ring[ring], id, get_desc(&p->ring[ring], id).len);
}

static int claim(struct peer *p, struct peer_buffer *buffer) {
    if (!link_up) {
        return PEER_NOT_READY;
    }
    return get(p, 0, buffer) ? 0 : PEER_AGAIN;
}

static void commit(struct peer *p, const struct peer_buffer *buffer, uint32_t len) {
    (void)len;
    put(p, 0, buffer->id);
    kick(p, 0);
}

static void give_back(struct peer *p, const struct peer_buffer *buffer) {
    put(p, 1, buffer->id);
    if (!p->habits->silent_returns) {
        kick(p, 1);
    }
}

static void rung(struct peer *p, unsigned rings) {
    struct peer_buffer buffer;
    bool freed = false;
    if (rings & 1) {
        link_up = true;
    }
    while ((rings & 2) && get(p, 1, &buffer)) {
        if (peer_deliver(p, &buffer)) {
            put16(buffer.data + 8, buffer.id);
        } else {
            put(p, 1, buffer.id);
            freed = true;
        }
    }
    if (freed && !p->habits->silent_returns) {
        kick(p, 1);
    }
}

const struct model lite_remote = {
    .is_host = false,
    .start = start,
    .rung = rung,
    .claim = claim,
    .commit = commit,
    .give_back = give_back,
};
