/* The link: prepare it, bring it up, take it down. */
#include <string.h>

#include "core/link.h"

void amp_rpmsg_init(struct amp_rpmsg *link, enum amp_role role, const struct amp_port *port) {
    memset(link, 0, sizeof(*link));
    link->port = port;
    link->next_addr = RPMSG_FIRST_DYNAMIC_ADDR;
    if (LINK_HOST != 0 && role == AMP_HOST) {
        link->state = LINK_HOST;
    }
    link->sink.link = link;
    link->sink.cb = amp_link_drop;
    link->sink.addr = AMP_ADDR_ANY;
    link->services_end = link->services;
    amp_rpmsg_set_buckets(link, link->own_buckets, AMP_CONFIG_BUCKETS);
}

void amp_rpmsg_set_events(struct amp_rpmsg *link, const struct amp_rpmsg_events *events) {
    bool polling = link->state & LINK_POLLING;
    link->events = events;
    // LINK_POLLING keeps a callback that polls from receiving: the list of announcements
    // must not change while it is being reported.
    link->state |= LINK_POLLING;
    amp_ns_deliver(link);
    if (!polling) {
        amp_link_clear(link, LINK_POLLING | LINK_ENDED);
    }
}

// ---- Up and down ----

#if AMP_CONFIG_HOST
// Write both rings.  There are `count` transmit buffers, perhaps fewer than descriptors.
static void host_up(
    struct amp_rpmsg *link, const struct amp_rpmsg_layout *layout, size_t rx_len, size_t count) {
    amp_virtq_set_cache(&link->rx, link->port);
    amp_virtq_set_cache(&link->tx, link->port);
    // No cache line of an earlier session may be written back over what the device writes.
    amp_cache_invalidate(amp_virtq_cache(&link->rx), layout->buffers, rx_len);
    link->tx.buffers += rx_len;
    amp_da_t da = (amp_da_t)layout->buffers_da;
    da = amp_virtq_driver_init(&link->rx, &layout->vring[0], da, true);
    amp_virtq_driver_init(&link->tx, &layout->vring[1], da, false);
    if (count <= link->tx.mask) { // fewer buffers than descriptors
        link->tx.buffer_count = link->tx.free_count = (uint32_t)count;
        if (AMP_CONFIG_FAST_PATH) {
            link->tx.own_count = (uint32_t)count;
        }
    }
}
#endif

#if AMP_CONFIG_DEVICE
// Two peculiarities of rpmsg-lite's master, which prepares its rings as no other driver does.
static void adapt_to_rpmsg_lite(struct amp_rpmsg *link) {
    static const uint16_t ask_always = 0;
    // It disables notifications of its receive queue and never enables them, but sleeps until
    // it is kicked.
    if (amp_shm_load_16(link->tx.peer_notify) & VIRTQ_AVAIL_F_NO_INTERRUPT) {
        link->tx.peer_notify = &ask_always;
    }
    // It fills the used ring of vring 1 with all its transmit buffers, before any is in the
    // available ring.  This side's entries follow those.
    uint32_t num = amp_virtq_num(&link->rx);
    if (amp_shm_load_16(amp_virtq_idx(link->rx.out_ring)) == num) {
        link->rx.next_publish = num;
        link->rx.peer_initial = 0;
    }
}

// A host need not have cleared the rings, so the value of an event index may be of an earlier
// session: it counts only once it has changed.  Exception: if that of vring 1 is the value
// that an openamp host writes at the start of a session, and everything else is as such a
// host leaves it then, it is of this session.
static void note_old_events(struct amp_rpmsg *link) {
    uint32_t received = amp_virtq_peer_event_idx(&link->tx);
    uint32_t returned = amp_virtq_peer_event_idx(&link->rx);
    bool fresh = received == 0 && returned == AMP_EVENT_NEVER
        && amp_shm_load_16(link->tx.own_notify) == 0; // this side writes it in each session
    link->tx.first_event = (uint16_t)received;
    link->rx.first_event = (uint16_t)(fresh ? 0 : returned);
}

// Look at the host's rings.  Vring 0 is the host's receive queue, so the device transmits
// on it.
static void device_up(struct amp_rpmsg *link, const struct amp_rpmsg_layout *layout) {
    amp_virtq_device_init(&link->tx, &layout->vring[0]);
    amp_virtq_device_init(&link->rx, &layout->vring[1]);
    adapt_to_rpmsg_lite(link);
    note_old_events(link);
}
#endif

