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
    bool polling = link->polling;
    link->events = events;
    // Nor does a callback of this nest: what is told must not change meanwhile.
    link->polling = true;
    amp_ns_deliver(link);
    link->polling = polling;
}

bool amp_rpmsg_is_up(const struct amp_rpmsg *link) {
    return link->up;
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
    uint64_t tx_da = layout->buffers_da + (uint64_t)link->rx.num * layout->buffer_size;
    link->buffers_len = (size_t)(link->rx.num + link->tx.num) * layout->buffer_size;
    amp_virtq_driver_reset(&link->rx, layout->buffers_da, layout->buffer_size, VIRTQ_DESC_F_WRITE);
    amp_virtq_driver_reset(&link->tx, tx_da, layout->buffer_size, 0);
    for (uint16_t id = 0; id < link->rx.num; ++id) {
        amp_virtq_driver_give(&link->rx, id);
    }
    // Consumed buffers are no news until somebody waits for one.
    amp_virtq_driver_listen(&link->tx, false);
    link->mtu = layout->buffer_size - AMP_HEADER_SIZE;
}
#endif

#if AMP_CONFIG_DEVICE
// The host stocked ring 0 before it said DRIVER_OK: the first buffer tells how
// long they are.
static void device_look_at_rings(struct amp_rpmsg *link) {
    struct amp_tx tx;
    link->mtu = 512 - AMP_HEADER_SIZE;
    amp_virtq_device_listen(&link->tx, false);
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
    if (link->up || (host && !size_is_valid(layout->buffer_size)) //
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
    link->buffers_len = layout->buffers_len;
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
    link->up = true;
    link->wants_room = false;
    #if AMP_CONFIG_DEVICE
    if (!host) {
        device_look_at_rings(link);
    }
    #endif
    for (struct amp_endpoint *ept = link->endpoints; ept != NULL; ept = ept->next) {
        if (ept->flags & EPT_NAMED) {
            ept->flags |= EPT_ANNOUNCE;
        }
    }
    amp_ns_flush(link);
    return link->up ? 0 : -AMP_EPROTO; // here it looks at the rings for the first time
}

void amp_rpmsg_down(struct amp_rpmsg *link) {
    if (!link->up) {
        return;
    }
    link->up = false;
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
    while (ept != NULL && !link->up) {
        if (ept->flags & EPT_CLOSING) {
            amp_link_remove(link, ept);
            ept = link->endpoints;
        } else {
            ept = ept->next;
        }
    }
}

// ---- Receiving ----

// A received message, in private memory but for the payload.
struct rx {
    uint8_t *data; // the payload, in shared memory; NULL: the header lied
    uint32_t len; // of the payload, checked
    uint32_t src;
    uint32_t dst;
    uint16_t id;
};

// How many messages wait, or -1.
AMP_PER_ROLE int count_ready(const struct amp_rpmsg *link, bool host) {
    return host ? amp_virtq_driver_ready(&link->rx) : amp_virtq_device_ready(&link->rx);
}

// The buffer of the next message that count_ready() counted, and how many
// bytes of it the message may fill.  NULL with the link down if that broke the
// protocol.
AMP_PER_ROLE uint8_t *take_buffer(
    struct amp_rpmsg *link, uint16_t *id_out, uint32_t *room, bool host) {
    if (host) {
        int id = amp_virtq_driver_take(&link->rx, room);
        if (id < 0) {
            amp_link_violated(link, "used ring: id of a buffer that it does not have");
            return NULL;
        }
        *id_out = (uint16_t)id;
        if (*room > link->buffer_size) {
            *room = 0; // it cannot have written more than there is
        }
        return link->buffers + (uint32_t)id * link->buffer_size;
    }
    #if AMP_CONFIG_DEVICE
    uint64_t addr;
    int id = amp_virtq_device_take(&link->rx, &addr, room);
    if (id < 0) {
        amp_link_violated(link, "available ring: descriptor that cannot be available");
        return NULL;
    }
    *id_out = (uint16_t)id;
    uint8_t *buffer = amp_link_map_buffer(link, addr, *room);
    if (buffer == NULL) {
        amp_link_violated(link, "descriptor: buffer outside the shared memory");
    }
    return buffer;
    #else
    return NULL;
    #endif
}

AMP_PER_ROLE bool take(struct amp_rpmsg *link, struct rx *rx, bool host) {
    uint32_t room;
    uint8_t *buffer = take_buffer(link, &rx->id, &room, host);
    if (buffer == NULL) {
        return false;
    }
    const struct rpmsg_hdr *hdr = (const void *)buffer;
    rx->src = amp_shm_load_32(&hdr->src);
    rx->dst = amp_shm_load_32(&hdr->dst);
    rx->len = amp_shm_load_16(&hdr->len);
    rx->data = buffer + AMP_HEADER_SIZE;
    if (room < AMP_HEADER_SIZE || rx->len > room - AMP_HEADER_SIZE) {
        rx->data = NULL;
    }
    return true;
}

AMP_PER_ROLE void give_back(struct amp_rpmsg *link, uint16_t id, bool host) {
    if (host) {
        amp_virtq_driver_give(&link->rx, id);
    } else {
        amp_virtq_device_give(&link->rx, id, 0);
    }
}

// A message without an endpoint, or for the name service.
static void deliver_rest(struct amp_rpmsg *link, uint32_t dst, const uint8_t *data, size_t len) {
    if (data == NULL) {
        ++link->stats.malformed;
    } else if (dst == RPMSG_NS_ADDR) {
        amp_ns_receive(link, data, len);
    } else {
        ++link->stats.dropped;
    }
}

AMP_PER_ROLE void deliver(struct amp_rpmsg *link, const struct rx *rx) {
    struct amp_endpoint *ept = amp_link_find(link, rx->dst);
    if (ept == NULL || rx->data == NULL) {
        deliver_rest(link, rx->dst, rx->data, rx->len);
        return;
    }
    if (ept->dest == AMP_ADDR_ANY) {
        ept->dest = rx->src;
        ept->flags |= EPT_BOUND;
    }
    if (ept->cb == NULL) {
        ++link->stats.dropped;
        return;
    }
    ++link->stats.received;
    ept->cb(ept, rx->src, rx->data, rx->len);
}

// Have the other side ring for the next message, or not.
AMP_PER_ROLE void listen(struct amp_rpmsg *link, bool on, bool host) {
    if (host) {
        amp_virtq_driver_listen(&link->rx, on);
    } else {
        amp_virtq_device_listen(&link->rx, on);
    }
}

// Look for messages, for the last time with the other side asked to ring.
AMP_PER_ROLE int look(struct amp_rpmsg *link, bool host) {
    int ready = count_ready(link, host);
    if (ready == 0) {
        listen(link, true, host);
        // What came between the look above and the request to be rung.
        ready = count_ready(link, host);
        if (ready > 0) {
            listen(link, false, host);
        }
    }
    if (ready < 0) {
        amp_link_violated(link, "ring index: more buffers than it has");
    }
    return ready;
}

// Take messages until there are none or `max` are taken, and return their
// number.  The link may have gone down meanwhile.
AMP_PER_ROLE unsigned take_all(struct amp_rpmsg *link, unsigned max, bool host) {
    uint16_t generation = link->generation;
    unsigned taken = 0;
    listen(link, false, host);
    while (taken < max) {
        int ready = look(link, host);
        if (ready <= 0) {
            break;
        }
        for (; ready > 0 && taken < max; --ready) {
            struct rx rx;
            if (!take(link, &rx, host)) {
                return taken;
            }
            ++taken;
            deliver(link, &rx);
            if (link->generation != generation) {
                return taken; // the callback ended this life: the ring is gone
            }
            give_back(link, rx.id, host);
        }
    }
    if (taken != 0 && link->generation == generation) {
        amp_link_kick(link, &link->rx, host);
    }
    return taken;
}

int amp_rpmsg_poll_some(struct amp_rpmsg *link, unsigned max) {
    if (!link->up || link->polling) {
        return 0;
    }
    uint16_t generation = link->generation;
    link->polling = true;
    if (link->ns_due) {
        amp_ns_flush(link);
    }
    unsigned taken = 0;
    if (link->generation == generation) {
        taken = amp_link_is_host(link) ? take_all(link, max, true) : take_all(link, max, false);
    }
    link->polling = false;
    bool violated = link->generation != generation && link->violation != NULL;
    return violated ? -AMP_EPROTO : (int)taken;
}

int amp_rpmsg_poll(struct amp_rpmsg *link) {
    return amp_rpmsg_poll_some(link, link->rx.num);
}

bool amp_rpmsg_peer_can_send(const struct amp_rpmsg *link) {
    if (!link->up) {
        return false;
    }
    int held = amp_virtq_in_flight(&link->rx);
    if (amp_link_is_host(link)) {
        int ready = count_ready(link, true);
        return ready >= 0 && ready < held;
    }
    int ready = count_ready(link, false);
    return ready >= 0 && ready < link->rx.num - held;
}
