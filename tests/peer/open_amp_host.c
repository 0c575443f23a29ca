/*
 * open-amp as the host: the virtio driver, with the buffers.
 *
 * A descriptor is taken from a free list for each buffer that is made available,
 * so descriptors and buffers have nothing to do with each other.  The used
 * length of a transmit buffer that came back is believed to be its size; in
 * v2023.10 also that of a received one, when it is stocked again.
 */
#include "open_amp.h"

#include <string.h>

static struct queue {
    uint8_t *cookie[MAX_NUM]; // the buffer of each descriptor that the device has
    unsigned free_head; // the descriptors that it does not have, a list in `next`
    unsigned free_count;
    uint16_t seen; // used entries
    unsigned queued; // since the last bell
} queue[2];
static uint32_t pool_used;

static void kick(struct peer *p, unsigned ring) {
    const struct ring *r = &p->ring[ring];
    open_amp_kick(p, ring, avail_event(r), used_flags(r), get16(avail_idx(r)), &queue[ring].queued);
}

// Make a buffer of `len` bytes available.
static void add(struct peer *p, unsigned ring, uint8_t *data, uint32_t len, uint16_t flags) {
    struct queue *q = &queue[ring];
    const struct ring *r = &p->ring[ring];
    unsigned id = q->free_head;
    if (q->free_count == 0) {
        peer_fault(p, "ring %u: no free descriptor", ring);
    }
    --q->free_count;
    struct desc desc = get_desc(r, id);
    q->free_head = desc.next;
    q->cookie[id] = data;
    desc.addr = p->pool + (uint32_t)(data - peer_at(p, p->pool, 0));
    desc.len = len;
    desc.flags = flags;
    put_desc(r, id, desc);
    push_avail(r, id);
    ++q->queued;
}

// The next buffer that the device is done with, or NULL.
static uint8_t *get(struct peer *p, unsigned ring, uint32_t *len, unsigned *slot) {
    struct queue *q = &queue[ring];
    const struct ring *r = &p->ring[ring];
    if (q->seen == get16(used_idx(r))) {
        return NULL;
    }
    *slot = q->seen % r->num;
    uint32_t id = get32(used_id(r, q->seen));
    *len = get32(used_len(r, q->seen));
    ++q->seen;
    if (id >= r->num || q->cookie[id] == NULL) {
        peer_fault(p, "ring %u: descriptor %u came back, which is not the device's", ring, id);
    }
    struct desc desc = get_desc(r, id);
    desc.next = (uint16_t)q->free_head;
    put_desc(r, id, desc);
    q->free_head = id;
    ++q->free_count;
    uint8_t *data = q->cookie[id];
    q->cookie[id] = NULL;
    return data;
}

static void start(struct peer *p) {
    pool_used = 0;
    memset(queue, 0, sizeof(queue));
    for (unsigned ring = 0; ring < 2; ++ring) {
        const struct ring *r = &p->ring[ring];
        memset(r->desc, 0, (size_t)(avail_event(r) + 2 - r->desc));
        for (unsigned id = 0; id < r->num; ++id) {
            put_desc(r, id, (struct desc){.next = (uint16_t)(id + 1)});
        }
        queue[ring].free_count = r->num;
    }
    const struct ring *tx = &p->ring[1];
    open_amp_disable(p, used_event(tx), avail_flags(tx), tx->num);
    for (unsigned i = 0; i < p->ring[0].num; ++i) {
        add(p, 0, peer_at(p, p->pool + pool_used, p->size[0]), p->size[0], RING_F_WRITE);
        pool_used += p->size[0];
    }
}

static int claim(struct peer *p, struct peer_buffer *buffer) {
    buffer->data = get(p, 1, &buffer->size, &buffer->id);
    if (buffer->data != NULL && p->habits->size_by_used_len) {
        return 0; // it is as long as the device said
    }
    buffer->size = p->size[1];
    if (buffer->data != NULL) {
        return 0;
    }
    if (queue[1].free_count == 0 || p->pool_len - pool_used < buffer->size) {
        return PEER_AGAIN;
    }
    buffer->data = peer_at(p, p->pool + pool_used, buffer->size);
    pool_used += buffer->size;
    return 0;
}

static void commit(struct peer *p, const struct peer_buffer *buffer, uint32_t len) {
    (void)len;
    put32(buffer->data + 8, 0);
    add(p, 1, buffer->data, p->size[1], 0);
    kick(p, 1);
}

static void give_back(struct peer *p, const struct peer_buffer *buffer) {
    // The length of the descriptor whose number is that of the used entry.
    add(p, 0, buffer->data, get_desc(&p->ring[0], buffer->id).len, RING_F_WRITE);
    kick(p, 0);
}

static void rung(struct peer *p, unsigned rings) {
    struct peer_buffer buffer;
    bool taken = false;
    while ((rings & 1) && (buffer.data = get(p, 0, &buffer.size, &buffer.id)) != NULL) {
        uint32_t used = buffer.size;
        buffer.size = p->size[0]; // the length in the header is believed
        open_amp_listen(p, used_event(&p->ring[0]), queue[0].seen);
        put32(buffer.data + 8, buffer.id);
        taken = true;
        if (!peer_deliver(p, &buffer)) {
            uint32_t len = get_desc(&p->ring[0], buffer.id).len;
            add(p, 0, buffer.data, p->habits->restock_by_used_len ? used : len, RING_F_WRITE);
            if (p->habits->ring_each) {
                kick(p, 0);
            }
        }
    }
    if (taken && !p->habits->ring_each) {
        kick(p, 0);
    }
}

const struct model open_amp_host = {
    .is_host = true,
    .start = start,
    .rung = rung,
    .claim = claim,
    .commit = commit,
    .give_back = give_back,
};
