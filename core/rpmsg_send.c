/* Sending: claim a buffer, fill it, give it to the other side. */
#include <string.h>

#include "core/link.h"

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
        uint32_t len;
        if (amp_virtq_driver_take(&link->tx, &len) < 0) {
            amp_link_violated(link, "used ring: id of a buffer that it does not have");
            return -AMP_EPROTO;
        }
    }
    return 0;
}

// A buffer that is neither with the device nor being filled, or -1.
AMP_PER_ROLE int host_find_free(const struct amp_rpmsg *link) {
    uint32_t num = link->tx.num;
    if (amp_virtq_in_flight(&link->tx) + link->parked_count >= num) {
        return -1;
    }
    uint32_t word = 0;
    uint32_t taken;
    while ((taken = link->tx.busy[word] | link->parked[word]) == UINT32_MAX) {
        ++word;
    }
    return (int)(32 * word) + __builtin_ctz(~taken);
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
    tx->id = (uint16_t)id;
    tx->size = link->mtu;
    tx->data = link->buffers + (link->rx.num + (uint32_t)id) * link->buffer_size + AMP_HEADER_SIZE;
    return 0;
}
#endif

// ---- Device: the host stocks the ring with empty buffers ----

#if AMP_CONFIG_DEVICE
AMP_PER_ROLE int device_claim(struct amp_rpmsg *link, struct amp_tx *tx) {
    uint64_t addr;
    uint32_t len;
    int id;
    if (link->parked_count != 0) {
        uint32_t word = 0;
        while (link->parked[word] == 0) {
            ++word;
        }
        uint32_t parked = 32 * word + (uint32_t)__builtin_ctz(link->parked[word]);
        link->parked[word] &= link->parked[word] - 1;
        --link->parked_count;
        id = amp_virtq_device_read(&link->tx, parked, &addr, &len) ? (int)parked : -1;
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
    link->mtu = (uint32_t)tx->size;
    return 0;
}
#endif

// ---- Both ----

static void park(struct amp_rpmsg *link, uint32_t id) {
    link->parked[id / 32] |= UINT32_C(1) << (id % 32);
    ++link->parked_count;
}

static void unpark(struct amp_rpmsg *link, uint32_t id) {
    link->parked[id / 32] &= ~(UINT32_C(1) << (id % 32));
    --link->parked_count;
}

// Have the other side ring when it returns a transmit buffer, or not.
static void listen(struct amp_rpmsg *link, bool on) {
    link->wants_room = on;
    if (amp_link_is_host(link)) {
        amp_virtq_driver_listen(&link->tx, on);
    } else {
        amp_virtq_device_listen(&link->tx, on);
    }
}

// A free transmit buffer.  A host's is not marked yet: it is free until it is
// committed or parked.
AMP_PER_ROLE int claim(struct amp_rpmsg *link, struct amp_tx *tx, bool host) {
    if (!link->up) {
        return -AMP_EPIPE;
    }
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
    if (error == 0 && link->wants_room && !link->ns_due) {
        listen(link, false);
    }
    return error;
}

AMP_PER_ROLE int commit(struct amp_rpmsg *link, const struct amp_tx *tx, uint32_t src,
    uint32_t dest, size_t len, bool host) {
    struct rpmsg_hdr *hdr = (void *)((uint8_t *)tx->data - AMP_HEADER_SIZE);
    *hdr = (struct rpmsg_hdr) {.src = src, .dst = dest, .len = (uint16_t)len};
    uint32_t filled = (uint32_t)len + AMP_HEADER_SIZE;
    if (host) {
        amp_virtq_desc(&link->tx)[tx->id].len = filled;
        amp_virtq_driver_give(&link->tx, tx->id);
    } else {
        amp_virtq_device_give(&link->tx, tx->id, filled);
    }
    ++link->stats.sent;
    amp_link_kick(link, &link->tx, host);
    return (int)len;
}

AMP_PER_ROLE int send(struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data,
    size_t len, bool host) {
    if (link->up && len > link->mtu) {
        return -AMP_EMSGSIZE;
    }
    struct amp_tx tx;
    int error = claim(link, &tx, host);
    if (error != 0) {
        return error;
    }
    if (!host && len > tx.size) { // only now it is known what the host stocked
        park(link, tx.id);
        return -AMP_EMSGSIZE;
    }
    memcpy(tx.data, data, len);
    return commit(link, &tx, src, dest, len, host);
}

int amp_rpmsg_send(
    struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data, size_t len) {
    return amp_link_is_host(link) ? send(link, src, dest, data, len, true)
                                  : send(link, src, dest, data, len, false);
}

int amp_tx_claim(struct amp_rpmsg *link, struct amp_tx *tx) {
    if (!amp_link_is_host(link)) {
        return claim(link, tx, false);
    }
    int error = claim(link, tx, true);
    if (error == 0) {
        park(link, tx->id);
    }
    return error;
}

int amp_tx_commit(
    struct amp_rpmsg *link, struct amp_tx *tx, uint32_t src, uint32_t dest, size_t len) {
    if (!amp_link_is_host(link)) {
        return commit(link, tx, src, dest, len, false);
    }
    unpark(link, tx->id);
    return commit(link, tx, src, dest, len, true);
}

void amp_tx_cancel(struct amp_rpmsg *link, struct amp_tx *tx) {
    if (amp_link_is_host(link)) {
        unpark(link, tx->id);
    } else {
        park(link, tx->id);
    }
}

size_t amp_rpmsg_mtu(const struct amp_rpmsg *link) {
    return link->up ? link->mtu : 0;
}

int amp_endpoint_send(struct amp_endpoint *ept, const void *data, size_t len) {
    if (ept->link == NULL || (ept->flags & EPT_CLOSING)) {
        return -AMP_ENOTCONN;
    }
    if (ept->dest == AMP_ADDR_ANY) {
        // Who had a peer is told that it is gone, not that it never was.
        return (ept->flags & EPT_BOUND) && !ept->link->up ? -AMP_EPIPE : -AMP_ENOTCONN;
    }
    return amp_rpmsg_send(ept->link, ept->addr, ept->dest, data, len);
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
    if (!link->up) {
        return false;
    }
    listen(link, true);
    if (has_room(link)) {
        return true;
    }
    if (link->polling) {
        // Asked from a callback: the other side may sleep for the buffers that
        // this poll has given back and would ring for only at its end.
        bool host = amp_link_is_host(link);
        host ? amp_link_kick(link, &link->rx, true) : amp_link_kick(link, &link->rx, false);
    }
    return false;
}
