/*
 * The fast path: the ordinary cases of sending and receiving, in fewer instructions.
 *
 * A case is ordinary if the link is up and nothing else is due, one message or a batch
 * of them is pending, the buffer has the length that all have, and the endpoint is the
 * first one in the bucket of its address.  Every check of the slow path is made here as
 * well.  If an entry fails one, it is left alone, and the slow path handles it: that reads
 * the shared memory again and checks what it read itself.  So no violation is handled
 * here.
 *
 * The reasons why it is fast:
 *   - each function is compiled once for each role, with the role as a constant;
 *   - one comparison of link->state tells that the link is up in this role, and that a
 *     callback only received;
 *   - returned transmit buffers are taken from the ring many at a time, because reading
 *     an entry while the peer writes the next one costs a cache miss;
 *   - a descriptor that goes straight from the in ring to the out ring has no state:
 *     while all do, one comparison checks an id.
 */
#include "core/rpmsg_fast.h"

#include <string.h>

#include "core/link.h"

#if AMP_CONFIG_FAST_PATH

#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

// The state of an idle link that is up.
INLINE unsigned idle_state(bool host) {
    return LINK_UP | (host ? LINK_HOST : 0u);
}

// The state of a link inside a poll whose callbacks only received.
INLINE unsigned polling_state(bool host) {
    return idle_state(host) | LINK_POLLING;
}

// Device: amp_link_map_buffer() for an ordinary descriptor: the buffer has the usual length
// and lies in the window.
INLINE bool map_buffer(
    const struct amp_rpmsg *link, const struct amp_virtq *vq, uint32_t id, uint8_t **buffer) {
    uint64_t addr;
    uint32_t len;
    if (UNLIKELY(id > vq->mask || !amp_virtq_read_desc(vq, id, &addr, &len) || len != vq->size)) {
        return false;
    }
    uint64_t offset = addr - link->buffers_da;
    // The rotation moves the lower two bits to the top: an offset that is not a multiple of
    // 4 becomes larger than every window.
    if (UNLIKELY((offset >> 2 | offset << 62) >= vq->fast_starts)) {
        return false;
    }
    *buffer = vq->buffers + offset;
    return true;
}

// ---- Receiving ----

// Read the next entry.  False: it is not ordinary.  `in_ring` is link->rx.in_ring.
INLINE bool read_ordinary(
    const struct amp_rpmsg *link, const void *in_ring, struct amp_message *message, bool host) {
    const struct amp_virtq *vq = &link->rx;
    if (!host) {
        message->max_len = vq->size;
        message->id = amp_virtq_in_id(vq, in_ring, vq->next_consume, false);
        return map_buffer(link, vq, message->id, &message->buffer);
    }
    const struct virtq_used_elem *elem = amp_virtq_used_elem(vq, in_ring, vq->next_consume);
    message->id = amp_shm_load_32(&elem->id);
    if (UNLIKELY(!amp_virtq_is_with_peer(vq, message->id))) {
        return false;
    }
    message->max_len = amp_shm_load_32(&elem->len);
    message->buffer = vq->buffers + message->id * vq->size;
    return true;
}

// Consume the entry and call the endpoint.  Afterwards the caller gives the buffer back if
// link->state is still polling_state(), or else calls amp_link_end_message().
INLINE void deliver(struct amp_rpmsg *link, const struct amp_message *message, bool host) {
    struct amp_header header;
    link->rx_id = (uint16_t)message->id;
    amp_virtq_consume(&link->rx);
    if (UNLIKELY(!amp_link_read_header(link, message, &header, host))) {
        ++link->stats.malformed;
        return;
    }
    uint8_t *payload = message->buffer + AMP_HEADER_SIZE;
    struct amp_endpoint *ept = *amp_link_bucket(link, header.dst);
    if (UNLIKELY(ept->addr != header.dst)) {
        amp_link_dispatch(link, header.src, header.dst, payload, header.len);
        return;
    }
    ++link->stats.received;
    ept->cb(ept, header.src, payload, header.len);
}

INLINE unsigned receive_batch(struct amp_rpmsg *link, unsigned count, bool host) {
    unsigned left = count;
    struct amp_message message;
    while (left != 0 && !UNLIKELY(!read_ordinary(link, link->rx.in_ring, &message, host))) {
        --left;
        deliver(link, &message, host);
        if (UNLIKELY(link->state != polling_state(host))) {
            amp_link_end_message(link);
            break;
        }
        amp_link_give_back(link, link->rx_id, host);
    }
    return count - left;
}

