/* Receiving: the one loop that takes messages, and keeping one of them. */
#include "core/link.h"

// ---- Handing on ----

// Hand a message on, whoever it is for.
static AMP_NOINLINE void deliver_full(
    struct amp_rpmsg *link, uint32_t src, uint32_t dst, void *data, size_t len) {
    if (dst == RPMSG_NS_ADDR) {
        amp_ns_receive(link, data, len);
        return;
    }
    struct amp_endpoint *ept = amp_link_find_endpoint(link, dst);
    if (ept == NULL) {
        ept = &link->sink;
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
        amp_cache_invalidate(amp_virtq_cache(&link->rx), buffer, AMP_HEADER_SIZE);
    }
    uint32_t src = amp_shm_load_32(&hdr->src);
    uint32_t dst = amp_shm_load_32(&hdr->dst);
    size_t len = amp_shm_load_16(&hdr->len);
    // A device cannot have written more than there is.
    if (AMP_UNLIKELY((host && room > link->rx.size) || len + AMP_HEADER_SIZE > room)) {
        ++link->stats.malformed;
        return;
    }
    if (host) {
        amp_cache_invalidate(amp_virtq_cache(&link->rx), buffer + AMP_HEADER_SIZE, len);
    }
    struct amp_endpoint *ept = *amp_link_bucket(link, dst);
    if (!AMP_CONFIG_FAST_PATH || AMP_UNLIKELY(ept->addr != dst)) {
        deliver_full(link, src, dst, buffer + AMP_HEADER_SIZE, len);
        return;
    }
    ++link->stats.received;
    ept->cb(ept, src, buffer + AMP_HEADER_SIZE, len);
}

// Returns the index of the entry.
AMP_PER_ROLE uint32_t give_back(struct amp_rpmsg *link, uint32_t id, bool host) {
    struct amp_virtq *vq = &link->rx;
    void *out_ring = vq->out_ring;
    uint32_t index = vq->next_publish;
    if (host) {
        // A callback may write into its message: not over the next one.
        amp_cache_invalidate(amp_virtq_cache(vq), vq->buffers + id * vq->size, vq->size);
        amp_virtq_put_avail(vq, out_ring, index, id);
    } else {
        amp_virtq_put_used(vq, out_ring, index, id);
    }
    amp_virtq_publish(vq, out_ring, index);
    return index;
}

// The next message that amp_virtq_pending() counted: its descriptor, its buffer,
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
        const struct virtq_used_elem *elem = amp_virtq_used_elem(vq, vq->in_ring, vq->next_consume);
        message->id = amp_shm_load_32(&elem->id);
        if (amp_virtq_is_with_peer(vq, message->id)) {
            message->room = amp_shm_load_32(&elem->len);
            message->buffer = vq->buffers + message->id * vq->size;
            return true;
        }
    } else {
#if AMP_CONFIG_DEVICE
        message->id = amp_virtq_avail_id(vq, vq->in_ring, vq->next_consume);
        message->buffer = amp_link_map_buffer(link, vq, message->id, &message->room);
        if (message->buffer != NULL) {
            amp_link_set_buffer_size(link, vq, message->room); // the next is as long
            return true;
        }
        lie = "available ring: no buffer in the shared memory";
#endif
    }
    amp_link_violated(link, lie);
    return false;
}

// For a short cut: if it is an ordinary one.  `in_ring` is link->rx.in_ring.
AMP_PER_ROLE bool peek_usual(
    const struct amp_rpmsg *link, const void *in_ring, struct message *message, bool host) {
    const struct amp_virtq *vq = &link->rx;
    if (!host) {
        message->room = vq->size;
        message->id = amp_virtq_avail_id(vq, in_ring, vq->next_consume);
        return amp_link_map_fast(link, vq, message->id, &message->buffer);
    }
    const struct virtq_used_elem *elem = amp_virtq_used_elem(vq, in_ring, vq->next_consume);
    message->id = amp_shm_load_32(&elem->id);
    if (AMP_UNLIKELY(!amp_virtq_is_with_peer(vq, message->id))) {
        return false;
    }
    message->room = amp_shm_load_32(&elem->len);
    message->buffer = vq->buffers + message->id * vq->size;
    return true;
}

