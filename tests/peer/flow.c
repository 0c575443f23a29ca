/* Numbered messages, and endpoints to send them between. */
#include "world.h"

#include <string.h>

enum { OUR_ADDR = 400, PEER_ADDR = 500 };

// ---- Streams ----

uint32_t stream_len(const struct stream *s, unsigned i) {
    uint32_t lengths = s->longest - s->shortest + 1;
    return s->shortest + (s->every_length ? i : i * 2654435761u >> 7) % lengths;
}

void stream_fill(const struct stream *s, unsigned i, uint8_t *data) {
    uint32_t len = stream_len(s, i);
    for (uint32_t k = 0; k < len; ++k) {
        data[k] = (uint8_t)(i * 31 + k * 7 + (i >> 8));
    }
}

void stream_receive(
    struct world *w, struct stream *s, const char *who, const void *data, size_t len) {
    uint8_t expected[MAX_SIZE];
    unsigned i = s->received++;
    if (i >= s->sent && i >= s->total) {
        world_fail(w, "%s: message %u arrived, of %u", who, i + 1, s->total);
    }
    if (len != stream_len(s, i)) {
        world_fail(w, "%s: message %u has %zu bytes instead of %u", who, i, len, stream_len(s, i));
    }
    stream_fill(s, i, expected);
    if (memcmp(data, expected, len) != 0) {
        world_fail(w, "%s: message %u (%zu bytes) has other contents", who, i, len);
    }
}

bool peer_received(struct peer *p, struct peer_ept *e, uint32_t src, const struct peer_buffer *b) {
    struct world *w = p->world;
    if (w->at_peer != NULL) {
        return w->at_peer(w, e, src, b);
    }
    stream_receive(w, &w->to_peer, "the peer", b->data + HEADER, get16(b->data + 12));
    return false;
}

void peer_service(struct peer *p, const char *name, uint32_t addr) {
    if (p->world->at_service != NULL) {
        p->world->at_service(p->world, name, addr);
    }
}

void world_streams(struct world *w, unsigned to_ours, unsigned to_peer, bool every_length) {
    uint32_t shortest = w->kind->habits.empty_binds ? 1 : 0;
    struct stream *to_host = world_we_host(w) ? &w->to_ours : &w->to_peer; // by ring 0
    struct stream *both[] = {&w->to_ours, &w->to_peer};
    for (int i = 0; i < 2; ++i) {
        *both[i] = (struct stream){.total = i == 0 ? to_ours : to_peer,
            .shortest = shortest,
            .longest = w->shape.size[both[i] == to_host ? 0 : 1] - HEADER,
            .every_length = every_length};
    }
}

// ---- Endpoints ----

void world_connect(struct world *w) {
    w->peer_from = NULL;
    w->ours.from = NULL;
    if (!w->kind->needs_names) {
        w->ours.from = ours_open(w, 0, NULL, OUR_ADDR, PEER_ADDR, false);
        w->peer_from = peer_open(&w->peer, "", PEER_ADDR, OUR_ADDR);
        return;
    }
    struct peer_ept *p = peer_open(&w->peer, "stream", AMP_ADDR_ANY, AMP_ADDR_ANY);
    bool quiet = w->kind->habits.fault_unknown;
    struct amp_endpoint *e = ours_open(w, 0, "stream", AMP_ADDR_ANY, AMP_ADDR_ANY, quiet);
    world_meet(w, e, p);
    w->ours.from = e;
    w->peer_from = p;
}

void world_meet(struct world *w, struct amp_endpoint *e, struct peer_ept *p) {
    world_settle(w);
    if (w->kind->habits.empty_binds && !p->bound && amp_endpoint_is_ready(e)) {
        REQUIRE(w, amp_endpoint_send(e, "", 0) == 0); // what Zephyr takes for "bound"
        world_settle(w);
    }
}

void world_talk(struct world *w, struct amp_endpoint *e, struct peer_ept *p, unsigned count) {
    world_streams(w, 0, 0, false);
    world_meet(w, e, p);
    REQUIRE(w, amp_endpoint_is_ready(e) || peer_is_ready(p));
    world_streams(w, count, count, false);
    w->ours.from = e;
    w->peer_from = p;
    w->ours.rung = true; // our program has something to send
    world_flow(w);
    REQUIRE(w, amp_endpoint_is_ready(e) && peer_is_ready(p));
    REQUIRE(w, e->dest == p->addr && p->dest == e->addr);
}
