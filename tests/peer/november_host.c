/*
 * Our own host as it was in November 2026, before it had met other peers.
 *
 * It goes by event indices as soon as the firmware offers them, and waits for
 * room by the bell alone.
 */
#include "november.h"

#include <string.h>

static struct queue {
    bool ours[MAX_NUM]; // descriptors that the device does not have
    uint16_t given; // available entries
    uint16_t seen; // used entries
} queue[2];

static void listen(struct peer *p, unsigned ring, bool want) {
    const struct ring *r = &p->ring[ring];
    november_listen(p, used_event(r), avail_flags(r), queue[ring].seen, want);
}

// The last `count` entries were published.
static void tell(struct peer *p, unsigned ring, unsigned count) {
    const struct ring *r = &p->ring[ring];
    uint16_t last = (uint16_t)(queue[ring].given - 1);
    november_tell(
        p, ring, avail_event(r), used_flags(r), (uint16_t)(queue[ring].given - count), last);
}

static void give(struct peer *p, unsigned ring, unsigned id) {
    queue[ring].ours[id] = false;
    push_avail(&p->ring[ring], id);
    ++queue[ring].given;
}

static unsigned ready(struct peer *p, unsigned ring) {
    const struct queue *q = &queue[ring];
    uint16_t count = (uint16_t)(get16(used_idx(&p->ring[ring])) - q->seen);
    if (count > (uint16_t)(q->given - q->seen)) {
        peer_fault(p, "ring %u: bad ring index", ring);
    }
    return count;
}

static void take(struct peer *p, unsigned ring, struct peer_buffer *buffer) {
    struct queue *q = &queue[ring];
    const struct ring *r = &p->ring[ring];
    uint32_t id = get32(used_id(r, q->seen));
    uint32_t len = get32(used_len(r, q->seen++));
    if (id >= r->num || q->ours[id]) {
        peer_fault(p, "ring %u: used ring: not its buffer", ring);
    }
    q->ours[id] = true;
    struct desc desc = get_desc(r, id);
    buffer->id = id;
    buffer->size = ring == 0 ? len : p->size[1];
    buffer->data = peer_at(p, desc.addr, p->size[ring]);
}

static void start(struct peer *p) {
    uint32_t addr = p->pool;
    memset(queue, 0, sizeof(queue));
    for (unsigned ring = 0; ring < 2; ++ring) {
        const struct ring *r = &p->ring[ring];
        memset(r->desc, 0, (size_t)(avail_event(r) + 2 - r->desc));
        for (unsigned id = 0; id < r->num; ++id, addr += p->size[ring]) {
            uint16_t flags = ring == 0 ? RING_F_WRITE : 0;
            put_desc(r, id, (struct desc){addr, p->size[ring], flags, 0});
            queue[ring].ours[id] = true;
            if (ring == 0) {
                give(p, 0, id);
            }
        }
    }
    listen(p, 1, false);
    peer_ring(p, 0); // once, whatever the device says
}

static int claim(struct peer *p, struct peer_buffer *buffer) {
    unsigned id = 0;
    while (id < p->ring[1].num && !queue[1].ours[id]) {
        ++id;
    }
    if (id == p->ring[1].num) {
        if (ready(p, 1) == 0) {
            return PEER_AGAIN;
        }
        take(p, 1, buffer);
        id = buffer->id;
    }
    queue[1].ours[id] = false; // being filled: no more to be had
    buffer->id = id;
    buffer->size = p->size[1];
    buffer->data = peer_at(p, get_desc(&p->ring[1], id).addr, p->size[1]);
    return 0;
}

static void commit(struct peer *p, const struct peer_buffer *buffer, uint32_t len) {
    (void)len;
    put32(buffer->data + 8, 0);
    give(p, 1, buffer->id);
    tell(p, 1, 1);
}

static bool want_room(struct peer *p, bool want) {
    listen(p, 1, want);
    return want && ready(p, 1) != 0;
}

static void give_back(struct peer *p, const struct peer_buffer *buffer) {
    give(p, 0, buffer->id);
    tell(p, 0, 1);
}

static void rung(struct peer *p, unsigned rings) {
    struct peer_buffer buffer;
    unsigned count = 0;
    (void)rings; // it looks whatever rang
    while (ready(p, 0) != 0) {
        listen(p, 0, false);
        take(p, 0, &buffer);
        if (!peer_deliver(p, &buffer)) {
            give(p, 0, buffer.id);
            ++count;
        }
    }
    listen(p, 0, true);
    if (count != 0) {
        tell(p, 0, count);
    }
}

const struct model november_host = {
    .is_host = true,
    .start = start,
    .rung = rung,
    .claim = claim,
    .commit = commit,
    .give_back = give_back,
    .want_room = want_room,
};
