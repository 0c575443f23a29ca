/* Sending: claim a buffer, fill it, give it to the other side. */
#include <string.h>

#include "core/link.h"

// ---- Claiming ----

// Is the buffer of descriptor `id` said to be long enough for a payload of `len`
// bytes?  A host's all are.
static bool fits(const struct amp_rpmsg *link, uint32_t id, size_t len) {
    return amp_link_is_host(link)
        || len <= amp_shm_load_32(&amp_virtq_desc(&link->tx)[id].len) - AMP_HEADER_SIZE;
}

// A free one of ours for `len` bytes, or -AMP_EAGAIN.  Host: never sent, or given
// back unsent.  Device: given back unsent, or too short for who asked first.
static AMP_ONE_COPY int find_kept(const struct amp_rpmsg *link, size_t len) {
    const struct amp_virtq *vq = &link->tx;
    uint32_t id = 0;
    while (vq->desc_state[id] != AMP_DESC_FREE || !fits(link, id, len)) {
        if (++id == vq->buffer_count) {
            return -AMP_EAGAIN;
        }
    }
    return (int)id;
}

// The id that the other side returned (host) or stocked (device) at `index`.  It
// is a claim.
AMP_PER_ROLE uint32_t peek(const struct amp_virtq *vq, uint32_t index, bool host) {
    return host ? amp_shm_load_32(&amp_virtq_used_elem(vq, vq->in_ring, index)->id)
                : amp_virtq_avail_id(vq, vq->in_ring, index);
}

// Somebody who waited for room has it now.
static void nobody_waits(struct amp_rpmsg *link) {
    if (!(link->state & LINK_NS_DUE)) {
        amp_virtq_disable_notify(&link->tx);
    }
}

// A free one of ours, or -AMP_EAGAIN.
static int take_kept(struct amp_rpmsg *link) {
    struct amp_virtq *vq = &link->tx;
    int id =
        AMP_CONFIG_FAST_PATH && vq->own_count == 0 ? -AMP_EAGAIN : find_kept(link, link->tx_needs);
    if (id >= 0) {
        amp_virtq_clear_desc_state(vq, (uint32_t)id);
    }
    return id;
}

// One of those that the other side returned, of which `ready` are said to be
// there; or an error.
AMP_PER_ROLE int take_returned(struct amp_rpmsg *link, int ready, bool host) {
    struct amp_virtq *vq = &link->tx;
    if (ready < 0) {
        return amp_link_violated(link, amp_link_bad_index);
    }
    uint32_t id = peek(vq, vq->next_consume, host);
    if (!amp_virtq_is_with_peer(vq, id)) {
        return amp_link_violated(link, amp_link_bad_id);
    }
    amp_virtq_consume(vq);
    nobody_waits(link);
    return (int)id;
}

// What is on the list is free.  False, with the link down: the other side gave
// one twice.  (From the list it would only be sent twice; but two who claim
// buffers must not get the same.)
static bool unlist(struct amp_rpmsg *link) {
    while (link->tx_returned_count != 0) {
        uint32_t id = link->tx_returned[--link->tx_returned_count];
        if (link->tx.desc_state[id] != 0) {
            amp_link_violated(link, amp_link_bad_id);
            return false;
        }
        amp_virtq_set_desc_state(&link->tx, id, AMP_DESC_FREE);
    }
    return true;
}

// The id of a buffer that nobody else has, or an error.
static int take_buffer(struct amp_rpmsg *link) {
    // First ours: when they are used up, the ring has the most to list.
    if (AMP_CONFIG_FAST_PATH) {
        if (!unlist(link)) {
            return -AMP_EPROTO;
        }
        int id = take_kept(link);
        if (id >= 0) {
            return id;
        }
    }
    int ready = amp_virtq_pending(&link->tx);
    if (ready != 0) {
        return take_returned(link, ready, amp_link_is_host(link));
    }
    return AMP_CONFIG_FAST_PATH ? -AMP_EAGAIN : take_kept(link);
}