// Take it and hand it on.  Its buffer is to be given back, unless the callback
// did what is rare: take_back() knows.
AMP_PER_ROLE void take(struct amp_rpmsg *link, const struct message *message, bool host) {
    link->rx_id = (uint16_t)message->id;
    amp_virtq_consume(&link->rx);
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
    if (!AMP_CONFIG_FAST_PATH
        || AMP_UNLIKELY(!peek_usual(link, link->rx.in_ring, &message, host))) {
        return take_full(link, host);
    }
    take(link, &message, host);
    if (AMP_UNLIKELY(link->state != usual_state(host))) {
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

void amp_link_notify(struct amp_rpmsg *link, struct amp_virtq *vq, unsigned count) {
    if (amp_virtq_event_is_unproven(vq)) {
        // A peer that writes the event index of the ring on which it receives keeps
        // both.  One that only asked for silence about returned buffers may keep
        // neither (open-amp), unless it did so in our way.
        const struct amp_virtq *rx = &link->rx;
        bool returned =
            amp_virtq_event_moved(rx) && (vq == rx || amp_virtq_peer_event(rx) == AMP_EVENT_NEVER);
        if (returned || amp_virtq_event_moved(&link->tx)) {
            amp_virtq_accept_event(vq);
        }
    }
    if (amp_virtq_needs_notify_batch(vq, count)) {
        amp_link_kick(link, vq);
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
        int ready = amp_virtq_pending(vq);
        if (ready < least) {
            amp_link_violated(link, amp_link_bad_index);
            return ended(link, taken);
        }
        least = 1; // or an index that goes forth and back would keep us here
        if (ready != 0) { // have the other side be silent until we listen again
            amp_virtq_disable_notify(vq);
        }
        unsigned count = (unsigned)ready < max - taken ? (unsigned)ready : max - taken;
        for (taken += count; count != 0; --count) {
            if (AMP_UNLIKELY(!take_next(link, host))) {
                return ended(link, taken - count + 1);
            }
        }
        if (taken != max) {
            amp_virtq_enable_notify(vq);
        }
        amp_shm_fence(); // partner: the same one on the other side, see virtq.h
    } while (taken != max && amp_virtq_has_pending(vq));
    amp_link_clear(link, LINK_POLLING);
    if (taken != 0) {
        amp_link_notify(link, vq, taken);
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
    amp_link_notify_returned(link);
    int more =
        link->poll_max <= 1 ? 0 : poll_more(link, link->poll_max - 1, amp_link_is_host(link));
    return more < 0 ? more : more + 1;
}

// For the short cut: tell of the one entry that was given back.
AMP_PER_ROLE void tell(struct amp_rpmsg *link, uint32_t index) {
    amp_shm_fence(); // partner: the other side's before it looks again, see virtq.h
    if (AMP_UNLIKELY(amp_virtq_needs_notify(&link->rx, index))) {
        amp_link_notify(link, &link->rx, 1);
    }
}

// The short cut: one message is ready, no more.
AMP_PER_ROLE int poll_as(struct amp_rpmsg *link, unsigned max, bool host) {
    struct amp_virtq *vq = &link->rx;
    struct message message;
    void *in_ring = vq->in_ring;
    if (AMP_UNLIKELY(!amp_virtq_has_one_pending(vq, in_ring, host))
        || AMP_UNLIKELY(!peek_usual(link, in_ring, &message, host))) {
        return poll_more(link, max, host);
    }
    link->poll_max = max;
    link->state = (uint8_t)usual_state(host);
    take(link, &message, host);
    if (AMP_UNLIKELY(link->state != usual_state(host))) {
        return finish_unusual(link);
    }
    uint32_t index = give_back(link, link->rx_id, host);
    amp_link_clear(link, LINK_POLLING);
    if (link->poll_max <= 1) {
        tell(link, index);
        return 1;
    }
    amp_virtq_enable_notify(vq);
    tell(link, index);
    if (AMP_UNLIKELY(amp_virtq_has_pending(vq))) {
        int more = poll_more(link, link->poll_max - 1, host);
        return more < 0 ? more : more + 1;
    }
    return 1;
}

// Whatever its state is.
static AMP_NOINLINE int poll_whatever(struct amp_rpmsg *link, unsigned max) {
    if (!amp_link_is_up(link) || (link->state & LINK_POLLING)) {
        return 0;
    }
    if (link->state & LINK_NS_DUE) {
        amp_ns_flush(link);
        if (!amp_link_is_up(link)) {
            return link->violation != NULL ? -AMP_EPROTO : 0;
        }
    }
    return poll_more(link, max, amp_link_is_host(link));
}

int amp_rpmsg_poll_some(struct amp_rpmsg *link, unsigned max) {
    if (AMP_CONFIG_FAST_PATH && AMP_CONFIG_HOST && link->state == (LINK_UP | LINK_HOST)) {
        return poll_as(link, max, true);
    }
    if (AMP_CONFIG_FAST_PATH && AMP_CONFIG_DEVICE && link->state == LINK_UP) {
        return poll_as(link, max, false);
    }
    return poll_whatever(link, max);
}

// ---- Keeping a message ----

void amp_rx_hold(struct amp_rpmsg *link, struct amp_rx *rx) {
    rx->token.desc_state = NULL; // which is of no link
    if (!(link->state & LINK_ENDED)) { // else it went with its session
        link->state |= LINK_HELD;
        amp_link_begin_use(link, &link->rx, link->rx_id, &rx->token);
    }
}

void amp_rx_release(struct amp_rpmsg *link, struct amp_rx *rx) {
    int id = amp_link_end_use(link, &link->rx, &rx->token);
    if (id >= 0) {
        give_back(link, (uint32_t)id, amp_link_is_host(link));
        amp_link_notify_returned(link);
    }
}

// Tell of what was given back on the receive ring, outside of a poll or inside.
void amp_link_notify_returned(struct amp_rpmsg *link) {
    amp_shm_fence(); // partner: the other side's before it looks again, see virtq.h
    // Inside a callback: this one and those that the poll has given back so
    // far, as at its end it counts only what it took.
    amp_link_notify(link, &link->rx, link->state & LINK_POLLING ? amp_rpmsg_depth(link) : 1);
}

bool amp_rpmsg_peer_can_send(const struct amp_rpmsg *link) {
    // An index that lies, -1, is none that it has either.
    return amp_link_is_up(link)
        && (uint32_t)amp_virtq_pending(&link->rx) < amp_virtq_peer_count(&link->rx);
}