// Does a buffer have room for a header, and for a payload of at least 1 and at most 65535
// bytes?
static bool size_is_valid(uint32_t size) {
    return size % 4 == 0 && size - AMP_HEADER_SIZE - 1 < UINT16_MAX;
}

static bool ring_is_valid(const struct amp_vring_layout *ring) {
    return amp_virtq_shape_is_valid(ring->num, ring->align);
}

int amp_rpmsg_up(struct amp_rpmsg *link, const struct amp_rpmsg_layout *layout) {
    bool host = amp_link_is_host(link);
    // A device assumes a size until it sees a buffer.
    uint32_t rx_size = host ? layout->buffer_size[0] : 512;
    uint32_t tx_size = host ? layout->buffer_size[1] : 512;
    if (amp_link_is_up(link) || !size_is_valid(rx_size) || !size_is_valid(tx_size)
        || !ring_is_valid(&layout->vring[0]) || !ring_is_valid(&layout->vring[1])) {
        return -AMP_EINVAL;
    }
    // A host needs a buffer for each descriptor of ring 0, and at least one for ring 1.
    size_t rx_len = (size_t)layout->vring[0].num * rx_size;
    size_t tx_count = (layout->buffers_len - rx_len) / tx_size;
    if (host && (layout->buffers_len < rx_len || tx_count == 0)) {
        return -AMP_EINVAL;
    }
    link->rx.event_mask = link->tx.event_mask = layout->event_idx * UINT32_C(0xFFFF);
    link->rx.buffers = link->tx.buffers = layout->buffers;
    link->name_service = layout->name_service;
    if (!host) {
        link->buffers_da = layout->buffers_da;
        link->buffers_len = layout->buffers == NULL ? 0 : layout->buffers_len;
    }
    amp_link_set_buffer_size(link, &link->tx, tx_size);
    amp_link_set_buffer_size(link, &link->rx, rx_size);
    if (host) {
#if AMP_CONFIG_HOST
        host_up(link, layout, rx_len, tx_count);
#endif
    } else {
#if AMP_CONFIG_DEVICE
        device_up(link, layout);
#endif
    }
    if (AMP_CONFIG_FAST_PATH) {
        link->tx_returned_count = 0;
    }
    link->violation = NULL;
    ++link->stats.changes;
    link->state |= LINK_UP;
    // Ask for no notification of returned buffers until the program waits for room.
    amp_virtq_begin_disabled(&link->tx);
#if AMP_CONFIG_DEVICE
    if (!host) {
        amp_link_probe_buffer_size(link);
    }
#endif
    amp_ns_flush(link);
    return amp_link_is_up(link) ? 0 : -AMP_EPROTO; // a violation was found in the rings
}

void amp_rpmsg_forget(struct amp_rpmsg *link) {
    memset(link->rx.desc_state, 0, sizeof(link->rx.desc_state));
    ++link->stats.changes;
}

void amp_rpmsg_peer_died(struct amp_rpmsg *link) {
    if (amp_link_is_up(link)) {
        link->state |= LINK_PEER_DIED;
    }
}

void amp_rpmsg_down(struct amp_rpmsg *link) {
    if (!amp_link_is_up(link)) {
        return;
    }
    unsigned polling = link->state & LINK_POLLING ? LINK_POLLING | LINK_ENDED : 0;
    link->state = (uint8_t)((link->state & LINK_HOST) | polling);
    link->tx_limit = 0;
    ++link->generation;
    ++link->stats.changes;
    link->services_end = link->services;
    for (struct amp_endpoint *ept = link->endpoints; ept != NULL; ept = ept->next) {
        if (ept->flags & EPT_BOUND) {
            amp_link_unbind(ept);
        }
        if (ept->flags & EPT_ANNOUNCED) {
            ept->flags ^= EPT_ANNOUNCED | EPT_ANNOUNCE; // to be announced in the next session
        }
    }
    // Closing endpoints are released without a withdrawal.  The event may change the list,
    // and even begin a new session, which releases the rest.
    amp_ns_flush(link);
}
