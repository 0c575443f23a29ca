/* The world of a test: memory, bells, the clock, and who runs when. */
#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POOL = 0x20000000, STEPS = 3000000 };

// ---- Failing ----

static int dump_ring(const struct world *w, int i, char *text, size_t len) {
    const struct ring *r = &w->peer.ring[i];
    return snprintf(text, len,
        "; ring %d: available %u (flags %u, event %u), used %u (flags %u, event %u)", i,
        get16(avail_idx(r)), get16(avail_flags(r)), get16(used_event(r)), get16(used_idx(r)),
        get16(used_flags(r)), get16(avail_event(r)));
}

void world_fail(struct world *w, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(w->failure, sizeof(w->failure), format, args);
    va_end(args);
    longjmp(*w->failed, 1);
}

// Nobody runs any more, or `who` waits for ever, and there is something to be done.
static _Noreturn void fail_stuck(struct world *w, const char *who) {
    char text[sizeof(w->failure)];
    int at = snprintf(text, sizeof(text),
        "stuck: %s; to ours %u of %u sent, %u received; to the peer %u of %u, %u%s%s", who,
        w->to_ours.sent, w->to_ours.total, w->to_ours.received, w->to_peer.sent, w->to_peer.total,
        w->to_peer.received, w->ours.blocked ? "; we wait for room" : "",
        w->ours.link.violation != NULL ? w->ours.link.violation : "");
    at += dump_ring(w, 0, text + at, sizeof(text) - (size_t)at);
    dump_ring(w, 1, text + at, sizeof(text) - (size_t)at);
    world_fail(w, "%s", text);
}

void peer_fault(struct peer *p, const char *format, ...) {
    va_list args;
    char text[sizeof(p->world->failure)];
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    world_fail(p->world, "the peer: %s", text);
}

// ---- Memory ----

uint32_t world_random(struct world *w, uint32_t below) {
    w->random = w->random * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)w->random * below) >> 32);
}

uint8_t *peer_at(struct peer *p, uint32_t addr, uint32_t len) {
    uint32_t offset = addr - p->pool;
    if (offset > p->pool_len || len > p->pool_len - offset) {
        peer_fault(p, "no shared memory at 0x%x + %u", addr, len);
    }
    return p->world->buffers + offset;
}

// Each block ends where it ends, so that an access behind it is found out; it
// begins at a multiple of 16, or 4 behind one.
static uint8_t *allocate(struct world *w, int i, size_t len, size_t shift) {
    w->memory[i] = malloc(shift + len);
    if (w->memory[i] == NULL) {
        abort();
    }
    memset(w->memory[i], 0, shift + len);
    return w->memory[i] + shift;
}

void world_open(struct world *w, const struct kind *kind, const struct habits *habits,
    const struct shape *shape) {
    memset(w, 0, sizeof(*w));
    w->kind = kind;
    w->shape = *shape;
    w->random = (uint32_t)shape->num * 7 + shape->size[0] * 5u + shape->size[1];
    size_t shift = kind->align < 16 ? kind->align : 0;
    size_t len = ring_size(shape->num, kind->align);
    struct peer *p = &w->peer;
    w->buffers_len = (size_t)shape->num * ((size_t)shape->size[0] + shape->size[1]);
    w->buffers = allocate(w, 2, w->buffers_len, shift);
    *p = (struct peer){.model = kind->model,
        .habits = habits,
        .world = w,
        .ring = {ring_at(allocate(w, 0, len, shift), shape->num, kind->align),
            ring_at(allocate(w, 1, len, shift), shape->num, kind->align)},
        .size = {shape->size[0], shape->size[1]},
        .pool = POOL + (uint32_t)shift,
        .pool_len = (uint32_t)w->buffers_len,
        .status = kind->habits.empty_binds ? w->memory[2] : NULL,
        .names = shape->names,
        .event_idx = shape->event_idx && !habits->flags_only};
    ours_start(w);
}

void world_close(struct world *w) {
    for (int i = 0; i < 3; ++i) {
        free(w->memory[i]);
    }
}

// ---- Who runs ----

void peer_ring(struct peer *p, unsigned ring) {
    (void)ring; // we look whatever rang
    p->world->ours.rung = true;
    p->world->idle = 0;
}

uint64_t peer_now(const struct peer *p) {
    return p->world->now;
}

static void count_step(struct world *w) {
    if (++w->steps > STEPS) {
        fail_stuck(w, "it runs without an end");
    }
}

