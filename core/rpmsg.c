/* The link: up, down, and the one loop that takes messages. */
#include <string.h>

#include "core/link.h"

const char amp_link_bad_index[] = "bad ring index";
const char amp_link_bad_id[] = "used ring: not its buffer";

void amp_rpmsg_init(struct amp_rpmsg *link, enum amp_role role, const struct amp_port *port) {
    memset(link, 0, sizeof(*link));
    link->port = port;
    link->generation = 1; // so a token of zeros is of none
    if (LINK_HOST != 0 && role == AMP_HOST) {
        link->state = LINK_HOST;
    }
    link->nobody.link = link;
    link->nobody.cb = amp_link_drop;
    link->nobody.addr = AMP_ADDR_ANY;
    link->services_end = link->services;
    amp_rpmsg_set_buckets(link, link->own_buckets, AMP_CONFIG_BUCKETS);
}

void amp_rpmsg_set_events(struct amp_rpmsg *link, const struct amp_rpmsg_events *events) {
    bool polling = link->state & LINK_POLLING;
    link->events = events;
    // Nor does a callback of this nest: what is told must not change meanwhile.
    link->state |= LINK_POLLING;
    amp_ns_deliver(link);
    if (!polling) {
        amp_link_clear(link, LINK_POLLING | LINK_ENDED);
    }
}

bool amp_rpmsg_is_polling(const struct amp_rpmsg *link) {
    return link->state & LINK_POLLING;
}

int amp_link_violated(struct amp_rpmsg *link, const char *what) {
    ++link->stats.violations;
    link->violation = what; // first: an event of down() may begin a new life
    amp_rpmsg_down(link);
    return -AMP_EPROTO;
}

// ---- Up and down ----

#if AMP_CONFIG_HOST
// Fresh rings over `count` buffers.
static void host_up(
    struct amp_rpmsg *link, const struct amp_rpmsg_layout *layout, uint32_t size, size_t count) {
    uint32_t num = layout->vring[0].num;
    amp_virtq_set_cache(&link->rx, link->port);
    amp_virtq_set_cache(&link->tx, link->port);
    // Nothing that we ever wrote there may come out of the cache any more.
    amp_cache_forget(amp_virtq_cache(&link->rx), link->buffers, num * size);
    link->tx_buffers = link->buffers + num * size;
    amp_da_t da = (amp_da_t)layout->buffers_da;
    da = amp_virtq_driver_init(&link->rx, &layout->vring[0], da, size, true);
    amp_virtq_driver_init(&link->tx, &layout->vring[1], da, size, false);
    if (count - num <= link->tx.mask) { // fewer buffers than descriptors
        link->tx.limit = link->tx.kept_count = (uint32_t)count - num;
    }
}
#endif

// Room for a header and a payload whose length can be said in 16 bits.
static bool size_is_valid(uint32_t size) {
    return size % 4 == 0 && size - AMP_HEADER_SIZE - 1 < UINT16_MAX;
}

static bool ring_is_valid(const struct amp_vring_layout *ring) {
    return amp_virtq_shape_is_valid(ring->num, ring->align);
}