unsigned amp_fast_receive(struct amp_rpmsg *link, unsigned count) {
    return amp_link_is_host(link) ? receive_batch(link, count, true)
                                  : receive_batch(link, count, false);
}

// Go on with a poll that took one message and may take link->poll_max - 1 more.
NOINLINE int poll_more(struct amp_rpmsg *link) {
    int more = link->poll_max <= 1 ? 0 : amp_link_poll(link, link->poll_max - 1);
    return more < 0 ? more : more + 1;
}

// End a poll of one message whose callback did more than to receive.
NOINLINE int end_one(struct amp_rpmsg *link) {
    bool held = link->state & LINK_HELD;
    amp_link_end_message(link);
    if (link->state & (LINK_ENDED | LINK_LEFT)) {
        return amp_link_end_poll(link, 1);
    }
    amp_link_clear(link, LINK_POLLING);
    if (!held || (link->state & LINK_NS_DUE)) {
        amp_link_notify_returned(link);
        return poll_more(link);
    }
    // No buffer went back, so there is nothing to notify of.
    if (link->poll_max > 1) {
        amp_virtq_enable_notify(&link->rx);
        amp_shm_fence(); // partner: the other side's before it sees whether to kick
        if (amp_virtq_has_pending(&link->rx)) {
            return poll_more(link);
        }
    }
    return 1;
}

// Notify the peer of the one buffer that was given back at `index`, if it asked for that.
INLINE void notify_one(struct amp_rpmsg *link, uint32_t index) {
    amp_shm_fence(); // partner: the other side's before it looks again, see virtq.h
    if (UNLIKELY(amp_virtq_needs_notify(&link->rx, index))) {
        amp_link_notify(link, &link->rx, 1);
    }
}

// A poll that finds exactly one message pending; any other case goes to the slow path.
INLINE int poll_one(struct amp_rpmsg *link, unsigned max, bool host) {
    struct amp_virtq *vq = &link->rx;
    struct amp_message message;
    void *in_ring = vq->in_ring;
    if (UNLIKELY(!amp_virtq_has_one_pending(vq, in_ring, host))
        || UNLIKELY(!read_ordinary(link, in_ring, &message, host))) {
        return amp_link_poll(link, max);
    }
    link->poll_max = max;
    link->state = (uint8_t)polling_state(host);
    deliver(link, &message, host);
    if (UNLIKELY(link->state != polling_state(host))) {
        return end_one(link);
    }
    uint32_t index = amp_link_give_back(link, link->rx_id, host);
    amp_link_clear(link, LINK_POLLING);
    if (link->poll_max <= 1) {
        notify_one(link, index);
        return 1;
    }
    amp_virtq_enable_notify(vq);
    notify_one(link, index);
    return UNLIKELY(amp_virtq_has_pending(vq)) ? poll_more(link) : 1;
}

int amp_rpmsg_poll_some(struct amp_rpmsg *link, unsigned max) {
    if (AMP_CONFIG_HOST && link->state == idle_state(true)) {
        return poll_one(link, max, true);
    }
    if (AMP_CONFIG_DEVICE && link->state == idle_state(false)) {
        return poll_one(link, max, false);
    }
    return amp_link_poll(link, max);
}

// ---- Sending ----

bool amp_fast_free_returned(struct amp_rpmsg *link) {
    while (link->tx_returned_count != 0) {
        uint32_t id = link->tx_returned[--link->tx_returned_count];
        // If the peer returned a buffer twice, the fast path would only send it twice; but
        // here two claims would get the same buffer.
        if (link->tx.desc_state[id] != 0) {
            amp_link_violated(link, amp_link_bad_id);
            return false;
        }
        amp_virtq_set_free(&link->tx, id);
    }
    return true;
}

// Copy the id of the `i`th entry before `last` to ids[i], and return it, unchecked.
INLINE uint32_t copy_id(uint8_t *ids, const void *last, uint32_t i, bool host) {
    uint32_t id = host ? amp_shm_load_32(&((const struct virtq_used_elem *)last - i)->id)
                       : amp_shm_load_16((const uint16_t *)last - i);
    ids[i] = (uint8_t)id;
    return id;
}

