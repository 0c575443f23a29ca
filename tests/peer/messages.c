/* Messages: of every length, many, both ways at once, and to nobody. */
#include "matrix.h"

#include <string.h>

static bool always(const struct kind *kind, const struct shape *shape) {
    return shape->names || !kind->needs_names;
}

// ---- All lengths ----

static void sizes(struct world *w) {
    uint8_t data[MAX_SIZE] = {0};
    world_start(w);
    world_connect(w);
    world_streams(w, 0, 0, true);
    uint32_t to_peer = w->to_peer.longest;
    w->to_ours.total = w->to_ours.longest - w->to_ours.shortest + 1;
    w->to_peer.total = to_peer - w->to_peer.shortest + 1;
    world_flow(w);
    REQUIRE(w, amp_rpmsg_mtu(&w->ours.link) == to_peer);
    REQUIRE(w, amp_endpoint_send(w->ours.from, data, to_peer + 1) == -AMP_EMSGSIZE);
    world_settle(w);
    REQUIRE(w, w->to_peer.received == w->to_peer.total);
}

// ---- Floods ----

static void flood(struct world *w) {
    world_start(w);
    world_connect(w);
    unsigned count = 60 + 4u * w->shape.num;
    for (int who = 1; who <= 3; ++who) { // ours, theirs, both: with nothing else to ring for
        world_streams(w, who & 2 ? count : 0, who & 1 ? count : 0, false);
        world_flow(w);
    }
    REQUIRE(w, w->ours.link.stats.malformed == 0 && w->ours.link.stats.violations == 0);
    // No time of our own where the peer rings for what it consumed.
    REQUIRE(w, w->kind->habits.silent_returns || w->ours.woken <= 1);
}

// Answers from inside the peer's callback, which waits there for room.
static bool peer_answers(
    struct world *w, struct peer_ept *e, uint32_t src, const struct peer_buffer *b) {
    uint32_t len = get16(b->data + 12);
    stream_receive(w, &w->to_peer, "the peer", b->data + HEADER, len);
    ++w->to_ours.total;
    ++w->to_ours.sent;
    int sent = peer_send(&w->peer, e->addr, src, b->data + HEADER, len);
    if (sent != (int)len) {
        world_fail(w, "the peer's answer of %u bytes returned %d", len, sent);
    }
    return false;
}

// Answers from our callback if there is room, else our program does it later.
static void we_answer(
    struct world *w, struct amp_endpoint *e, uint32_t src, void *data, size_t len) {
    struct stream *out = &w->to_peer;
    stream_receive(w, &w->to_ours, "ours", data, len);
    bool first = out->sent == out->total++;
    if (first && amp_endpoint_send(e, data, len) == (int)len) {
        ++out->sent;
    } else if (first) {
        (void)amp_rpmsg_want_room(e->link);
    }
    REQUIRE(w, src == e->dest);
}

static void echo(struct world *w) {
    world_start(w);
    world_connect(w);
    unsigned count = 60 + 4u * w->shape.num;
    for (int who = 0; who < 2; ++who) {
        world_streams(w, who == 0 ? 0 : count, who == 0 ? count : 0, false);
        uint32_t longest =
            w->to_ours.longest < w->to_peer.longest ? w->to_ours.longest : w->to_peer.longest;
        w->to_ours.longest = w->to_peer.longest = longest;
        w->at_peer = who == 0 ? peer_answers : NULL;
        w->at_ours = who == 0 ? NULL : we_answer;
        world_flow(w);
        w->at_peer = NULL;
        w->at_ours = NULL;
        REQUIRE(w, w->to_ours.received == count && w->to_peer.received == count);
    }
}

// Every index goes around.
static bool is_one_of_few(const struct kind *kind, const struct shape *shape) {
    bool usual = shape->size[0] == 512 && shape->size[1] == 512 && always(kind, shape);
    return usual && shape->names && (shape->num == 2 || shape->num == 16 || shape->num == 256);
}

static void many(struct world *w) {
    enum { MANY = 70000 };
    world_start(w);
    world_connect(w);
    world_streams(w, MANY, MANY, false);
    w->to_ours.longest = w->to_peer.longest = 8;
    world_flow(w);
}

// ---- Addresses ----

// To an address that nobody has, more often than there are buffers.
static void to_nobody(struct world *w) {
    enum { NOBODY = 77 };
    unsigned count = 3u * w->shape.num;
    uint32_t dropped = w->ours.link.stats.dropped;
    unsigned strays = w->peer.strays;
    for (unsigned i = 0; i < count; ++i) {
        REQUIRE(w, peer_send(&w->peer, PEER_EPTS, NOBODY, "peer", 4) == 4);
        ours_send(w, 78, NOBODY, "ours", 4);
    }
    world_settle(w);
    REQUIRE(w, w->ours.link.stats.dropped == dropped + count);
    REQUIRE(w, w->peer.strays == strays + count);
}

static uint32_t seen_src;
static unsigned seen_count;

static void see_ours(
    struct world *w, struct amp_endpoint *e, uint32_t src, void *data, size_t len) {
    REQUIRE(w, e == &w->ours.ept[0] && len == 5 && memcmp(data, "hello", 5) == 0);
    seen_src = src;
    ++seen_count;
}

static bool see_peer(
    struct world *w, struct peer_ept *e, uint32_t src, const struct peer_buffer *b) {
    REQUIRE(w, e == w->peer_from && memcmp(b->data + HEADER, "hello", 5) == 0);
    seen_src = src;
    ++seen_count;
    return false;
}

static void addresses(struct world *w) {
    world_start(w);
    world_connect(w);
    to_nobody(w);
    if (!w->kind->needs_names) {
        seen_count = 0;
        w->at_ours = see_ours;
        w->at_peer = see_peer;
        REQUIRE(w, peer_send(&w->peer, 4711, w->ours.ept[0].addr, "hello", 5) == 5);
        world_settle(w);
        REQUIRE(w, seen_count == 1 && seen_src == 4711);
        ours_send(w, 4712, w->peer_from->addr, "hello", 5);
        world_settle(w);
        REQUIRE(w, seen_count == 2 && seen_src == 4712);
        w->at_ours = NULL;
        w->at_peer = NULL;
    }
    world_streams(w, 20, 20, false);
    world_flow(w);
}

const struct test tests_of_messages[] = {
    {"sizes", "messages of every length, both ways", always, sizes},
    {"flood", "both sides send as fast as they can", always, flood},
    {"echo", "each side answers a flood from inside its callback", always, echo},
    {"many", "70,000 messages each way", is_one_of_few, many},
    {"address", "explicit addresses, and addresses that nobody has", always, addresses},
    {NULL, NULL, NULL, NULL},
};
