/* Sending: claim a buffer, fill it, give it to the other side. */
#include <string.h>

#include "core/link.h"

// Bits of amp_rpmsg.tx_state: what makes claiming a buffer unusual.
enum {
    TX_WANTED = 1, // the other side was asked to ring for a transmit buffer
    TX_PARKED = 2, // device: buffers were given back unsent
};

// ---- Buffers that are neither sent nor free ----

static inline bool is_parked(const struct amp_rpmsg *link, uint32_t id) {
    return (link->parked[id / 32] >> (id % 32)) & 1;
}

void amp_tx_park(struct amp_rpmsg *link, uint32_t id) {
    // A hostile host can have had one descriptor claimed twice.
    link->parked_count = (uint16_t)(link->parked_count + !is_parked(link, id));
    link->parked[id / 32] |= UINT32_C(1) << (id % 32);
    link->tx_state |= TX_PARKED;
}

static void unpark(struct amp_rpmsg *link, uint32_t id) {
    link->parked[id / 32] &= ~(UINT32_C(1) << (id % 32));
    if (--link->parked_count == 0) {
        link->tx_state = (uint8_t)(link->tx_state & ~TX_PARKED);
    }
}

// ---- Host: the transmit buffers are ours; the device gives them back ----

#if AMP_CONFIG_HOST
// Take back what the device has consumed.  0, or a negative error.
static int host_reclaim(struct amp_rpmsg *link) {
    int ready = amp_virtq_driver_ready(&link->tx);
    if (ready < 0) {
        amp_link_violated(link, "ring index: more buffers than it has");
        return -AMP_EPROTO;
    }
    for (; ready > 0; --ready) {
        uint32_t id;
        if (amp_virtq_driver_take(&link->tx, &id) == NULL
            || (link->parked_count != 0 && is_parked(link, id))) {
            amp_link_violated(link, "used ring: id of a buffer that it does not have");
            return -AMP_EPROTO;
        }
        amp_virtq_driver_own(&link->tx, id);
    }
    return 0;
}

// A buffer that is neither with the device nor being filled, or -1.
AMP_PER_ROLE int host_find_free(const struct amp_rpmsg *link) {
    for (uint32_t id = 0; id <= link->tx.mask; id += 32) {
        uint32_t ours = link->tx.ours[id / 32];
        if (ours != 0) {
            return (int)id + __builtin_ctz(ours);
        }
    }
    return -1;
}

AMP_PER_ROLE int host_claim(struct amp_rpmsg *link, struct amp_tx *tx) {
    int id = host_find_free(link);
    if (id < 0) {
        int error = host_reclaim(link);
        if (error != 0) {
            return error;
        }
        id = host_find_free(link);
        if (id < 0) {
            return -AMP_EAGAIN;
        }
    }
    amp_virtq_driver_disown(&link->tx, (uint32_t)id);
    tx->id = (uint16_t)id;
    tx->size = link->mtu;
    tx->data = link->tx_buffers + (uint32_t)id * link->buffer_size + AMP_HEADER_SIZE;
    return 0;
}
#endif

// ---- Device: the host stocks the ring with empty buffers ----

#if AMP_CONFIG_DEVICE
// The first buffer that was given back unsent.
static int device_unpark(struct amp_rpmsg *link, uint64_t *addr, uint32_t *len) {
    uint32_t id = 0;
    while (!is_parked(link, id)) {
        ++id;
    }
    unpark(link, id);
    return amp_virtq_device_read(&link->tx, id, addr, len) ? (int)id : -1;
}

AMP_PER_ROLE int device_claim(struct amp_rpmsg *link, struct amp_tx *tx) {
    uint64_t addr;
    uint32_t len;
    int id;
    if (link->tx_state & TX_PARKED) {
        id = device_unpark(link, &addr, &len);
    } else {
        int ready = amp_virtq_device_ready(&link->tx);
        if (ready == 0) {
            return -AMP_EAGAIN;
        }
        id = ready < 0 ? -1 : amp_virtq_device_take(&link->tx, &addr, &len);
    }
    uint8_t *buffer = id < 0 ? NULL : amp_link_map_buffer(link, addr, len);
    if (buffer == NULL) {
        amp_link_violated(link, "available ring: transmit buffer that cannot be one");
        return -AMP_EPROTO;
    }
    tx->id = (uint16_t)id;
    tx->size = len - AMP_HEADER_SIZE;
    tx->data = buffer + AMP_HEADER_SIZE;
    if (tx->size != link->mtu) {
        link->mtu = (uint32_t)tx->size;
        link->tx_limit = link->mtu + 1;
    }
    return 0;
}
#endif

// ---- Both ----

// Have the other side ring when it returns a transmit buffer, or not.
static void want_bell_for_room(struct amp_rpmsg *link, bool on) {
    link->tx_state = (uint8_t)((link->tx_state & ~TX_WANTED) | (on ? TX_WANTED : 0));
    if (amp_link_is_host(link)) {
        on ? amp_virtq_driver_listen(&link->tx) : amp_virtq_driver_hush(&link->tx);
    } else {
        on ? amp_virtq_device_listen(&link->tx) : amp_virtq_device_hush(&link->tx);
    }
}

// A transmit buffer that is nobody else's until it is committed or given up.
AMP_PER_ROLE int claim(struct amp_rpmsg *link, struct amp_tx *tx, bool host) {
    int error = -AMP_EPIPE;
    if (host) {
#if AMP_CONFIG_HOST
        error = host_claim(link, tx);
#endif
    } else {
#if AMP_CONFIG_DEVICE
        error = device_claim(link, tx);
#endif
    }
    if (error == 0 && (link->tx_state & TX_WANTED) && !(link->state & LINK_NS_DUE)) {
        want_bell_for_room(link, false);
    }
    return error;
}

