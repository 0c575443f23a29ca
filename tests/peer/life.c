/* Starting before the other side, and starting again: both, or one alone. */
#include "matrix.h"

#include <string.h>

static bool always(const struct kind *kind, const struct shape *shape) {
    return shape->names || !kind->needs_names;
}

// A host that sends before we are there.
static bool peer_hosts(const struct kind *kind, const struct shape *shape) {
    return kind->model->is_host && !kind->needs_names && always(kind, shape);
}

static void before(struct world *w) {
    peer_start(&w->peer);
    world_connect(w);
    unsigned count = w->shape.num < 3 ? w->shape.num : 3;
    world_streams(w, count, count, false);
    for (unsigned i = 0; i < count; ++i) {
        uint8_t data[MAX_SIZE];
        uint32_t len = stream_len(&w->to_ours, i);
        stream_fill(&w->to_ours, i, data);
        struct peer_ept *p = w->peer_from;
        REQUIRE(w, peer_send(&w->peer, p->addr, p->dest, data, len) == (int)len);
        ++w->to_ours.sent;
    }
    world_up(w);
    world_flow(w);
    world_streams(w, 50, 50, false);
    world_flow(w);
}

// ---- In order: both stop, the host starts, the device starts ----

static void restart(struct world *w) {
    struct amp_endpoint *e = NULL;
    for (int session = 0; session < 4; ++session) {
        world_start(w);
        if (w->shape.names) {
            struct peer_ept *p = peer_open(&w->peer, "again", ADDR_ANY, ADDR_ANY);
            if (e == NULL) { // ours lives on
                bool quiet = w->kind->habits.fault_unknown;
                e = ours_open(w, 1, "again", AMP_ADDR_ANY, AMP_ADDR_ANY, quiet);
            }
            world_talk(w, e, p, 30);
        }
        if (!w->kind->needs_names) {
            (void)amp_endpoint_destroy(&w->ours.ept[0]);
            world_connect(w);
            world_streams(w, 20 + w->shape.num, 20 + w->shape.num, false);
            world_flow(w);
        }
        w->ours.from = NULL;
        world_down(w);
        REQUIRE(w, e == NULL || !amp_endpoint_is_ready(e));
    }
}

// ---- One alone, in the middle of a session ----
//
// No peer tells the other that it starts again, but by the rings.  Either they
// happen to fit, and it goes on; or our side says what is wrong, and the link is
// down until both start in order.

enum { ALONE = 8, OUR_ADDR = 400, PEER_ADDR = 500 };

static struct {
    uint32_t session; // messages of another one are old ones, which a ring repeats
    unsigned at_ours;
    unsigned at_peer;
    bool seen[30 + MAX_NUM]; // at the peer, which may repeat new ones as well
} alone;

static void alone_at_ours(
    struct world *w, struct amp_endpoint *e, uint32_t src, void *data, size_t len) {
    REQUIRE(w, e->addr == OUR_ADDR && src == PEER_ADDR && len == ALONE);
    if (get32(data) == alone.session) {
        REQUIRE(w, get32((uint8_t *)data + 4) == alone.at_ours);
        ++alone.at_ours;
    }
}

static bool alone_at_peer(
    struct world *w, struct peer_ept *e, uint32_t src, const struct peer_buffer *b) {
    REQUIRE(w, e->addr == PEER_ADDR && src == OUR_ADDR && get16(b->data + 12) == ALONE);
    bool *seen = &alone.seen[get32(b->data + HEADER + 4)];
    if (get32(b->data + HEADER) == alone.session && !*seen) {
        *seen = true;
        ++alone.at_peer;
    }
    return false;
}

// Messages in both directions.  Returns what our side says, or NULL.
static const char *exchange(struct world *w) {
    uint32_t session = alone.session + 1;
    memset(&alone, 0, sizeof(alone));
    alone.session = session;
    unsigned count = 30u + w->shape.num;
    for (unsigned i = 0; i < count; ++i) {
        uint8_t data[ALONE];
        put32(data, alone.session);
        put32(data + 4, i);
        (void)peer_send(&w->peer, PEER_ADDR, OUR_ADDR, data, ALONE);
        world_settle(w);
        (void)amp_rpmsg_send(&w->ours.link, OUR_ADDR, PEER_ADDR, data, ALONE);
        world_settle(w);
        if (w->ours.link.violation != NULL) {
            return w->ours.link.violation;
        }
    }
    REQUIRE(w, alone.at_ours == count && alone.at_peer == count);
    return NULL;
}

static void begin_alone(struct world *w) {
    world_start(w);
    world_connect(w);
    w->at_ours = alone_at_ours;
    w->at_peer = alone_at_peer;
    REQUIRE(w, exchange(w) == NULL);
}

// The same, for a peer that may be the one that refuses.
static const char *exchange_or_refuse(struct world *w) {
    jmp_buf failed;
    jmp_buf *outer = w->failed;
    const char *said = "it refuses";
    w->failed = &failed;
    if (setjmp(failed) == 0) {
        said = exchange(w);
        w->failed = outer;
    } else {
        w->failed = outer;
        if (strstr(w->failure, "the peer: ") != w->failure) {
            longjmp(*outer, 1);
        }
    }
    return said;
}

// After one side has started again: what comes of it, and that a start in order
// mends it.
static void end_alone(struct world *w) {
    const char *said = w->ours.link.violation;
    if (said == NULL) {
        said = exchange_or_refuse(w);
    }
    w->outcome = said != NULL ? said : "goes on";
    world_down(w);
    world_start(w);
    peer_open(&w->peer, "", PEER_ADDR, OUR_ADDR);
    REQUIRE(w, exchange(w) == NULL);
}

static void peer_alone(struct world *w) {
    begin_alone(w);
    peer_start(&w->peer);
    peer_open(&w->peer, "", PEER_ADDR, OUR_ADDR);
    end_alone(w);
}

static void we_alone(struct world *w) {
    begin_alone(w);
    world_down(w);
    (void)amp_rpmsg_up(&w->ours.link, &w->ours.layout);
    w->ours.rung = true;
    end_alone(w);
}

static bool has_addresses(const struct kind *kind, const struct shape *shape) {
    (void)shape;
    return !kind->needs_names;
}

const struct test tests_of_life[] = {
    {"before", "a host that sends before we are there", peer_hosts, before},
    {"restart", "both sides stop and start, in order, with our endpoints kept", always, restart},
    {"it alone", "the peer starts again, and we do not", has_addresses, peer_alone},
    {"we alone", "our device starts again, and the host does not", peer_hosts, we_alone},
    {NULL, NULL, NULL, NULL},
};