int amp_rpmsg_up(struct amp_rpmsg *link, const struct amp_rpmsg_layout *layout) {
    bool host = amp_link_is_host(link);
    uint32_t size = host ? layout->buffer_size : 512; // a device takes it for now
    if (amp_link_is_up(link) || !size_is_valid(size) || !ring_is_valid(&layout->vring[0])
        || !ring_is_valid(&layout->vring[1])) {
        return -AMP_EINVAL;
    }
    // A host has a buffer for each descriptor of ring 0 and one at least for ring 1.
    size_t count = layout->buffers_len / size;
    if (host && count <= layout->vring[0].num) {
        return -AMP_EINVAL;
    }
    link->rx.event_mask = link->tx.event_mask = layout->event_idx ? 0xFFFF : 0;
    link->buffers = layout->buffers;
    link->name_service = layout->name_service;
    if (host) {
#if AMP_CONFIG_HOST
        host_up(link, layout, size, count);
#endif
    } else {
#if AMP_CONFIG_DEVICE
        // Ring 0 is the host's receive queue and the device's transmit queue.
        amp_virtq_device_init(&link->tx, &layout->vring[0]);
        amp_virtq_device_init(&link->rx, &layout->vring[1]);
        link->buffers_da = layout->buffers_da;
        link->buffers_len = layout->buffers == NULL ? 0 : layout->buffers_len;
#endif
    }
    amp_link_learn(link, size);
    link->tx_listed = 0;
    link->violation = NULL;
    link->state |= LINK_UP;
    // Consumed buffers are no news until somebody waits for one.
    amp_virtq_hush(&link->tx);
#if AMP_CONFIG_DEVICE
    if (!host) {
        amp_link_look(link);
    }
#endif
    amp_ns_flush(link);
    return amp_link_is_up(link) ? 0 : -AMP_EPROTO; // here it looks at the rings for the first time
}

void amp_rpmsg_down(struct amp_rpmsg *link) {
    if (!amp_link_is_up(link)) {
        return;
    }
    unsigned polling = link->state & LINK_POLLING ? LINK_POLLING | LINK_ENDED : 0;
    link->state = (uint8_t)((link->state & LINK_HOST) | polling);
    link->tx_limit = 0;
    ++link->generation;
    link->services_end = link->services;
    for (struct amp_endpoint *ept = link->endpoints; ept != NULL; ept = ept->next) {
        if (ept->flags & EPT_BOUND) {
            amp_link_unbind(ept);
        }
        if (ept->flags & EPT_ANNOUNCED) {
            ept->flags ^= EPT_ANNOUNCED | EPT_ANNOUNCE; // in the next life
        }
    }
    // There is nobody any more to tell of the closing ones.  `released` may
    // change the list, and even begin a new life, which takes over the rest.
    amp_ns_flush(link);
}

// ---- Receiving ----

// Hand a message on, whoever it is for.
static AMP_NOINLINE void deliver_full(
    struct amp_rpmsg *link, uint32_t src, uint32_t dst, void *data, size_t len) {
    if (dst == RPMSG_NS_ADDR) {
        amp_ns_receive(link, data, len);
        return;
    }
    struct amp_endpoint *ept = amp_link_find(link, dst);
    if (ept == NULL) {
        ept = &link->nobody;
    }
    ++link->stats.received;
    ept->cb(ept, src, data, len);
}

// Hand the message in `buffer` on, of which `room` bytes are said to be filled.
// Its header is read once into private memory; a length is used only after it
// was checked.
AMP_PER_ROLE void deliver(struct amp_rpmsg *link, uint8_t *buffer, uint32_t room, bool host) {
    const struct rpmsg_hdr *hdr = (const void *)buffer;
    if (host) {
        amp_cache_forget(amp_virtq_cache(&link->rx), buffer,
            room < link->buffer_size ? room : link->buffer_size);
    }
    uint32_t src = amp_shm_load_32(&hdr->src);
    uint32_t dst = amp_shm_load_32(&hdr->dst);
    size_t len = amp_shm_load_16(&hdr->len);
    // A device cannot have written more than there is.
    if (AMP_RARELY((host && room > link->buffer_size) || len + AMP_HEADER_SIZE > room)) {
        ++link->stats.malformed;
        return;
    }
    struct amp_endpoint *ept = *amp_link_bucket(link, dst);
    if (!AMP_SHORT_CUTS || AMP_RARELY(ept->addr != dst)) {
        deliver_full(link, src, dst, buffer + AMP_HEADER_SIZE, len);
        return;
    }
    ++link->stats.received;
    ept->cb(ept, src, buffer + AMP_HEADER_SIZE, len);
}

