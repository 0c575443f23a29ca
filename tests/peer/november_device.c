/*
 * Our own firmware as it was in November 2026, before it had met other hosts.
 *
 * It begins both rings at index 0, and writes 0 as the used length of a message
 * that it has consumed, and header + payload as that of one that it sends.
 */
#include "november.h"

#include <string.h>

static struct queue {
    uint16_t given; // used entries
    uint16_t seen; // available entries
} queue[2];

static void listen(struct peer *p, unsigned ring, bool want) {
    const struct ring *r = &p->ring[ring];
    november_listen(p, avail_event(r), used_flags(r), queue[ring].seen, want);
}

static void tell(struct peer *p, unsigned ring, unsigned count) {
    const struct ring *r = &p->ring[ring];
    uint16_t last = (uint16_t)(queue[ring].given - 1);
    november_tell(
        p, ring, used_event(r), avail_flags(r), (uint16_t)(queue[ring].given - count), last);
}

static unsigned ready(struct peer *p, unsigned ring) {
    const struct queue *q = &queue[ring];
    uint16_t count = (uint16_t)(get16(avail_idx(&p->ring[ring])) - q->seen);
    if (count > (uint16_t)(q->given + p->ring[ring].num - q->seen)) {
        peer_fault(p, "ring %u: bad ring index", ring);
    }
    return count;
}

static void take(struct peer *p, unsigned ring, struct peer_buffer *buffer) {
    const struct ring *r = &p->ring[ring];
    buffer->id = get16(avail_entry(r, queue[ring].seen++));
    if (buffer->id >= r->num) {
        peer_fault(p, "available ring: no buffer in the shared memory");
    }
    struct desc desc = get_desc(r, buffer->id);
    buffer->size = desc.len;
    buffer->data = peer_at(p, desc.addr, desc.len);
}

static void put(struct peer *p, unsigned ring, unsigned id, uint32_t len) {
    uint32_t all = get_desc(&p->ring[ring], id).len;
    const struct ring *r = &p->ring[ring];
    put32(used_id(r, queue[ring].given), id);
    put32(used_len(r, queue[ring].given), p->habits->odd_used_len ? len : all);
    put16(used_idx(r), ++queue[ring].given); // its own count, from 0
}

static void start(struct peer *p) {
    memset(queue, 0, sizeof(queue));
    listen(p, 0, false);
}

static int claim(struct peer *p, struct peer_buffer *buffer) {
    if (ready(p, 0) == 0) {
        return PEER_AGAIN;
    }
    take(p, 0, buffer);
    return 0;
}

static void commit(struct peer *p, const struct peer_buffer *buffer, uint32_t len) {
    put32(buffer->data + 8, 0);
    put(p, 0, buffer->id, HEADER + len);
    tell(p, 0, 1);
}

static bool want_room(struct peer *p, bool want) {
    listen(p, 0, want);
    return want && ready(p, 0) != 0;
}

static void give_back(struct peer *p, const struct peer_buffer *buffer) {
    put(p, 1, buffer->id, 0);
    tell(p, 1, 1);
}

static void rung(struct peer *p, unsigned rings) {
    struct peer_buffer buffer;
    unsigned count = 0;
    (void)rings; // it looks whatever rang
    while (ready(p, 1) != 0) {
        listen(p, 1, false);
        take(p, 1, &buffer);
        if (!peer_deliver(p, &buffer)) {
            put(p, 1, buffer.id, 0);
            ++count;
        }
    }
    listen(p, 1, true);
    if (count != 0) {
        tell(p, 1, count);
    }
}

const struct model november_device = {
    .is_host = false,
    .start = start,
    .rung = rung,
    .claim = claim,
    .commit = commit,
    .give_back = give_back,
    .want_room = want_room,
};
