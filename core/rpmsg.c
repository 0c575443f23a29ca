/* The link: made, up and down. */
#include <string.h>

#include "core/link.h"

const char amp_link_bad_index[] = "bad ring index";
const char amp_link_bad_id[] = "bad ring id";

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

// ---- Buffers in use ----

void amp_link_begin_use(
    struct amp_rpmsg *link, struct amp_virtq *vq, uint32_t id, struct amp_token *token) {
    uint32_t use = link->use + 1;
    if (use < AMP_DESC_IN_USE) { // the first one, or it wrapped
        use = AMP_DESC_IN_USE;
    }
    link->use = token->use = use;
    token->desc_state = &vq->desc_state[id];
    amp_virtq_set_desc_state(vq, id, use);
}

int amp_link_end_use(
    const struct amp_rpmsg *link, struct amp_virtq *vq, const struct amp_token *token) {
    // Of another link or queue, or of none, it is in none of our places.
    uintptr_t id =
        ((uintptr_t)token->desc_state - (uintptr_t)vq->desc_state) / sizeof(*vq->desc_state);
    if (id > vq->mask || vq->desc_state[id] != token->use || !amp_link_is_up(link)) {
        return -AMP_EPIPE;
    }
    amp_virtq_clear_desc_state(vq, (uint32_t)id);
    return (int)id;
}

// ---- Up and down ----

#if AMP_CONFIG_HOST
// Fresh rings over `count` buffers.
static void host_up(
    struct amp_rpmsg *link, const struct amp_rpmsg_layout *layout, size_t rx_len, size_t count) {
    amp_virtq_set_cache(&link->rx, link->port);
    amp_virtq_set_cache(&link->tx, link->port);
    // Nothing that we ever wrote there may come out of the cache any more.
    amp_cache_invalidate(amp_virtq_cache(&link->rx), layout->buffers, rx_len);
    link->tx.buffers += rx_len;
    amp_da_t da = (amp_da_t)layout->buffers_da;
    da = amp_virtq_driver_init(&link->rx, &layout->vring[0], da, true);
    amp_virtq_driver_init(&link->tx, &layout->vring[1], da, false);
    if (count <= link->tx.mask) { // fewer buffers than descriptors
        link->tx.buffer_count = (uint32_t)count;
        if (AMP_CONFIG_FAST_PATH) {
            link->tx.own_count = (uint32_t)count;
        }
    }
}
#endif

#if AMP_CONFIG_DEVICE
// What is in a ring that the host did not empty is no event index that it wrote: it
// decides only when it changes.  But if that of ring 1 says what a host like ours has
// said by now, and nothing else is there that the start of a session does not leave,
// then it was written in this session.
static void meet_old_ring(struct amp_rpmsg *link) {
    uint32_t received = amp_virtq_peer_event(&link->tx);
    uint32_t returned = amp_virtq_peer_event(&link->rx);
    bool fresh = received == 0 && returned == AMP_EVENT_NEVER
        && amp_shm_load_16(link->tx.own_event) == 0; // which we write in each session
    link->tx.first_event = (uint16_t)received;
    link->rx.first_event = (uint16_t)(fresh ? 0 : returned);
}

// What rpmsg-lite's master does to its rings before the device looks at them (and
// no other driver does).
static void meet_rpmsg_lite(struct amp_rpmsg *link) {
    static const uint16_t ask_always = 0;
    // It asks for silence on the ring by which it receives, and never takes that
    // back, but sleeps until it is rung.
    if (amp_shm_load_16(link->tx.peer_event) & VIRTQ_AVAIL_F_NO_INTERRUPT) {
        link->tx.peer_event = &ask_always;
    }
    // It fills the used ring of ring 1 with the buffers that it may send.  So ours
    // follow; none is in the available ring yet.
    uint32_t num = amp_virtq_num(&link->rx);
    if (amp_shm_load_16(amp_virtq_idx(link->rx.out_ring)) == num) {
        link->rx.next_publish = num;
        link->rx.peer_initial = 0;
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
    // A device takes a size for now, until it sees a buffer.
    uint32_t rx_size = host ? layout->buffer_size[0] : 512;
    uint32_t tx_size = host ? layout->buffer_size[1] : 512;
    if (amp_link_is_up(link) || !size_is_valid(rx_size) || !size_is_valid(tx_size)
        || !ring_is_valid(&layout->vring[0]) || !ring_is_valid(&layout->vring[1])) {
        return -AMP_EINVAL;
    }
    // A host has a buffer for each descriptor of ring 0 and one at least for ring 1.
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
        // Ring 0 is the host's receive queue and the device's transmit queue.
        amp_virtq_device_init(&link->tx, &layout->vring[0]);
        amp_virtq_device_init(&link->rx, &layout->vring[1]);
        meet_old_ring(link);
        meet_rpmsg_lite(link);
#endif
    }
    if (AMP_CONFIG_FAST_PATH) {
        link->tx_returned_count = 0;
    }
    link->violation = NULL;
    link->state |= LINK_UP;
    // Consumed buffers are no news until somebody waits for one.
    amp_virtq_begin_disabled(&link->tx);
#if AMP_CONFIG_DEVICE
    if (!host) {
        amp_link_probe_buffer_size(link);
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
