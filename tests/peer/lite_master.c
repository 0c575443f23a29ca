/*
 * rpmsg-lite as the master: the virtio driver.
 *
 * It has no resource table and no features.  Its transmit buffers lie in the
 * used ring of ring 1 from the start, as if a device had returned them, and it
 * sets NO_INTERRUPT on both rings for good.
 */
#include "peer.h"

#include <string.h>

static uint16_t seen[2]; // used entries
static unsigned fresh; // transmit buffers that were never sent, if they are not in a ring

// It looks at what the device says of ring, and never at anything else.
static void kick(struct peer *p, unsigned ring) {
    if (!(get16(used_flags(&p->ring[ring])) & RING_F_SILENT)) {
        peer_ring(p, ring);
    }
}

static void start(struct peer *p) {
    uint32_t addr = p->pool;
    memset(seen, 0, sizeof(seen));
    fresh = p->habits->prefill_used ? 0 : p->ring[1].num;
    for (unsigned ring = 0; ring < 2; ++ring) {
        const struct ring *r = &p->ring[ring];
        memset(r->desc, 0, (size_t)(avail_event(r) + 2 - r->desc));
        put16(avail_flags(r), p->habits->never_interrupt ? RING_F_SILENT : 0);
        for (unsigned id = 0; id < r->num; ++id, addr += p->size[ring]) {
            memset(peer_at(p, addr, p->size[ring]), 0, p->size[ring]);
            uint16_t next = (uint16_t)(id + 1 < r->num ? id + 1 : RING_END);
            put_desc(r, id, (struct desc){addr, p->size[ring], RING_F_WRITE, next});
            if (ring == 0) {
                push_avail(r, id);
            } else if (p->habits->prefill_used) {
                push_used(r, id, p->size[ring]);
            }
        }
    }
    kick(p, 0);
}

static bool get(struct peer *p, unsigned ring, struct peer_buffer *buffer) {
    const struct ring *r = &p->ring[ring];
    if (ring == 1 && fresh != 0) {
        buffer->size = p->size[1];
        buffer->id = --fresh;
    } else if (seen[ring] == get16(used_idx(r))) {
        return false;
    } else {
        buffer->size = get32(used_len(r, seen[ring]));
        buffer->id = get32(used_id(r, seen[ring]++)) & 0xFFFF;
    }
    if (buffer->id >= r->num) {
        peer_fault(p, "ring %u: takes descriptor %u", ring, buffer->id);
    }
    struct desc desc = get_desc(r, buffer->id);
    buffer->data = peer_at(p, desc.addr, desc.len);
    return true;
}

// A program that fills a buffer in place is told its used length.
static int claim(struct peer *p, struct peer_buffer *buffer) {
    if (!get(p, 1, buffer)) {
        return PEER_AGAIN;
    }
    if (!p->habits->size_by_used_len) {
        buffer->size = p->size[1];
    }
    return 0;
}

// The descriptor stays as it was written at the start.
static void commit(struct peer *p, const struct peer_buffer *buffer, uint32_t len) {
    (void)len;
    push_avail(&p->ring[1], buffer->id);
    kick(p, 1);
}

static void give_back(struct peer *p, const struct peer_buffer *buffer) {
    push_avail(&p->ring[0], buffer->id);
    if (!p->habits->silent_returns) {
        kick(p, 0);
    }
}

static void rung(struct peer *p, unsigned rings) {
    struct peer_buffer buffer;
    bool freed = false;
    while ((rings & 1) && get(p, 0, &buffer)) {
        buffer.size = p->size[0]; // the length in the header is believed
        if (peer_deliver(p, &buffer)) {
            put16(buffer.data + 8, buffer.id);
        } else {
            push_avail(&p->ring[0], buffer.id);
            freed = true;
        }
    }
    if (freed && !p->habits->silent_returns) {
        kick(p, 0);
    }
}

const struct model lite_master = {
    .is_host = true,
    .start = start,
    .rung = rung,
    .claim = claim,
    .commit = commit,
    .give_back = give_back,
};
