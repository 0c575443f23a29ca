/* Buffers that are kept, and given back or sent in another order. */
#include "matrix.h"

#include <string.h>

static bool always(const struct kind *kind, const struct shape *shape) {
    return shape->names || !kind->needs_names;
}

// How many may be kept of a ring, with two left to go on with, or one.
static unsigned most(const struct world *w) {
    return w->shape.num <= 2 ? 1u : w->shape.num / 2u;
}

// ---- We keep what we received ----

static struct {
    struct amp_rx rx[MAX_NUM];
    unsigned number[MAX_NUM];
    unsigned count;
} held;

static void check_held(struct world *w, unsigned i) {
    uint8_t expected[MAX_SIZE];
    stream_fill(&w->to_ours, held.number[i], expected);
    REQUIRE(w, memcmp(held.rx[i].data, expected, held.rx[i].len) == 0);
}

// Any of those that are kept goes back, unchanged.
static void release_one(struct world *w) {
    unsigned i = world_random(w, held.count);
    check_held(w, i);
    amp_rx_release(&w->ours.link, &held.rx[i]);
    --held.count;
    held.rx[i] = held.rx[held.count];
    held.number[i] = held.number[held.count];
}

static void keep_ours(
    struct world *w, struct amp_endpoint *e, uint32_t src, void *data, size_t len) {
    (void)src;
    stream_receive(w, &w->to_ours, "ours", data, len);
    if (held.count == most(w)) {
        release_one(w);
    }
    held.rx[held.count] = (struct amp_rx){.data = data, .len = len};
    held.number[held.count] = w->to_ours.received - 1;
    amp_rx_hold(e->link, &held.rx[held.count++]);
}

// ---- The peer does ----

static struct {
    struct peer_buffer buffer[MAX_NUM];
    unsigned count;
} kept;

static bool keep_peer(
    struct world *w, struct peer_ept *e, uint32_t src, const struct peer_buffer *b) {
    (void)e;
    (void)src;
    stream_receive(w, &w->to_peer, "the peer", b->data + HEADER, get16(b->data + 12));
    if (kept.count == most(w)) {
        unsigned i = world_random(w, kept.count);
        w->peer.model->give_back(&w->peer, &kept.buffer[i]);
        kept.buffer[i] = kept.buffer[--kept.count];
    }
    kept.buffer[kept.count++] = *b;
    return true;
}

static void hold(struct world *w) {
    held.count = kept.count = 0;
    world_start(w);
    world_connect(w);
    w->at_ours = keep_ours;
    w->at_peer = keep_peer;
    unsigned count = 50 + 4u * w->shape.num;
    world_streams(w, count, count, false);
    world_flow(w);
    while (held.count != 0) {
        release_one(w);
    }
    while (kept.count != 0) {
        w->peer.model->give_back(&w->peer, &kept.buffer[--kept.count]);
    }
    w->at_ours = NULL;
    w->at_peer = NULL;
    world_streams(w, count, count, false); // all buffers are in use again
    world_flow(w);
}

// ---- Filled in place, and sent in another order than they were claimed ----

static void we_fill(struct world *w) {
    struct amp_tx tx[MAX_NUM];
    unsigned count = 0;
    while (count < most(w) && amp_tx_claim(&w->ours.link, &tx[count]) == 0) {
        ++count;
    }
    REQUIRE(w, count != 0);
    while (count != 0) {
        unsigned i = world_random(w, count);
        struct amp_tx chosen = tx[i];
        tx[i] = tx[--count];
        if (world_random(w, 4) == 0) {
            amp_tx_cancel(&w->ours.link, &chosen);
            continue;
        }
        uint32_t len = stream_len(&w->to_peer, w->to_peer.total);
        REQUIRE(w, chosen.size == w->to_peer.longest);
        stream_fill(&w->to_peer, w->to_peer.total, chosen.data);
        ++w->to_peer.total;
        ++w->to_peer.sent;
        uint32_t src = w->ours.from->addr;
        uint32_t dest = w->ours.from->dest;
        REQUIRE(w, amp_tx_commit(&w->ours.link, &chosen, src, dest, len) == (int)len);
    }
    w->ours.rung = true; // it polls before it sleeps
}

static void peer_fills(struct world *w) {
    struct peer_buffer buffer[MAX_NUM];
    unsigned count = 0;
    while (count < most(w) && w->peer.model->claim(&w->peer, &buffer[count]) == 0) {
        ++count;
    }
    REQUIRE(w, count != 0);
    while (count != 0) {
        unsigned i = world_random(w, count);
        struct peer_buffer chosen = buffer[i];
        buffer[i] = buffer[--count];
        uint32_t len = stream_len(&w->to_ours, w->to_ours.total);
        if (chosen.size < len + HEADER) {
            world_fail(w, "the peer's buffer to fill has %u bytes", chosen.size);
        }
        stream_fill(&w->to_ours, w->to_ours.total, chosen.data + HEADER);
        ++w->to_ours.total;
        ++w->to_ours.sent;
        peer_commit(&w->peer, &chosen, w->peer_from->addr, w->peer_from->dest, len);
    }
}

static void fill(struct world *w) {
    world_start(w);
    world_connect(w);
    world_streams(w, 0, 0, false);
    for (unsigned round = 0; round < 12; ++round) {
        we_fill(w);
        peer_fills(w);
        world_flow(w);
    }
}

const struct test tests_of_buffers[] = {
    {"hold", "messages that are kept, and go back in any order", always, hold},
    {"fill", "buffers that are filled in place, and sent in any order", always, fill},
    {NULL, NULL, NULL, NULL},
};