// The clock goes on to the time at which we want to look again.
static void pass_time(struct world *w) {
    w->now = w->ours.wake;
    ++w->idle;
}

// The peer hears its bells.
static void peer_hears(struct peer *p) {
    unsigned rings = p->rung;
    p->rung = 0;
    p->world->idle = 0;
    p->model->rung(p, rings);
}

void peer_sleep(struct peer *p, uint64_t ms) {
    struct world *w = p->world;
    uint64_t end = w->now + ms;
    p->bell = false;
    for (;;) {
        count_step(w);
        if (p->rung != 0 && p->calls == 0) { // callbacks do not nest
            peer_hears(p);
            return;
        }
        if (p->bell && !p->habits->poll_room) {
            return;
        }
        if (ours_can_run(w)) {
            ours_run(w);
        } else if (w->ours.wake < end) {
            w->now = w->ours.wake;
        } else {
            w->now = end;
            return;
        }
    }
}

static bool peer_has_to_send(const struct world *w) {
    return w->to_ours.sent < w->to_ours.total && w->peer_from != NULL && peer_is_ready(w->peer_from)
        && (!w->kind->habits.empty_binds || w->peer_from->bound);
}

static void peer_send_one(struct world *w) {
    uint8_t data[MAX_SIZE];
    uint32_t len = stream_len(&w->to_ours, w->to_ours.sent);
    stream_fill(&w->to_ours, w->to_ours.sent++, data);
    w->idle = 0;
    int sent = peer_send(&w->peer, w->peer_from->addr, w->peer_from->dest, data, len);
    if (sent == PEER_LATE) {
        fail_stuck(w, "the peer had no room for 15 s");
    } else if (sent != (int)len) {
        world_fail(w, "the peer's send of %u bytes returned %d", len, sent);
    }
}

// One step of one side.  False: nobody has anything to do, now or later.
static bool step(struct world *w) {
    bool ours = ours_can_run(w);
    bool theirs = w->peer.rung != 0 || peer_has_to_send(w);
    count_step(w);
    if (ours && (!theirs || world_random(w, 2) != 0)) {
        ours_run(w);
    } else if (w->peer.rung != 0) {
        peer_hears(&w->peer);
    } else if (theirs) {
        peer_send_one(w);
    } else if (w->ours.wake != NEVER && amp_rpmsg_is_up(&w->ours.link)) {
        pass_time(w);
    } else {
        return false;
    }
    return true;
}

void world_settle(struct world *w) {
    w->idle = 0;
    while (step(w) && w->idle < 4) {
    }
}

static bool has_arrived(const struct stream *s) {
    return s->received >= s->total;
}

void world_flow(struct world *w) {
    w->idle = 0;
    while (!has_arrived(&w->to_ours) || !has_arrived(&w->to_peer)) {
        if (w->ours.link.violation != NULL) {
            world_fail(w, "our link went down: %s", w->ours.link.violation);
        }
        if (!step(w) || w->idle > 1000) {
            fail_stuck(w, "nobody runs");
        }
    }
    world_settle(w);
    REQUIRE(w, w->to_ours.received == w->to_ours.total);
    REQUIRE(w, w->to_peer.received == w->to_peer.total);
}

// ---- Start ----

void world_up(struct world *w) {
    uint8_t *status = w->peer.status;
    REQUIRE(w, status == NULL || world_we_host(w) || *status == DRIVER_OK);
    int result = amp_rpmsg_up(&w->ours.link, &w->ours.layout);
    if (result != 0) {
        world_fail(w, "our link does not come up: %d%s%s", result,
            w->ours.link.violation != NULL ? ", " : "",
            w->ours.link.violation != NULL ? w->ours.link.violation : "");
    }
    if (world_we_host(w)) {
        w->peer.rung |= 1; // amp_rproc_start() rings once
    }
    if (status != NULL) {
        *status = DRIVER_OK; // the program's part, as there is no resource table
    }
    w->ours.rung = true; // the program looks
}

void world_down(struct world *w) {
    amp_rpmsg_down(&w->ours.link);
    w->ours.rung = false;
    w->ours.wake = NEVER;
}

void world_start(struct world *w) {
    if (world_we_host(w)) {
        world_up(w);
        unsigned rung = w->peer.rung;
        peer_start(&w->peer);
        w->peer.rung = rung; // a bell waits for who starts, and is waited for
        peer_hears(&w->peer);
    } else {
        peer_start(&w->peer);
        world_up(w);
    }
}
