/* The name service: who finds whom, in whatever order. */
#include "matrix.h"

#include <string.h>

static bool named(const struct kind *kind, const struct shape *shape) {
    (void)kind;
    return shape->names;
}

// Kinds whose program announces its own endpoints.
static bool announces(const struct kind *kind, const struct shape *shape) {
    return shape->names && kind->habits.announce && !kind->habits.drivers;
}

// ... and may have two of a name.
static bool has_siblings(const struct kind *kind, const struct shape *shape) {
    return announces(kind, shape) && !kind->habits.empty_binds;
}

static struct amp_endpoint *open_ours(struct world *w, unsigned i, const char *name) {
    bool quiet = w->kind->habits.fault_unknown;
    return ours_open(w, i, name, AMP_ADDR_ANY, AMP_ADDR_ANY, quiet);
}

static struct peer_ept *open_peer(struct world *w, const char *name) {
    return peer_open(&w->peer, name, ADDR_ANY, ADDR_ANY);
}

// ---- Who comes first ----

static void early(struct world *w) {
    struct amp_endpoint *before = open_ours(w, 0, "before");
    world_start(w);
    struct amp_endpoint *after = open_ours(w, 1, "after");
    world_settle(w);
    struct peer_ept *p = open_peer(w, "before");
    world_talk(w, before, p, 20);
    p = open_peer(w, "after");
    world_talk(w, after, p, 20);
}

static void late(struct world *w) {
    world_start(w);
    struct peer_ept *p = open_peer(w, "late");
    world_settle(w);
    if (announces(w->kind, &w->shape)) {
        REQUIRE(w, w->ours.services == 1 && w->ours.service_addr == p->addr);
        REQUIRE(w, strcmp(w->ours.service_name, "late") == 0);
    }
    struct amp_endpoint *e = open_ours(w, 0, "late");
    world_talk(w, e, p, 20);
}

static void cross(struct world *w) {
    world_start(w);
    struct peer_ept *p = open_peer(w, "cross");
    struct amp_endpoint *e = open_ours(w, 0, "cross");
    world_talk(w, e, p, 20);
}

// Announced again, and two of a name at each side.
static void twice(struct world *w) {
    world_start(w);
    struct peer_ept *p[2];
    struct amp_endpoint *e[2];
    for (unsigned i = 0; i < 2; ++i) {
        p[i] = open_peer(w, "twin");
        world_settle(w);
        peer_announce(&w->peer, "twin", p[i]->addr, false);
        world_settle(w);
        e[i] = open_ours(w, i, "twin");
        world_settle(w);
        peer_announce(&w->peer, "twin", p[i]->addr, false);
    }
    for (unsigned i = 0; i < 2; ++i) {
        world_talk(w, e[i], p[i], 20);
    }
}

// ---- No name ----

static bool has_addresses(const struct kind *kind, const struct shape *shape) {
    (void)shape;
    return !kind->needs_names;
}

static void first(struct world *w) {
    world_start(w);
    struct amp_endpoint *e = ours_open(w, 0, NULL, AMP_ADDR_ANY, AMP_ADDR_ANY, false);
    struct peer_ept *p = peer_open(&w->peer, "", ADDR_ANY, e->addr);
    world_talk(w, e, p, 20);
    if (w->kind->habits.bind_first) {
        p = peer_open(&w->peer, "", ADDR_ANY, ADDR_ANY);
        e = ours_open(w, 1, NULL, AMP_ADDR_ANY, p->addr, false);
        world_talk(w, e, p, 20);
    }
    // A sender that has no address of its own binds nobody.
    e = ours_open(w, 2, NULL, AMP_ADDR_ANY, AMP_ADDR_ANY, false);
    world_streams(w, 1, 0, false);
    w->to_ours.sent = 1;
    w->to_ours.longest = 0;
    REQUIRE(w, peer_send(&w->peer, ADDR_ANY, e->addr, "", 0) == 0);
    world_settle(w);
    REQUIRE(w, w->to_ours.received == 1 && !amp_endpoint_is_ready(e));
}

// ---- Withdrawn ----

static void again(struct world *w) {
    world_start(w);
    struct peer_ept *p = open_peer(w, "again");
    struct amp_endpoint *e = open_ours(w, 0, "again");
    world_talk(w, e, p, 10);
    if (!w->kind->habits.drivers) { // Linux tells nobody that a driver is gone
        peer_close(&w->peer, p);
        world_settle(w);
        REQUIRE(w, !amp_endpoint_is_ready(e));
        p = open_peer(w, "again");
        world_talk(w, e, p, 10);
    }
    if (!w->kind->habits.fault_unknown) { // which ours was not announced to
        REQUIRE(w, amp_endpoint_destroy(e) == 0);
        world_settle(w);
        REQUIRE(w, !peer_is_ready(p));
        e = open_ours(w, 1, "again");
        world_talk(w, e, p, 10);
    }
}

// The service has a new address, which is announced before the old one goes.
static void moved(struct world *w) {
    world_start(w);
    struct amp_endpoint *e = open_ours(w, 0, "moved");
    struct peer_ept *old = open_peer(w, "moved");
    world_talk(w, e, old, 10);
    struct peer_ept *p = open_peer(w, "moved");
    world_settle(w);
    REQUIRE(w, e->dest == old->addr);
    peer_close(&w->peer, old);
    world_settle(w);
    REQUIRE(w, amp_endpoint_is_ready(e));
    world_talk(w, e, p, 10);
    // One that waits is given what its sibling leaves.
    struct amp_endpoint *next = open_ours(w, 1, "moved");
    world_settle(w);
    REQUIRE(w, !amp_endpoint_is_ready(next));
    (void)amp_endpoint_destroy(e);
    world_settle(w);
    REQUIRE(w, amp_endpoint_is_ready(next) && next->dest == p->addr);
}

// Announced and withdrawn while there is no room, to who may never ring for it.
// Nothing else goes on that would ring.
static void full(struct world *w) {
    world_start(w);
    struct peer_ept *p = open_peer(w, "full");
    world_settle(w);
    while (amp_rpmsg_send(&w->ours.link, 78, 77, "", 0) == 0) {
    }
    struct amp_endpoint *e = open_ours(w, 0, "full");
    struct amp_endpoint *gone = open_ours(w, 1, "gone");
    (void)amp_endpoint_destroy(gone);
    w->ours.rung = true; // our program looks once, and sleeps
    world_settle(w);
    REQUIRE(w, w->kind->habits.fault_unknown || peer_is_ready(p));
    world_talk(w, e, p, 10);
}

const struct test tests_of_names[] = {
    {"early", "a service that is there before its client", named, early},
    {"late", "a client that is there before its service", named, late},
    {"cross", "both sides announce the same name at once", named, cross},
    {"twice", "announced again; two of a name at each side", has_siblings, twice},
    {"first", "bound by the first message", has_addresses, first},
    {"again", "withdrawn, and announced again", named, again},
    {"moved", "the new address is announced before the old one is withdrawn", has_siblings, moved},
    {"full", "announced and withdrawn with no room for it", named, full},
    {NULL, NULL, NULL, NULL},
};
