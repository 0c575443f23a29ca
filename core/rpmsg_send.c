/*
 * Sending (virtio 1.1, 2.6.13; for a device, the mirror of it): the slow path, which is
 * complete.
 *
 * Sending has three steps: claim a buffer, fill it, and commit it.  Committing writes the
 * header, puts the descriptor into the out ring, publishes it, and kicks the peer if it
 * asked for that.  A buffer is taken from the in ring, to which the peer returned it, or it
 * was free here: never sent before (host), or claimed and cancelled.
 */
#include <string.h>

#include "core/link.h"
#include "core/rpmsg_fast.h"

// Not inlined: with -Os gcc would copy the function into both of its callers.
#define ONE_COPY __attribute__((noinline))

// ---- Claiming ----

// Is the buffer of descriptor `id` long enough for a payload of `len` bytes?  On a device the
// descriptor's length is read unchecked: it only selects a buffer here, and
// amp_link_tx_buffer() checks it.
static bool fits(const struct amp_rpmsg *link, uint32_t id, size_t len) {
    return amp_link_is_host(link)
        || len <= amp_shm_load_32(&amp_virtq_desc(&link->tx)[id].len) - AMP_HEADER_SIZE;
}

// A descriptor that is free here, with a buffer for `len` bytes, or -AMP_EAGAIN.
static ONE_COPY int find_free(const struct amp_rpmsg *link, size_t len) {
    const struct amp_virtq *vq = &link->tx;
    uint32_t left = vq->free_count;
    for (uint32_t id = 0; left != 0; ++id) {
        if (vq->desc_state[id] == AMP_DESC_FREE) {
            if (fits(link, id, len)) {
                return (int)id;
            }
            --left;
        }
    }
    return -AMP_EAGAIN;
}

static int take_free(struct amp_rpmsg *link) {
    int id = find_free(link, link->tx_needs);
    if (id >= 0) {
        --link->tx.free_count;
        amp_virtq_clear_desc_state(&link->tx, (uint32_t)id);
    }
    return id;
}

// Take the next descriptor from the in ring; returns it, or an error.  `pending` is the result
// of amp_virtq_pending().
static int take_returned(struct amp_rpmsg *link, int pending) {
    struct amp_virtq *vq = &link->tx;
    if (pending < 0) {
        return amp_link_violated(link, amp_link_bad_index);
    }
    uint32_t id = amp_virtq_in_id(vq, vq->in_ring, vq->next_consume, amp_link_is_host(link));
    if (!amp_virtq_is_with_peer(vq, id)) {
        return amp_link_violated(link, amp_link_bad_id);
    }
    amp_virtq_consume(vq);
    amp_link_got_room(link);
    return (int)id;
}

// Take a transmit descriptor that is free here or was returned; or an error.
static int take_descriptor(struct amp_rpmsg *link) {
    if (!amp_fast_return_tx(link)) {
        return -AMP_EPROTO;
    }
    int id = amp_fast_sends_free_first(link) ? take_free(link) : -AMP_EAGAIN;
    if (id >= 0) {
        return id;
    }
    int pending = amp_virtq_pending(&link->tx);
    return pending == 0 ? take_free(link) : take_returned(link, pending);
}

#if AMP_CONFIG_DEVICE
// Is at least one transmit buffer claimed?
static bool is_one_claimed(const struct amp_virtq *vq) {
    uint32_t id = vq->mask + 1u;
    while (id != 0 && vq->desc_state[id - 1] < AMP_DESC_IN_USE) {
        --id;
    }
    return id != 0;
}

// Device: take buffers until one is long enough for link->tx_needs.  The others stay free
// here, for shorter messages.
static int take_fitting(struct amp_rpmsg *link, uint8_t **buffer, uint32_t *len) {
    struct amp_virtq *vq = &link->tx;
    int id = -AMP_EAGAIN;
    for (uint32_t looks = 0; looks <= vq->mask; ++looks) {
        id = take_descriptor(link);
        if (id < 0) {
            break;
        }
        *buffer = amp_link_tx_buffer(link, (uint32_t)id, len);
        if (*buffer == NULL) {
            return -AMP_EPROTO;
        }
        if (link->tx_needs <= *len - AMP_HEADER_SIZE) {
            return id;
        }
        amp_virtq_set_free(vq, (uint32_t)id);
        id = -AMP_EAGAIN;
    }
    if (id != -AMP_EAGAIN || !vq->size_seen) {
        return id;
    }
    // Is the message longer than every buffer that was seen?  Or are all buffers free here and
    // too short, so that waiting would not help?
    bool none_comes = amp_virtq_peer_count(vq) == 0 && vq->free_count != 0 && !is_one_claimed(vq);
    return link->tx_needs >= link->tx_limit || none_comes ? -AMP_EMSGSIZE : id;
}
#endif

