/* The link: up, down, and the one loop that takes messages. */
#include <string.h>

#include "core/link.h"

void amp_rpmsg_init(struct amp_rpmsg *link, enum amp_role role, const struct amp_port *port) {
    memset(link, 0, sizeof(*link));
    link->port = port;
    link->role = (uint8_t)role;
    link->next_addr = RPMSG_FIRST_DYNAMIC_ADDR;
    link->endpoints_end = &link->endpoints;
    link->buckets = link->own_buckets;
    link->bucket_mask = AMP_CONFIG_BUCKETS - 1;
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

bool amp_rpmsg_is_up(const struct amp_rpmsg *link) {
    return amp_link_is_up(link);
}

bool amp_rpmsg_is_polling(const struct amp_rpmsg *link) {
    return link->state & LINK_POLLING;
}

void amp_link_violated(struct amp_rpmsg *link, const char *what) {
    ++link->stats.violations;
    link->violation = what; // first: an event of down() may begin a new life
    amp_rpmsg_down(link);
}

// ---- Up and down ----

#if AMP_CONFIG_HOST
// Empty rings, and every buffer of ring 0 given to the device.
static void host_reset_rings(struct amp_rpmsg *link, const struct amp_rpmsg_layout *layout) {
    uint32_t rx_num = amp_virtq_num(&link->rx);
    size_t rx_len = (size_t)rx_num * layout->buffer_size;
    link->tx_buffers = link->buffers + rx_len;
    amp_virtq_driver_reset(
        &link->rx, layout->buffers_da, layout->buffer_size, VIRTQ_DESC_F_WRITE, layout->event_idx);
    amp_virtq_driver_reset(
        &link->tx, layout->buffers_da + rx_len, layout->buffer_size, 0, layout->event_idx);
    for (uint32_t id = 0; id < rx_num; ++id) {
        amp_virtq_driver_disown(&link->rx, id);
        amp_virtq_driver_give(&link->rx, id);
    }
    // A transmit buffer that there is no room for is in use for ever.
    size_t room = (layout->buffers_len - rx_len) / layout->buffer_size;
    for (uint32_t id = amp_virtq_num(&link->tx); id > room; --id) {
        amp_virtq_driver_disown(&link->tx, id - 1);
        amp_tx_park(link, id - 1);
    }
    // Consumed buffers are no news until somebody waits for one.
    amp_virtq_driver_hush(&link->tx);
    link->mtu = layout->buffer_size - AMP_HEADER_SIZE;
}
#endif

#if AMP_CONFIG_DEVICE
// The host stocked ring 0 before it said DRIVER_OK: the first buffer tells how
// long they are.
static void device_look_at_rings(struct amp_rpmsg *link, bool event_idx) {
    struct amp_tx tx;
    link->mtu = 512 - AMP_HEADER_SIZE;
    amp_virtq_device_begin(&link->rx, event_idx);
    amp_virtq_device_begin(&link->tx, event_idx);
    amp_virtq_device_hush(&link->tx);
    if (amp_tx_claim(link, &tx) == 0) {
        amp_tx_cancel(link, &tx);
    }
}
#endif

// Room for a header and a payload whose length can be said in 16 bits.
static bool size_is_valid(uint32_t size) {
    return size % 4 == 0 && size > AMP_HEADER_SIZE && size - AMP_HEADER_SIZE <= UINT16_MAX;
}

int amp_rpmsg_up(struct amp_rpmsg *link, const struct amp_rpmsg_layout *layout) {
    bool host = amp_link_is_host(link);
    if (amp_link_is_up(link) || (host && !size_is_valid(layout->buffer_size)) //
        || (host && layout->buffers_len / layout->buffer_size <= layout->vring[0].num)
        || !amp_virtq_shape_is_valid(layout->vring[0].num, layout->vring[0].align) //
        || !amp_virtq_shape_is_valid(layout->vring[1].num, layout->vring[1].align)) {
        return -AMP_EINVAL;
    }
    for (int i = 0; i < 2; ++i) {
        // Ring 0 is the host's receive queue and the device's transmit queue.
        amp_virtq_init((i == 0) == host ? &link->rx : &link->tx, layout->vring[i].va,
            layout->vring[i].num, layout->vring[i].align, layout->vring[i].notify_id);
    }
    link->buffers = layout->buffers;
    link->buffers_da = layout->buffers_da;
    link->buffers_len = layout->buffers == NULL ? 0 : layout->buffers_len;
    link->buffer_size = layout->buffer_size;
    link->name_service = layout->name_service;
    link->violation = NULL;
    memset(link->parked, 0, sizeof(link->parked));
    link->parked_count = 0;
#if AMP_CONFIG_HOST
    if (host) {
        host_reset_rings(link, layout);
    }
#endif
    link->state |= LINK_UP;
    link->tx_state = 0;
#if AMP_CONFIG_DEVICE
    if (!host) {
        device_look_at_rings(link, layout->event_idx);
    }
#endif
    if (amp_link_is_up(link)) {
        link->tx_limit = link->mtu + 1;
    }
    for (struct amp_endpoint *ept = link->endpoints; ept != NULL; ept = ept->next) {
        if (ept->flags & EPT_NAMED) {
            ept->flags |= EPT_ANNOUNCE;
        }
    }
    amp_ns_flush(link);
    return amp_link_is_up(link) ? 0 : -AMP_EPROTO; // here it looks at the rings for the first time
}

void amp_rpmsg_down(struct amp_rpmsg *link) {
    if (!amp_link_is_up(link)) {
        return;
    }
    link->state = link->state & LINK_POLLING ? LINK_POLLING | LINK_ENDED : 0;
    link->tx_limit = 0;
    ++link->generation;
    link->service_count = 0;
    struct amp_endpoint *ept;
    for (ept = link->endpoints; ept != NULL; ept = ept->next) {
        if (ept->flags & EPT_BOUND) {
            ept->dest = AMP_ADDR_ANY;
        }
        ept->flags &= EPT_NAMED | EPT_BOUND | EPT_CLOSING;
    }
    // There is nobody any more to tell of the closing ones.  `released` may
    // change the list, and even begin a new life, which takes over the rest.
    ept = link->endpoints;
    while (ept != NULL && !amp_link_is_up(link)) {
        if (ept->flags & EPT_CLOSING) {
            amp_link_remove(link, ept);
            ept = link->endpoints;
        } else {
            ept = ept->next;
        }
    }
}

// ---- Receiving ----

// How many messages wait, or -1.
AMP_PER_ROLE int count_ready(const struct amp_rpmsg *link, bool host) {
    return host ? amp_virtq_driver_ready(&link->rx) : amp_virtq_device_ready(&link->rx);
}

// The next message that count_ready() counted.
struct claim {
    uint8_t *buffer;
    uint32_t room; // bytes of the buffer that the message may fill
    uint32_t id;
};

// False, with the link down: taking it broke the protocol.
AMP_PER_ROLE bool take_next(struct amp_rpmsg *link, struct claim *claim, bool host) {
    if (host) {
        const struct virtq_used_elem *elem = amp_virtq_driver_take(&link->rx, &claim->id);
        if (elem == NULL) {
            amp_link_violated(link, "used ring: id of a buffer that it does not have");
            return false;
        }
        claim->room = amp_shm_load_32(&elem->len);
        if (claim->room > link->buffer_size) {
            claim->room = 0; // it cannot have written more than there is
        }
        claim->buffer = link->buffers + claim->id * link->buffer_size;
        return true;
    }
#if AMP_CONFIG_DEVICE
    uint64_t addr;
    int id = amp_virtq_device_take(&link->rx, &addr, &claim->room);
    if (id < 0) {
        amp_link_violated(link, "available ring: descriptor that cannot be available");
        return false;
    }
    claim->id = (uint32_t)id;
    claim->buffer = amp_link_map_buffer(link, addr, claim->room);
    if (claim->buffer == NULL) {
        amp_link_violated(link, "descriptor: buffer outside the shared memory");
        return false;
    }
#endif
    return true;
}

AMP_PER_ROLE void give_back(struct amp_rpmsg *link, uint32_t id, bool host) {
    if (host) {
        amp_virtq_driver_give(&link->rx, id);
    } else {
        amp_virtq_device_give(&link->rx, id, 0);
    }
}

// A message that is not for an endpoint, or whose header lied.
static void deliver_rest(struct amp_rpmsg *link, uint32_t dst, const uint8_t *data, uint32_t len) {
    if (dst == RPMSG_NS_ADDR) {
        amp_ns_receive(link, data, len);
    } else {
        ++link->stats.dropped;
    }
}

// Hand the message in `buffer` on.  Its header is read once into private
// memory; a length is used only after it was checked.
AMP_PER_ROLE void deliver(struct amp_rpmsg *link, uint8_t *buffer, uint32_t room) {
    const struct rpmsg_hdr *hdr = (const void *)buffer;
    uint32_t src = amp_shm_load_32(&hdr->src);
    uint32_t dst = amp_shm_load_32(&hdr->dst);
    uint32_t len = amp_shm_load_16(&hdr->len);
    if (len + AMP_HEADER_SIZE > room) {
        ++link->stats.malformed;
        return;
    }
    struct amp_endpoint *ept = amp_link_find(link, dst);
    if (ept == NULL) {
        deliver_rest(link, dst, buffer + AMP_HEADER_SIZE, len);
        return;
    }
    if (ept->dest == AMP_ADDR_ANY) {
        ept->dest = src;
        ept->flags |= EPT_BOUND;
    }
    if (ept->cb == NULL) {
        ++link->stats.dropped;
        return;
    }
    ++link->stats.received;
    ept->cb(ept, src, buffer + AMP_HEADER_SIZE, len);
}

// Ask to be rung for the next message.  Fence, and look again, before sleeping.
AMP_PER_ROLE void want_messages(struct amp_rpmsg *link, bool host) {
    if (host) {
        amp_virtq_driver_listen(&link->rx);
    } else {
        amp_virtq_device_listen(&link->rx);
    }
}

// More than one message: have the other side be silent until we listen again.
// Event indices are silent by themselves.
AMP_PER_ROLE void hush(struct amp_rpmsg *link, bool host) {
    if (link->rx.event_idx) {
        return;
    }
    if (host) {
        amp_virtq_driver_hush(&link->rx);
    } else {
        amp_virtq_device_hush(&link->rx);
    }
}

// A callback did what is rare.  False: it ended this life of the link.
static bool is_alive_after_callback(struct amp_rpmsg *link, bool *held) {
    *held = link->state & LINK_HELD;
    amp_link_clear(link, LINK_HELD);
    return !(link->state & LINK_ENDED);
}

// Take `count` messages that are ready.  Returns how many of them were not
// taken because this life of the link ended.
AMP_PER_ROLE unsigned take(struct amp_rpmsg *link, unsigned count, bool host) {
    do {
        struct claim claim;
        if (!take_next(link, &claim, host)) {
            return count;
        }
        link->rx_id = (uint16_t)claim.id;
        deliver(link, claim.buffer, claim.room);
        bool held = false;
        if (link->state != (LINK_UP | LINK_POLLING) && !is_alive_after_callback(link, &held)) {
            return count - 1; // the ring is gone
        }
        if (!held) {
            give_back(link, claim.id, host);
        }
    } while (--count != 0);
    return 0;
}

// This life of the link ended while it was polled.
static int ended(struct amp_rpmsg *link, unsigned taken) {
    amp_link_clear(link, LINK_POLLING | LINK_ENDED);
    return link->violation != NULL ? -AMP_EPROTO : (int)taken;
}

AMP_PER_ROLE int poll_as(struct amp_rpmsg *link, unsigned max, bool host) {
    unsigned left = max;
    link->state |= LINK_POLLING;
    int ready = count_ready(link, host);
    if (ready > 1) {
        hush(link, host);
    }
    for (;;) {
        if (ready < 0) {
            amp_link_violated(link, "ring index: more buffers than it has");
            return ended(link, max - left);
        }
        if (ready != 0) {
            unsigned count = (unsigned)ready < left ? (unsigned)ready : left;
            left -= count;
            left += take(link, count, host);
            if (link->state & LINK_ENDED) {
                return ended(link, max - left);
            }
        }
        if (left != 0) {
            want_messages(link, host);
        }
        amp_shm_fence(); // partner: the same one on the other side, see virtq.h
        if (left == 0 || (ready = count_ready(link, host)) == 0) {
            break;
        }
        hush(link, host);
    }
    amp_link_clear(link, LINK_POLLING);
    if (left != max) {
        amp_link_kick(link, &link->rx, max - left, host);
    }
    return (int)(max - left);
}

// Not simply up and idle: may it be polled all the same?
static bool may_poll(struct amp_rpmsg *link) {
    if (!amp_link_is_up(link) || (link->state & LINK_POLLING)) {
        return false;
    }
    amp_ns_flush(link);
    return amp_link_is_up(link);
}

static int poll_unusual(struct amp_rpmsg *link, unsigned max) {
    uint16_t generation = link->generation;
    if (max != 0 && may_poll(link)) {
        return amp_link_is_host(link) ? poll_as(link, max, true) : poll_as(link, max, false);
    }
    return link->generation != generation && link->violation != NULL ? -AMP_EPROTO : 0;
}

int amp_rpmsg_poll_some(struct amp_rpmsg *link, unsigned max) {
    if (link->state != LINK_UP || max == 0) {
        return poll_unusual(link, max);
    }
    return amp_link_is_host(link) ? poll_as(link, max, true) : poll_as(link, max, false);
}

int amp_rpmsg_poll(struct amp_rpmsg *link) {
    return amp_rpmsg_poll_some(link, amp_rpmsg_depth(link));
}

unsigned amp_rpmsg_depth(const struct amp_rpmsg *link) {
    return amp_virtq_num(&link->rx);
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
        amp_virtq_driver_own(&link->rx, rx->id);
    }
}

void amp_rx_release(struct amp_rpmsg *link, const struct amp_rx *rx) {
    if (!amp_link_is_up(link) || rx->generation != link->generation) {
        return;
    }
    // Inside a callback: this one and those that the poll has given back so
    // far, as at its end it counts only what it took.
    unsigned count = link->state & LINK_POLLING ? amp_rpmsg_depth(link) : 1;
    if (amp_link_is_host(link)) {
        amp_virtq_driver_disown(&link->rx, rx->id);
        give_back(link, rx->id, true);
        amp_shm_fence();
        amp_link_kick(link, &link->rx, count, true);
    } else {
        give_back(link, rx->id, false);
        amp_shm_fence();
        amp_link_kick(link, &link->rx, count, false);
    }
}

bool amp_rpmsg_peer_can_send(const struct amp_rpmsg *link) {
    if (!amp_link_is_up(link)) {
        return false;
    }
    int held = amp_virtq_in_flight(&link->rx);
    if (amp_link_is_host(link)) {
        int ready = count_ready(link, true);
        return ready >= 0 && ready < held;
    }
    int ready = count_ready(link, false);
    return ready >= 0 && ready < (int)amp_virtq_num(&link->rx) - held;
}