// Copy the ids of the `count` entries that end with `last` in reverse order, because they
// are used from the end.  Returns the bitwise or of all ids.  The loop is unrolled, because
// every send pays for a part of it.
INLINE uint32_t copy_ids(uint8_t *ids, const void *last, uint32_t count, bool host) {
    uint32_t all = 0;
    uint32_t i = 0;
    for (; i + 7 < count; i += 8) {
        all |= copy_id(ids, last, i, host);
        all |= copy_id(ids, last, i + 1, host);
        all |= copy_id(ids, last, i + 2, host);
        all |= copy_id(ids, last, i + 3, host);
        all |= copy_id(ids, last, i + 4, host);
        all |= copy_id(ids, last, i + 5, host);
        all |= copy_id(ids, last, i + 6, host);
        all |= copy_id(ids, last, i + 7, host);
    }
    for (; i < count; ++i) {
        all |= copy_id(ids, last, i, host);
    }
    return all;
}

// With no descriptor free or in use here: take all returned buffers, at most up to the ring's
// end.  1: taken; 0: some entry is not ordinary; -AMP_EAGAIN: there are none.
INLINE int refill(struct amp_rpmsg *link, bool host) {
    struct amp_virtq *vq = &link->tx;
    int pending = amp_virtq_pending(vq);
    if (pending <= 0) {
        return pending == 0 ? -AMP_EAGAIN : 0;
    }
    uint32_t first = vq->next_consume & vq->mask;
    uint32_t count = amp_virtq_num(vq) - first;
    count = (uint32_t)pending < count ? (uint32_t)pending : count;
    uint32_t size = host ? sizeof(struct virtq_used_elem) : sizeof(uint16_t);
    const uint8_t *entries = (const uint8_t *)vq->in_ring + first * size;
    amp_cache_invalidate(amp_virtq_cache(vq), entries, count * size);
    if (copy_ids(link->tx_returned, entries + (count - 1) * size, count, host) > vq->mask) {
        return 0;
    }
    for (uint32_t i = vq->buffer_count > vq->mask || !host ? count : 0; i < count; ++i) {
        if (link->tx_returned[i] >= vq->buffer_count) {
            return 0;
        }
    }
    vq->next_consume += count;
    link->tx_returned_count = count;
    amp_link_got_room(link);
    return 1;
}

NOINLINE int send_slowly(
    struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data, size_t len) {
    if (link->tx_returned_count == 0 && link->tx.own_count == 0 && len < link->tx_limit) {
        int refilled = amp_link_is_host(link) ? refill(link, true) : refill(link, false);
        if (refilled != 0) {
            return refilled < 0 ? refilled : amp_rpmsg_send(link, src, dest, data, len);
        }
    }
    return amp_link_send(link, src, dest, data, len);
}

// Take the next returned buffer.  False: there is none, or it is not ordinary.
INLINE bool next_buffer(struct amp_rpmsg *link, uint32_t *id, uint8_t **buffer, bool host) {
    uint32_t count = link->tx_returned_count;
    if (UNLIKELY(count-- == 0)) {
        return false;
    }
    *id = link->tx_returned[count];
    if (host) {
        *buffer = link->tx.buffers + *id * link->tx.size;
    } else if (UNLIKELY(!map_buffer(link, &link->tx, *id, buffer))) {
        return false;
    }
    link->tx_returned_count = count;
    return true;
}

// False: not sent.
INLINE bool send_ordinary(
    struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data, size_t len, bool host) {
    uint32_t id;
    uint8_t *buffer;
    if (UNLIKELY(!next_buffer(link, &id, &buffer, host))) {
        return false;
    }
    uint32_t index = amp_link_prepare_tx(link, buffer, id, src, dest, len, host);
    memcpy(buffer + AMP_HEADER_SIZE, data, len);
    amp_link_publish_tx(link, buffer, index, len);
    amp_link_notify_one(link, &link->tx, index);
    return true;
}

INLINE int send_message(
    struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data, size_t len) {
    if (!UNLIKELY(len >= link->tx_limit)
        && (amp_link_is_host(link) ? send_ordinary(link, src, dest, data, len, true)
                                   : send_ordinary(link, src, dest, data, len, false))) {
        return (int)len;
    }
    return send_slowly(link, src, dest, data, len);
}

int amp_rpmsg_send(
    struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data, size_t len) {
    return send_message(link, src, dest, data, len);
}

int amp_endpoint_send(struct amp_endpoint *ept, const void *data, size_t len) {
    if (UNLIKELY(ept->dest == AMP_ADDR_ANY || ept->link == NULL)) {
        return amp_link_send_from(ept, data, len); // for the right error
    }
    return send_message(ept->link, ept->addr, ept->dest, data, len);
}

#endif // AMP_CONFIG_FAST_PATH