// Returns the index of the entry.
AMP_PER_ROLE uint32_t give_back(struct amp_rpmsg *link, uint32_t id, bool host) {
    struct amp_virtq *vq = &link->rx;
    void *mine = vq->mine;
    uint32_t given = vq->given;
    if (host) {
        // A callback may write into its message: not over the next one.
        amp_cache_forget(
            amp_virtq_cache(vq), link->buffers + id * link->buffer_size, link->buffer_size);
        amp_virtq_driver_put(vq, mine, given, id);
    } else {
        amp_virtq_device_put(vq, mine, given, id, 0);
    }
    amp_virtq_publish(vq, mine, given);
    return given;
}

// The next message that amp_virtq_ready() counted: its descriptor, its buffer,
// and how much of that is said to be filled.
struct message {
    uint32_t id;
    uint32_t room;
    uint8_t *buffer;
};

// Whatever it is.  False, with the link down: to take it broke the protocol.
static bool peek_full(struct amp_rpmsg *link, struct message *message, bool host) {
    struct amp_virtq *vq = &link->rx;
    const char *lie = amp_link_bad_id;
    if (amp_virtq_is_driver(host)) {
        const struct virtq_used_elem *elem = amp_virtq_driver_peek(vq, vq->theirs, vq->next);
        message->id = amp_shm_load_32(&elem->id);
        if (amp_virtq_driver_may_take(vq, message->id)) {
            message->room = amp_shm_load_32(&elem->len);
            message->buffer = link->buffers + message->id * link->buffer_size;
            return true;
        }
    } else {
#if AMP_CONFIG_DEVICE
        message->id = amp_virtq_device_peek(vq, vq->theirs, vq->next);
        message->buffer = amp_link_map_buffer(link, vq, message->id, &message->room);
        if (message->buffer != NULL) {
            return true;
        }
        lie = "available ring: no buffer in the shared memory";
#endif
    }
    amp_link_violated(link, lie);
    return false;
}

// For a short cut: if it is an ordinary one.  `theirs` is link->rx.theirs.
AMP_PER_ROLE bool peek_usual(
    const struct amp_rpmsg *link, const void *theirs, struct message *message, bool host) {
    const struct amp_virtq *vq = &link->rx;
    if (!host) {
        message->room = link->buffer_size;
        message->id = amp_virtq_device_peek(vq, theirs, vq->next);
        return amp_link_map_usual(link, vq, message->id, &message->buffer);
    }
    const struct virtq_used_elem *elem = amp_virtq_driver_peek(vq, theirs, vq->next);
    message->id = amp_shm_load_32(&elem->id);
    if (AMP_RARELY(!amp_virtq_driver_may_take(vq, message->id))) {
        return false;
    }
    message->room = amp_shm_load_32(&elem->len);
    message->buffer = link->buffers + message->id * link->buffer_size;
    return true;
}

// Take it and hand it on.  Its buffer is to be given back, unless
// is_unusual_after().
AMP_PER_ROLE void take(struct amp_rpmsg *link, const struct message *message, bool host) {
    link->rx_id = (uint16_t)message->id;
    amp_virtq_took(&link->rx);
    deliver(link, message->buffer, message->room, host);
}

// The state of a link whose callback did nothing rare.
AMP_PER_ROLE unsigned usual_state(bool host) {
    return LINK_UP | LINK_POLLING | (host ? LINK_HOST : 0u);
}

// After a callback that may have done what is rare: give the buffer back, if it
// is to be.  False: this life of the link ended.
static AMP_NOINLINE bool take_back(struct amp_rpmsg *link) {
    bool held = link->state & LINK_HELD;
    amp_link_clear(link, LINK_HELD);
    if (link->state & LINK_ENDED) {
        return false;
    }
    if (!held) {
        give_back(link, link->rx_id, amp_link_is_host(link));
    }
    return true;
}

