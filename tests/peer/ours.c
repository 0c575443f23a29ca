/*
 * Our side, as a program uses it: poll when the bell has rung, send until there
 * is no room, ask for room, sleep as long as the API allows.
 */
#include "world.h"

#include <string.h>

static void kick(void *ctx, uint32_t notify_id) {
    struct world *w = ctx;
    REQUIRE(w, notify_id == NOTIFY_0 || notify_id == NOTIFY_1);
    w->peer.rung |= notify_id == NOTIFY_0 ? 1u : 2u;
    w->peer.bell = true;
    w->idle = 0;
}

static void *map(void *ctx, amp_da_t da, size_t len) {
    (void)ctx;
    (void)da;
    (void)len;
    return NULL; // all buffers lie in the window
}

static const struct amp_port_ops ops = {.kick = kick, .map = map};

static void receive(struct amp_endpoint *e, uint32_t src, void *data, size_t len) {
    struct world *w = e->link->user;
    if (w->at_ours != NULL) {
        w->at_ours(w, e, src, data, len);
    } else if (len != 0 || !w->kind->habits.empty_binds) {
        stream_receive(w, &w->to_ours, "ours", data, len);
    }
}

static void service(struct amp_rpmsg *link, uint32_t src, const char *name) {
    struct world *w = link->user;
    ++w->ours.services;
    w->ours.service_addr = src;
    strcpy(w->ours.service_name, name);
}

static const struct amp_rpmsg_events events = {.service = service};

void ours_start(struct world *w) {
    struct ours *o = &w->ours;
    const struct shape *shape = &w->shape;
    bool host = world_we_host(w);
    o->port = (struct amp_port){.ops = &ops, .ctx = w};
    o->wake = NEVER;
    o->layout = (struct amp_rpmsg_layout){
        .buffers = w->buffers,
        .buffers_da = w->peer.pool,
        .buffers_len = w->buffers_len,
        .buffer_size = {shape->size[0], shape->size[1]},
        .name_service = shape->names,
        .event_idx = shape->event_idx,
    };
    for (int i = 0; i < 2; ++i) {
        o->layout.vring[i] = (struct amp_vring_layout){.va = w->peer.ring[i].desc,
            .align = w->kind->align,
            .notify_id = i == 0 ? NOTIFY_0 : NOTIFY_1,
            .num = shape->num};
    }
    amp_rpmsg_init(&o->link, host ? AMP_HOST : AMP_DEVICE, &o->port);
    o->link.user = w;
    amp_rpmsg_set_events(&o->link, &events);
}

struct amp_endpoint *ours_open(
    struct world *w, unsigned i, const char *name, uint32_t addr, uint32_t dest, bool quiet) {
    struct amp_endpoint *e = &w->ours.ept[i];
    unsigned options = quiet ? 0 : AMP_ENDPOINT_ANNOUNCE;
    REQUIRE(w, amp_endpoint_create_with(&w->ours.link, e, name, addr, dest, receive, options) == 0);
    return e;
}

// We sleep for so many milliseconds, or until we are rung.
static void sleep_at_most(struct world *w, uint32_t ms) {
    struct ours *o = &w->ours;
    o->slept = ms == AMP_FOREVER ? 0 : ms; // which never passes
    o->wake = ms == AMP_FOREVER ? NEVER : w->now + ms;
}

// There is no room.  Returns whether there is now; else we sleep.
static bool find_room(struct world *w) {
    struct ours *o = &w->ours;
    uint32_t ms = amp_rpmsg_room_timeout(&o->link, o->slept);
    sleep_at_most(w, ms);
    o->blocked = ms != 0;
    return !o->blocked;
}

static bool has_to_send(const struct world *w) {
    const struct ours *o = &w->ours;
    return w->to_peer.sent < w->to_peer.total && o->from != NULL && amp_endpoint_is_ready(o->from);
}

bool ours_can_run(const struct world *w) {
    const struct ours *o = &w->ours;
    return amp_rpmsg_is_up(&o->link)
        && (o->rung || o->wake <= w->now || (has_to_send(w) && !o->blocked));
}

static void send_some(struct world *w) {
    struct ours *o = &w->ours;
    uint8_t data[MAX_SIZE];
    for (unsigned burst = 1 + world_random(w, 2u * w->shape.num); burst != 0; --burst) {
        if (!has_to_send(w)) {
            return;
        }
        uint32_t len = stream_len(&w->to_peer, w->to_peer.sent);
        stream_fill(&w->to_peer, w->to_peer.sent, data);
        int result = amp_endpoint_send(o->from, data, len);
        if (result == -AMP_EAGAIN) {
            if (!find_room(w)) {
                return;
            }
        } else if (result == (int)len) {
            ++w->to_peer.sent;
        } else {
            world_fail(w, "we cannot send %u bytes: %d%s%s", len, result,
                o->link.violation ? ", " : "", o->link.violation ? o->link.violation : "");
        }
    }
}

void ours_run(struct world *w) {
    struct ours *o = &w->ours;
    unsigned max = 1 + world_random(w, 2u * w->shape.num);
    int taken;
    if (o->rung) {
        o->slept = 0; // it was not the time that ended the sleep
    } else if (o->wake <= w->now) {
        ++o->woken;
    }
    o->rung = false;
    o->blocked = false;
    o->wake = NEVER;
    do {
        taken = amp_rpmsg_poll_some(&o->link, max);
    } while (taken == (int)max);
    if (taken >= 0) {
        send_some(w);
    }
    if (!o->blocked) {
        sleep_at_most(w, amp_rpmsg_message_timeout(&o->link, o->slept));
    }
}

void ours_send(struct world *w, uint32_t src, uint32_t dest, const void *data, size_t len) {
    struct ours *o = &w->ours;
    int result = amp_rpmsg_send(&o->link, src, dest, data, len);
    o->slept = 0;
    for (int tries = 0; result == -AMP_EAGAIN && tries < 20; ++tries) {
        if (!find_room(w)) {
            world_settle(w);
        }
        result = amp_rpmsg_send(&o->link, src, dest, data, len);
    }
    if (result != (int)len) {
        world_fail(w, "we cannot send to 0x%x: %d", dest, result);
    }
}