// Take a buffer for a message (on a device of link->tx_needs bytes) and fill in *tx except
// its token.  Returns the descriptor, or an error.
static int take_buffer(struct amp_rpmsg *link, struct amp_tx *tx) {
    int id = -AMP_EPIPE;
    uint8_t *buffer = NULL;
    uint32_t len = link->tx.size;
    if (!amp_link_is_up(link)) {
        return id;
    }
    if (amp_link_is_host(link)) {
        id = take_descriptor(link);
        buffer = link->tx.buffers + (uint32_t)id * len;
    } else {
#if AMP_CONFIG_DEVICE
        id = take_fitting(link, &buffer, &len);
#endif
    }
    if (id < 0) {
        return id;
    }
    tx->data = buffer + AMP_HEADER_SIZE;
    tx->size = len - AMP_HEADER_SIZE;
    return id;
}

int amp_tx_claim(struct amp_rpmsg *link, struct amp_tx *tx) {
    if (!amp_link_is_host(link)) {
        link->tx_needs = 0;
    }
    int id = take_buffer(link, tx);
    if (id < 0) {
        return id;
    }
    amp_link_begin_use(link, &link->tx, (uint32_t)id, &tx->token);
    return 0;
}

void amp_tx_cancel(struct amp_rpmsg *link, struct amp_tx *tx) {
    int id = amp_link_end_use(link, &link->tx, &tx->token);
    if (id >= 0) {
        amp_virtq_set_free(&link->tx, (uint32_t)id);
    }
}

// ---- Sending ----

// Send the message whose payload is in the buffer.
static ONE_COPY int commit(struct amp_rpmsg *link, const struct amp_tx *tx, int id, uint32_t src,
    uint32_t dest, size_t len) {
    uint8_t *buffer = (uint8_t *)tx->data - AMP_HEADER_SIZE;
    uint32_t index =
        amp_link_prepare_tx(link, buffer, (uint32_t)id, src, dest, len, amp_link_is_host(link));
    amp_link_publish_tx(link, buffer, index, len);
    amp_link_notify_one(link, &link->tx, index);
    return (int)len;
}

int amp_tx_commit(
    struct amp_rpmsg *link, struct amp_tx *tx, uint32_t src, uint32_t dest, size_t len) {
    int id = amp_link_end_use(link, &link->tx, &tx->token);
    return id < 0 ? id : commit(link, tx, id, src, dest, len);
}

int amp_link_send(
    struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data, size_t len) {
    struct amp_tx tx;
    if (!amp_link_is_host(link)) {
        link->tx_needs = len; // a device learns the longest message only from the buffers
    } else if (len >= link->tx_limit && amp_link_is_up(link)) {
        return -AMP_EMSGSIZE;
    }
    int id = take_buffer(link, &tx);
    if (id < 0) {
        return id;
    }
    memcpy(tx.data, data, len);
    return commit(link, &tx, id, src, dest, len);
}

int amp_link_send_from(struct amp_endpoint *ept, const void *data, size_t len) {
    struct amp_rpmsg *link = ept->link;
    if (ept->dest == AMP_ADDR_ANY || link == NULL) {
        // If the endpoint had a peer in an ended session, the error is that this is gone.
        bool lost = link != NULL && (ept->flags & EPT_BOUND) && !amp_link_is_up(link);
        return lost ? -AMP_EPIPE : -AMP_ENOTCONN;
    }
    return amp_link_send(link, ept->addr, ept->dest, data, len);
}

// ---- Waiting for room ----

bool amp_rpmsg_want_room(struct amp_rpmsg *link) {
    if (!amp_link_is_up(link)) {
        return false;
    }
    amp_virtq_enable_notify(&link->tx);
    amp_shm_fence(); // partner: the other side's before it sees whether to kick
    if (amp_fast_has_tx(link) || find_free(link, link->tx_needs) >= 0
        || amp_virtq_pending(&link->tx) != 0) {
        return true;
    }
    if (link->state & LINK_POLLING) {
        // Called from a callback: the peer may sleep until it gets the buffers that
        // this poll gave back, of which it would be notified only at the poll's end.
        amp_link_notify_returned(link);
    }
    return false;
}