// Take the next message, whatever it is, and give its buffer back.  False: this
// life of the link ended.
static AMP_NOINLINE bool take_full(struct amp_rpmsg *link, bool host) {
    struct message message;
    if (!peek_full(link, &message, host)) {
        return false;
    }
    take(link, &message, host);
    return take_back(link);
}

AMP_PER_ROLE bool take_next(struct amp_rpmsg *link, bool host) {
    struct message message;
    if (!AMP_SHORT_CUTS || AMP_RARELY(!peek_usual(link, link->rx.theirs, &message, host))) {
        return take_full(link, host);
    }
    take(link, &message, host);
    if (AMP_RARELY(link->state != usual_state(host))) {
        return take_back(link);
    }
    give_back(link, link->rx_id, host);
    return true;
}

// This life of the link ended while it was polled.
static int ended(struct amp_rpmsg *link, unsigned taken) {
    amp_link_clear(link, LINK_POLLING | LINK_ENDED);
    return link->violation != NULL ? -AMP_EPROTO : (int)taken;
}

void amp_link_ring(struct amp_rpmsg *link, const struct amp_virtq *vq) {
    const struct amp_port *port = link->port;
    ++link->stats.kicks;
    port->ops->notify(port->ctx, vq->notify_id);
}

void amp_link_tell_some(struct amp_rpmsg *link, const struct amp_virtq *vq, unsigned count) {
    if (amp_virtq_must_notify_some(vq, count)) {
        amp_link_ring(link, vq);
    }
}

// Polls, whatever the case.
AMP_PER_ROLE int poll_full(struct amp_rpmsg *link, unsigned max, bool host) {
    struct amp_virtq *vq = &link->rx;
    unsigned taken = 0;
    int least = 0; // that must be ready
    host = amp_virtq_is_driver(host);
    link->state |= LINK_POLLING;
    do {
        int ready = amp_virtq_ready(vq);
        if (ready < least) {
            amp_link_violated(link, amp_link_bad_index);
            return ended(link, taken);
        }
        least = 1; // or an index that goes forth and back would keep us here
        if (ready != 0) { // have the other side be silent until we listen again
            amp_virtq_hush(vq);
        }
        unsigned count = (unsigned)ready < max - taken ? (unsigned)ready : max - taken;
        for (taken += count; count != 0; --count) {
            if (AMP_RARELY(!take_next(link, host))) {
                return ended(link, taken - count + 1);
            }
        }
        if (taken != max) {
            amp_virtq_listen(vq);
        }
        amp_shm_fence(); // partner: the same one on the other side, see virtq.h
    } while (taken != max && amp_virtq_is_news(vq));
    amp_link_clear(link, LINK_POLLING);
    if (taken != 0) {
        amp_link_tell_some(link, vq, taken);
    }
    return (int)taken;
}
// One copy of it for each role.
static AMP_NOINLINE int host_poll(struct amp_rpmsg *link, unsigned max) {
    return poll_full(link, max, true);
}
static AMP_NOINLINE int device_poll(struct amp_rpmsg *link, unsigned max) {
    return poll_full(link, max, false);
}
AMP_PER_ROLE int poll_more(struct amp_rpmsg *link, unsigned max, bool host) {
    return host ? host_poll(link, max) : device_poll(link, max);
}

// The callback of the short cut did what is rare: what is left to do after it.
static AMP_NOINLINE int finish_unusual(struct amp_rpmsg *link) {
    if (!take_back(link)) {
        return ended(link, 1);
    }
    amp_link_clear(link, LINK_POLLING);
    amp_link_tell(link);
    int more =
        link->poll_max <= 1 ? 0 : poll_more(link, link->poll_max - 1, amp_link_is_host(link));
    return more < 0 ? more : more + 1;
}