#if AMP_CONFIG_DEVICE
// A device looks at each buffer at hand until one fits.  Those that do not are kept
// for shorter messages.
static int take_fitting(struct amp_rpmsg *link, uint8_t **buffer, uint32_t *len) {
    struct amp_virtq *vq = &link->tx;
    int id = -AMP_EAGAIN;
    for (uint32_t looks = 0; looks <= vq->mask; ++looks) {
        id = take_buffer(link);
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
        amp_virtq_set_desc_state(vq, (uint32_t)id, AMP_DESC_FREE);
        id = -AMP_EAGAIN;
    }
    if (id != -AMP_EAGAIN || !vq->size_seen) {
        return id;
    }
    // Too long for every one that was ever seen?  Or are all here, so that none will
    // come, and this is why they do not do?
    bool none_comes = amp_virtq_peer_count(vq) == 0 && find_kept(link, 0) >= 0;
    return link->tx_needs >= link->tx_limit || none_comes ? -AMP_EMSGSIZE : id;
}
#endif

// The id of a buffer for a payload of link->tx_needs bytes, which `tx` is made to say
// but for its token; or an error.
static int take_for(struct amp_rpmsg *link, struct amp_tx *tx) {
    if (!amp_link_is_up(link)) {
        return -AMP_EPIPE;
    }
    int id;
    uint8_t *buffer;
    uint32_t len = link->tx.size;
    if (amp_link_is_host(link)) {
        id = take_buffer(link);
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
    int id = take_for(link, tx);
    if (id < 0) {
        return id;
    }
    amp_link_begin_use(link, &link->tx, (uint32_t)id, &tx->token);
    return 0;
}

void amp_tx_cancel(struct amp_rpmsg *link, struct amp_tx *tx) {
    int id = amp_link_end_use(link, &link->tx, &tx->token);
    if (id >= 0) {
        amp_virtq_set_desc_state(&link->tx, (uint32_t)id, AMP_DESC_FREE);
    }
}

// ---- Sending ----

static inline void write_addresses(uint8_t *data, uint32_t src, uint32_t dest) {
    struct rpmsg_hdr *hdr = (void *)(data - AMP_HEADER_SIZE);
    hdr->src = src;
    hdr->dst = dest;
}

// Send the `len` bytes at `data`, which may also be written before commit() only, in
// the buffer of descriptor `id`.  Returns the index of the entry.
AMP_PER_ROLE uint32_t prepare(
    struct amp_rpmsg *link, uint8_t *data, uint32_t id, size_t len, bool host) {
    struct amp_virtq *vq = &link->tx;
    struct rpmsg_hdr *hdr = (void *)(data - AMP_HEADER_SIZE);
    hdr->reserved = 0;
    hdr->len_and_flags = (uint32_t)len;
    uint32_t index = vq->next_publish;
    if (host) {
        amp_virtq_put_avail(vq, vq->out_ring, index, id);
    } else {
        amp_virtq_put_used(vq, vq->out_ring, index, id);
    }
    return index;
}

// The message is complete: send it.
AMP_PER_ROLE int commit(struct amp_rpmsg *link, const uint8_t *data, uint32_t index, size_t len) {
    struct amp_virtq *vq = &link->tx;
    amp_cache_clean(amp_virtq_cache(vq), data - AMP_HEADER_SIZE, AMP_HEADER_SIZE + len);
    amp_virtq_publish(vq, vq->out_ring, index);
    ++link->stats.sent;
    amp_shm_fence(); // partner: the other side's before it looks again, see virtq.h
    if (!AMP_CONFIG_FAST_PATH) {
        amp_link_notify(link, vq, 1);
    } else if (amp_virtq_needs_notify(vq, index)) {
        if (AMP_UNLIKELY(amp_virtq_event_is_unproven(vq))) {
            amp_link_notify(link, vq, 1);
        } else {
            amp_link_kick(link, vq);
        }
    }
    return (int)len;
}

// Send the message at `data`, which has its addresses.
static AMP_ONE_COPY int give(struct amp_rpmsg *link, uint8_t *data, uint32_t id, size_t len) {
    uint32_t index = amp_link_is_host(link) ? prepare(link, data, id, len, true)
                                            : prepare(link, data, id, len, false);
    return commit(link, data, index, len);
}

int amp_tx_commit(
    struct amp_rpmsg *link, struct amp_tx *tx, uint32_t src, uint32_t dest, size_t len) {
    int id = amp_link_end_use(link, &link->tx, &tx->token);
    if (id < 0) {
        return id;
    }
    write_addresses(tx->data, src, dest);
    return give(link, tx->data, (uint32_t)id, len);
}

#if AMP_CONFIG_FAST_PATH
// Entry `last` - `i` goes to the list.  Returns its id, a claim.
AMP_PER_ROLE uint32_t copy_id(uint8_t *list, const void *last, uint32_t i, bool host) {
    uint32_t id = host ? amp_shm_load_32(&((const struct virtq_used_elem *)last - i)->id)
                       : amp_shm_load_16((const uint16_t *)last - i);
    list[i] = (uint8_t)id;
    return id;
}

// The `count` entries that end with `last` go to the list, which is used from
// its end.  Returns all the bits that the ids have.  Eight at a time: this is a
// part of what each send costs.
AMP_PER_ROLE uint32_t copy_ids(uint8_t *list, const void *last, uint32_t count, bool host) {
    uint32_t all = 0;
    uint32_t i = 0;
    for (; i + 7 < count; i += 8) {
        all |= copy_id(list, last, i, host);
        all |= copy_id(list, last, i + 1, host);
        all |= copy_id(list, last, i + 2, host);
        all |= copy_id(list, last, i + 3, host);
        all |= copy_id(list, last, i + 4, host);
        all |= copy_id(list, last, i + 5, host);
        all |= copy_id(list, last, i + 6, host);
        all |= copy_id(list, last, i + 7, host);
    }
    for (; i < count; ++i) {
        all |= copy_id(list, last, i, host);
    }
    return all;
}

// List what the other side returned, at most up to the ring's end: 1, go on; 0,
// it is not as usual; -AMP_EAGAIN.
AMP_PER_ROLE int list_as(struct amp_rpmsg *link, bool host) {
    struct amp_virtq *vq = &link->tx;
    int ready = amp_virtq_pending(vq);
    if (ready <= 0) {
        return ready == 0 ? -AMP_EAGAIN : 0;
    }
    uint32_t first = vq->next_consume & vq->mask;
    uint32_t count = amp_virtq_num(vq) - first;
    count = (uint32_t)ready < count ? (uint32_t)ready : count;
    uint32_t size = host ? sizeof(struct virtq_used_elem) : sizeof(uint16_t);
    const uint8_t *entries = (const uint8_t *)vq->in_ring + first * size;
    amp_cache_invalidate(amp_virtq_cache(vq), entries, count * size);
    if (copy_ids(link->tx_returned, entries + (count - 1) * size, count, host) > vq->mask) {
        return 0;
    }
    for (uint32_t i = vq->buffer_count > vq->mask || !host ? count : 0; i < count; ++i) {
        if (link->tx_returned[i] >= vq->buffer_count) {
            return 0; // it has no buffer
        }
    }
    vq->next_consume += count;
    link->tx_returned_count = count;
    nobody_waits(link);
    return 1;
}

static int list_returned(struct amp_rpmsg *link) {
    if (link->tx_returned_count != 0 || link->tx.own_count != 0) {
        return 0;
    }
    return amp_link_is_host(link) ? list_as(link, true) : list_as(link, false);
}
#endif

// Sends, whatever the case.
static AMP_NOINLINE int send_full(
    struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data, size_t len) {
    bool too_long = len >= link->tx_limit;
    if (!amp_link_is_host(link)) {
        link->tx_needs = len; // it looks first
    } else if (too_long && amp_link_is_up(link)) {
        return -AMP_EMSGSIZE;
    }
#if AMP_CONFIG_FAST_PATH
    int listed = too_long ? 0 : list_returned(link);
    if (listed != 0) { // now the short cut works
        return listed < 0 ? listed : amp_rpmsg_send(link, src, dest, data, len);
    }
#endif
    struct amp_tx tx;
    int id = take_for(link, &tx);
    if (id < 0) {
        return id;
    }
    write_addresses(tx.data, src, dest);
    memcpy(tx.data, data, len);
    return give(link, tx.data, (uint32_t)id, len);
}

// For the short cut: the next buffer that was listed, if it is an ordinary one.
AMP_PER_ROLE bool take_usual(struct amp_rpmsg *link, uint32_t *id, uint8_t **buffer, bool host) {
    uint32_t listed = link->tx_returned_count;
    if (AMP_UNLIKELY(listed-- == 0)) {
        return false;
    }
    *id = link->tx_returned[listed];
    if (host) {
        *buffer = link->tx.buffers + *id * link->tx.size;
    } else if (AMP_UNLIKELY(!amp_link_map_fast(link, &link->tx, *id, buffer))) {
        return false;
    }
    link->tx_returned_count = listed;
    return true;
}

// The short cut.  False: left to send_full().
AMP_PER_ROLE bool send_usual(
    struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data, size_t len, bool host) {
    uint32_t id;
    uint8_t *buffer;
    if (AMP_UNLIKELY(!take_usual(link, &id, &buffer, host))) {
        return false;
    }
    uint8_t *to = buffer + AMP_HEADER_SIZE;
    write_addresses(to, src, dest);
    uint32_t index = prepare(link, to, id, len, host);
    memcpy(to, data, len);
    commit(link, to, index, len);
    return true;
}

AMP_PER_ROLE int send_message(
    struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data, size_t len) {
    if (AMP_CONFIG_FAST_PATH && !AMP_UNLIKELY(len >= link->tx_limit)
        && (amp_link_is_host(link) ? send_usual(link, src, dest, data, len, true)
                                   : send_usual(link, src, dest, data, len, false))) {
        return (int)len;
    }
    return send_full(link, src, dest, data, len);
}

int amp_rpmsg_send(
    struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data, size_t len) {
    return send_message(link, src, dest, data, len);
}

// Why an endpoint without a destination cannot send.
static int unbound_error(const struct amp_endpoint *ept) {
    // Who had a peer is told that it is gone, not that it never was.
    bool lost = ept->link != NULL && (ept->flags & EPT_BOUND) && !amp_link_is_up(ept->link);
    return lost ? -AMP_EPIPE : -AMP_ENOTCONN;
}

int amp_endpoint_send(struct amp_endpoint *ept, const void *data, size_t len) {
    if (AMP_UNLIKELY(ept->dest == AMP_ADDR_ANY || ept->link == NULL)) {
        return unbound_error(ept);
    }
    return send_message(ept->link, ept->addr, ept->dest, data, len);
}

static bool has_room(const struct amp_rpmsg *link) {
    return (AMP_CONFIG_FAST_PATH && link->tx_returned_count != 0)
        || find_kept(link, link->tx_needs) >= 0 || amp_virtq_pending(&link->tx) != 0;
}

bool amp_rpmsg_want_room(struct amp_rpmsg *link) {
    if (!amp_link_is_up(link)) {
        return false;
    }
    amp_virtq_enable_notify(&link->tx);
    amp_shm_fence(); // partner: the other side's before it sees whether to ring
    if (has_room(link)) {
        return true;
    }
    if (link->state & LINK_POLLING) {
        // Asked from a callback: the other side may sleep for the buffers that
        // this poll has given back and would ring for only at its end.
        amp_link_notify_returned(link);
    }
    return false;
}