AMP_PER_ROLE int commit(struct amp_rpmsg *link, const struct amp_tx *tx, uint32_t src,
    uint32_t dest, size_t len, bool host) {
    struct rpmsg_hdr *hdr = (void *)((uint8_t *)tx->data - AMP_HEADER_SIZE);
    hdr->src = src;
    hdr->dst = dest;
    hdr->reserved = 0;
    hdr->len = (uint16_t)len;
    hdr->flags = 0;
    uint32_t filled = (uint32_t)len + AMP_HEADER_SIZE;
    if (host) {
        amp_virtq_desc(&link->tx)[tx->id].len = filled;
        amp_virtq_driver_give(&link->tx, tx->id);
    } else {
        amp_virtq_device_give(&link->tx, tx->id, filled);
    }
    ++link->stats.sent;
    amp_shm_fence(); // partner: the other side's before it looks again, see virtq.h
    amp_link_kick(link, &link->tx, 1, host);
    return (int)len;
}

AMP_PER_ROLE int send_as(
    struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data, size_t len, bool host) {
    if (len >= link->tx_limit) {
        return amp_link_is_up(link) ? -AMP_EMSGSIZE : -AMP_EPIPE;
    }
    struct amp_tx tx;
    int error = claim(link, &tx, host);
    if (error != 0) {
        return error;
    }
    if (!host && len > tx.size) { // only now it is known what the host stocked
        amp_tx_park(link, tx.id);
        return -AMP_EMSGSIZE;
    }
    memcpy(tx.data, data, len);
    return commit(link, &tx, src, dest, len, host);
}

int amp_rpmsg_send(
    struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data, size_t len) {
    return amp_link_is_host(link) ? send_as(link, src, dest, data, len, true)
                                  : send_as(link, src, dest, data, len, false);
}

int amp_tx_claim(struct amp_rpmsg *link, struct amp_tx *tx) {
    if (!amp_link_is_up(link)) {
        return -AMP_EPIPE;
    }
    tx->generation = link->generation;
    if (!amp_link_is_host(link)) {
        return claim(link, tx, false);
    }
    int error = claim(link, tx, true);
    if (error == 0) {
        amp_tx_park(link, tx->id);
    }
    return error;
}

// Was it claimed in this life of the link?
static bool is_valid(const struct amp_rpmsg *link, const struct amp_tx *tx) {
    return amp_link_is_up(link) && tx->generation == link->generation;
}

int amp_tx_commit(
    struct amp_rpmsg *link, struct amp_tx *tx, uint32_t src, uint32_t dest, size_t len) {
    if (!is_valid(link, tx)) {
        return -AMP_EPIPE;
    }
    if (!amp_link_is_host(link)) {
        return commit(link, tx, src, dest, len, false);
    }
    unpark(link, tx->id);
    return commit(link, tx, src, dest, len, true);
}

void amp_tx_cancel(struct amp_rpmsg *link, struct amp_tx *tx) {
    if (!is_valid(link, tx)) {
        return;
    }
    if (amp_link_is_host(link)) {
        unpark(link, tx->id);
        amp_virtq_driver_own(&link->tx, tx->id);
    } else {
        amp_tx_park(link, tx->id);
    }
}

size_t amp_rpmsg_mtu(const struct amp_rpmsg *link) {
    return amp_link_is_up(link) ? link->mtu : 0;
}

// Why an endpoint without a destination cannot send.
static int unbound_error(const struct amp_endpoint *ept) {
    // Who had a peer is told that it is gone, not that it never was.
    bool lost = ept->link != NULL && (ept->flags & EPT_BOUND) && !amp_link_is_up(ept->link);
    return lost && !(ept->flags & EPT_CLOSING) ? -AMP_EPIPE : -AMP_ENOTCONN;
}

int amp_endpoint_send(struct amp_endpoint *ept, const void *data, size_t len) {
    if (ept->dest == AMP_ADDR_ANY || ept->link == NULL) {
        return unbound_error(ept);
    }
    struct amp_rpmsg *link = ept->link;
    return amp_link_is_host(link) ? send_as(link, ept->addr, ept->dest, data, len, true)
                                  : send_as(link, ept->addr, ept->dest, data, len, false);
}

static bool has_room(const struct amp_rpmsg *link) {
#if AMP_CONFIG_HOST
    if (amp_link_is_host(link)) {
        return host_find_free(link) >= 0 || amp_virtq_driver_ready(&link->tx) != 0;
    }
#endif
    return link->parked_count != 0 || amp_virtq_device_ready(&link->tx) != 0;
}

bool amp_rpmsg_want_room(struct amp_rpmsg *link) {
    if (!amp_link_is_up(link)) {
        return false;
    }
    want_bell_for_room(link, true);
    amp_shm_fence(); // partner: the other side's before it sees whether to ring
    if (has_room(link)) {
        return true;
    }
    if (link->state & LINK_POLLING) {
        // Asked from a callback: the other side may sleep for the buffers that
        // this poll has given back and would ring for only at its end.
        unsigned all = amp_rpmsg_depth(link);
        if (amp_link_is_host(link)) {
            amp_link_kick(link, &link->rx, all, true);
        } else {
            amp_link_kick(link, &link->rx, all, false);
        }
    }
    return false;
}
