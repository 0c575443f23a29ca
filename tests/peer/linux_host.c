/*
 * Linux as the host (virtio_rpmsg_bus over virtio_ring).
 *
 * What it gets is checked: an impossible descriptor breaks the queue for good.
 * Its transmit descriptors say how long the message is, not the buffer.  A
 * message that does not fit its used length is lost, and its buffer with it.
 * A sender without room asks for the bell and sleeps, 15 s at most.
 */
#include "peer.h"

#include <string.h>

static struct queue {
    uint8_t *data[MAX_NUM]; // of each descriptor that the device has
    unsigned free_head;
    uint16_t seen; // used entries
    unsigned added; // since the last bell
    bool silent; // the callback is disabled
} queue[2];
static unsigned fresh; // transmit buffers that were never sent

static void kick(struct peer *p, unsigned ring) {
    const struct ring *r = &p->ring[ring];
    uint16_t now = get16(avail_idx(r));
    uint16_t old = (uint16_t)(now - queue[ring].added);
    queue[ring].added = 0;
    if (p->event_idx ? passes_event(get16(avail_event(r)), now, old)
                     : !(get16(used_flags(r)) & RING_F_SILENT)) {
        peer_ring(p, ring);
    }
}

static void add(struct peer *p, unsigned ring, uint8_t *data, uint32_t len, uint16_t flags) {
    struct queue *q = &queue[ring];
    unsigned id = q->free_head;
    struct desc desc = get_desc(&p->ring[ring], id);
    q->free_head = desc.next;
    q->data[id] = data;
    desc.addr = p->pool + (uint32_t)(data - peer_at(p, p->pool, 0));
    desc.len = len;
    desc.flags = flags;
    put_desc(&p->ring[ring], id, desc);
    push_avail(&p->ring[ring], id);
    ++q->added;
}

static uint8_t *get(struct peer *p, unsigned ring, uint32_t *len) {
    struct queue *q = &queue[ring];
    const struct ring *r = &p->ring[ring];
    if (q->seen == get16(used_idx(r))) {
        return NULL;
    }
    uint32_t id = get32(used_id(r, q->seen));
    *len = get32(used_len(r, q->seen));
    if (id >= r->num || q->data[id] == NULL) {
        peer_fault(p, "ring %u: used entry of descriptor %u: the queue is broken", ring, id);
    }
    ++q->seen;
    uint8_t *data = q->data[id];
    q->data[id] = NULL;
    struct desc desc = get_desc(r, id);
    desc.next = (uint16_t)q->free_head;
    put_desc(r, id, desc);
    q->free_head = id;
    if (!q->silent && p->event_idx) {
        put16(used_event(r), q->seen);
    }
    return data;
}

// Bells for returned transmit buffers: wanted or not.
static void want_bell(struct peer *p, bool want) {
    struct queue *q = &queue[1];
    const struct ring *r = &p->ring[1];
    q->silent = !want;
    if (p->event_idx) {
        put16(used_event(r), want ? q->seen : 0);
    } else {
        put16(avail_flags(r), want ? 0 : RING_F_SILENT);
    }
}

static void start(struct peer *p) {
    memset(queue, 0, sizeof(queue));
    fresh = 0;
    for (unsigned ring = 0; ring < 2; ++ring) {
        const struct ring *r = &p->ring[ring];
        memset(r->desc, 0, (size_t)(avail_event(r) + 2 - r->desc));
        for (unsigned id = 0; id < r->num; ++id) {
            put_desc(r, id, (struct desc){.next = (uint16_t)(id + 1)});
        }
    }
    for (unsigned i = 0; i < p->ring[0].num; ++i) {
        add(p, 0, peer_at(p, p->pool + i * p->size[0], p->size[0]), p->size[0], RING_F_WRITE);
    }
    want_bell(p, false);
    kick(p, 0);
}

static int claim(struct peer *p, struct peer_buffer *buffer) {
    uint32_t ignored;
    buffer->size = p->size[1];
    if (fresh < p->ring[1].num) {
        uint32_t at = p->pool + p->ring[0].num * p->size[0] + fresh++ * p->size[1];
        buffer->data = peer_at(p, at, p->size[1]);
        return 0;
    }
    buffer->data = get(p, 1, &ignored);
    return buffer->data != NULL ? 0 : PEER_AGAIN;
}

static void commit(struct peer *p, const struct peer_buffer *buffer, uint32_t len) {
    put32(buffer->data + 8, 0);
    add(p, 1, buffer->data, HEADER + len, 0);
    kick(p, 1);
}

static bool want_room(struct peer *p, bool want) {
    want_bell(p, want);
    return want && queue[1].seen != get16(used_idx(&p->ring[1]));
}

static void give_back(struct peer *p, const struct peer_buffer *buffer) {
    add(p, 0, buffer->data, p->size[0], RING_F_WRITE);
    kick(p, 0);
}

static void rung(struct peer *p, unsigned rings) {
    struct peer_buffer buffer;
    uint32_t used;
    bool any = false;
    while ((rings & 1) && (buffer.data = get(p, 0, &used)) != NULL) {
        buffer.size = p->size[0];
        if (used > p->size[0] || (uint32_t)get16(buffer.data + 12) + HEADER > used) {
            peer_fault(p, "inbound msg too big: %u bytes in a used length of %u; it is lost",
                get16(buffer.data + 12), used);
        }
        if (!peer_deliver(p, &buffer)) {
            add(p, 0, buffer.data, p->size[0], RING_F_WRITE);
        }
        any = true;
    }
    if (any) {
        kick(p, 0);
    }
}

const struct model linux_host = {
    .is_host = true,
    .start = start,
    .rung = rung,
    .claim = claim,
    .commit = commit,
    .give_back = give_back,
    .want_room = want_room,
};
