/*
 * open-amp as the device.
 *
 * It counts the available entries itself, from 0 at each start, but appends to
 * the used entries from where the ring says that they end.  Both used lengths
 * are those of the descriptors.
 */
#include "open_amp.h"

#include <string.h>

static struct queue {
    uint16_t seen; // available entries
    unsigned queued; // since the last bell
} queue[2];

static void kick(struct peer *p, unsigned ring) {
    const struct ring *r = &p->ring[ring];
    open_amp_kick(p, ring, used_event(r), avail_flags(r), get16(used_idx(r)), &queue[ring].queued);
}

static bool get(struct peer *p, unsigned ring, struct peer_buffer *buffer) {
    const struct ring *r = &p->ring[ring];
    if (queue[ring].seen == get16(avail_idx(r))) {
        return false;
    }
    buffer->id = get16(avail_entry(r, queue[ring].seen++));
    struct desc desc = get_desc(r, buffer->id % r->num);
    buffer->size = desc.len;
    buffer->data = peer_at(p, desc.addr, desc.len);
    put32(buffer->data + 8, buffer->id);
    return true;
}

// It goes back, as long as its descriptor says.
static void put(struct peer *p, unsigned ring, const struct peer_buffer *buffer) {
    push_used(&p->ring[ring], buffer->id, get_desc(&p->ring[ring], buffer->id).len);
    ++queue[ring].queued;
}

static void start(struct peer *p) {
    const struct ring *tx = &p->ring[0];
    memset(queue, 0, sizeof(queue));
    open_amp_disable(p, avail_event(tx), used_flags(tx), tx->num);
}

static int claim(struct peer *p, struct peer_buffer *buffer) {
    return get(p, 0, buffer) ? 0 : PEER_AGAIN;
}

static void commit(struct peer *p, const struct peer_buffer *buffer, uint32_t len) {
    (void)len;
    put32(buffer->data + 8, 0);
    put(p, 0, buffer);
    kick(p, 0);
}

static void give_back(struct peer *p, const struct peer_buffer *buffer) {
    put(p, 1, buffer);
    kick(p, 1);
}

static void rung(struct peer *p, unsigned rings) {
    struct peer_buffer buffer;
    bool taken = false;
    while ((rings & 2) && get(p, 1, &buffer)) {
        taken = true;
        open_amp_listen(p, avail_event(&p->ring[1]), queue[1].seen);
        if (!peer_deliver(p, &buffer)) {
            put(p, 1, &buffer);
            if (p->habits->ring_each) {
                kick(p, 1);
            }
        }
    }
    if (taken && !p->habits->ring_each) {
        kick(p, 1);
    }
}

const struct model open_amp_device = {
    .is_host = false,
    .start = start,
    .rung = rung,
    .claim = claim,
    .commit = commit,
    .give_back = give_back,
};