// For the short cut: tell of the one entry that was given back.
AMP_PER_ROLE void tell(struct amp_rpmsg *link, uint32_t given) {
    amp_shm_fence(); // partner: the other side's before it looks again, see virtq.h
    if (AMP_RARELY(amp_virtq_must_notify(&link->rx, given))) {
        amp_link_ring(link, &link->rx);
    }
}

// The short cut: one message is ready, no more.
AMP_PER_ROLE int poll_as(struct amp_rpmsg *link, unsigned max, bool host) {
    struct amp_virtq *vq = &link->rx;
    struct message message;
    void *theirs = vq->theirs;
    if (!AMP_SHORT_CUTS || AMP_RARELY(!amp_virtq_is_one_ready(vq, theirs, host))
        || AMP_RARELY(!peek_usual(link, theirs, &message, host))) {
        return poll_more(link, max, host);
    }
    link->poll_max = max;
    link->state = (uint8_t)usual_state(host);
    take(link, &message, host);
    if (AMP_RARELY(link->state != usual_state(host))) {
        return finish_unusual(link);
    }
    uint32_t given = give_back(link, link->rx_id, host);
    amp_link_clear(link, LINK_POLLING);
    if (link->poll_max <= 1) {
        tell(link, given);
        return 1;
    }
    amp_virtq_listen(vq);
    tell(link, given);
    if (AMP_RARELY(amp_virtq_is_news(vq))) {
        int more = poll_more(link, link->poll_max - 1, host);
        return more < 0 ? more : more + 1;
    }
    return 1;
}

// Not simply up and idle.
static AMP_NOINLINE int poll_unusual(struct amp_rpmsg *link, unsigned max) {
    if (!amp_link_is_up(link) || (link->state & LINK_POLLING)) {
        return 0;
    }
    amp_ns_flush(link);
    if (!amp_link_is_up(link)) {
        return link->violation != NULL ? -AMP_EPROTO : 0;
    }
    return poll_more(link, max, amp_link_is_host(link));
}

int amp_rpmsg_poll_some(struct amp_rpmsg *link, unsigned max) {
    if (AMP_CONFIG_HOST && link->state == (LINK_UP | LINK_HOST)) {
        return poll_as(link, max, true);
    }
    if (AMP_CONFIG_DEVICE && link->state == LINK_UP) {
        return poll_as(link, max, false);
    }
    return poll_unusual(link, max);
}

// ---- Keeping a message ----

void amp_rx_hold(struct amp_rpmsg *link, struct amp_rx *rx) {
    rx->id = link->rx_id;
    rx->generation = link->generation;
    if (link->state & LINK_ENDED) {
        --rx->generation; // it went with its life, which the callback ended
        return;
    }
    link->state |= LINK_HELD;
    if (amp_link_is_host(link)) {
        amp_virtq_keep(&link->rx, rx->id, AMP_KEPT_IN_USE);
    }
}

void amp_rx_release(struct amp_rpmsg *link, const struct amp_rx *rx) {
    if (rx->generation != link->generation) { // down, it is between two
        return;
    }
    if (amp_link_is_host(link)) {
        amp_virtq_let_go(&link->rx, rx->id);
        give_back(link, rx->id, true);
    } else {
        give_back(link, rx->id, false);
    }
    amp_link_tell(link);
}

// Tell of what was given back on the receive ring, outside of a poll or inside.
void amp_link_tell(struct amp_rpmsg *link) {
    amp_shm_fence(); // partner: the other side's before it looks again, see virtq.h
    // Inside a callback: this one and those that the poll has given back so
    // far, as at its end it counts only what it took.
    amp_link_tell_some(link, &link->rx, link->state & LINK_POLLING ? amp_rpmsg_depth(link) : 1);
}

bool amp_rpmsg_peer_can_send(const struct amp_rpmsg *link) {
    // An index that lies, -1, is none that it has either.
    return amp_link_is_up(link)
        && (uint32_t)amp_virtq_ready(&link->rx) < amp_virtq_theirs(&link->rx);
}
