/*
 * One split virtqueue (virtio 1.1, 2.6), seen from the driver's or from the device's
 * side.  struct amp_virtq is this side's private view of it: its own indices and the
 * states of descriptors.  What the peer wrote into ring memory is read once, and
 * is not used before it was checked.
 *
 * Who writes what:
 *   descriptor table (2.6.5)   driver
 *   available ring (2.6.6)     driver: ring[], idx, flags, used_event
 *   used ring (2.6.8)          device: ring[], idx, flags, avail_event
 *
 * The ring that this side writes is its out ring, the other one its in ring.  A side
 * consumes an entry of the in ring, and sooner or later publishes its descriptor in the
 * out ring.
 *
 * The driver keeps for each descriptor whether the device has it, so a device cannot
 * return one that it does not have.  A device needs no such check: a driver that makes a
 * descriptor available twice only spoils its own buffers.
 *
 * amp_virtq_pending() returns -1, with vq unchanged, for an index that cannot be true; then
 * the caller takes the link down.
 */
#ifndef AMP_CORE_VIRTQ_H
#define AMP_CORE_VIRTQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cache.h"
#include "core/shm.h"
#include "core/wire/virtq_layout.h"
#include "openamp/rpmsg.h"

// Is this side the driver?  In a build with one role the result is a constant.
static inline bool amp_virtq_is_driver(bool driver) {
    return AMP_CONFIG_HOST && (!AMP_CONFIG_DEVICE || driver);
}

// Is the shape valid: is `num` a power of two and not above AMP_CONFIG_MAX_BUFFERS, and
// `align` a power of two from 4 to 65536?
bool amp_virtq_shape_is_valid(uint32_t num, uint32_t align);

// Device: set up the private view of a ring with a valid layout.  vq->event_mask is set
// already.  Reads nothing of the ring.
void amp_virtq_device_init(struct amp_virtq *vq, const struct amp_vring_layout *ring);

// Driver, while the device is in reset: set up the private view, write the descriptor table
// for buffers of vq->size bytes that lie one after the other from `da`, and empty both
// rings.  `stock`: make all descriptors available (receive); otherwise all are free here
// (transmit).  Descriptor i has buffer i for the whole session.  Returns the end of the
// buffers.
amp_da_t amp_virtq_driver_init(
    struct amp_virtq *vq, const struct amp_vring_layout *ring, amp_da_t da, bool stock);

static inline struct virtq_desc *amp_virtq_desc(const struct amp_virtq *vq) {
    return vq->desc;
}
static inline uint32_t amp_virtq_num(const struct amp_virtq *vq) {
    return vq->mask + 1u;
}

// The port for the calls of core/cache.h, or NULL if rings and buffers are not cached.
static inline void amp_virtq_set_cache(struct amp_virtq *vq, const struct amp_port *port) {
#if AMP_CONFIG_CACHE
    vq->cache = port->cache_line != 0 ? port : NULL;
#else
    (void)vq;
    (void)port;
#endif
}
static inline const struct amp_port *amp_virtq_cache(const struct amp_virtq *vq) {
#if AMP_CONFIG_CACHE
    return vq->cache;
#else
    (void)vq;
    return NULL;
#endif
}

// The index of a ring, which lies right before its entries.
static inline uint16_t *amp_virtq_idx(void *entries) {
    return (uint16_t *)entries - 1;
}

// How many descriptors are with the peer, including those that it has published and this
// side has not consumed.
static inline uint32_t amp_virtq_peer_count(const struct amp_virtq *vq) {
    return vq->next_publish + vq->peer_initial - vq->next_consume;
}

// The number of entries that the peer has published and this side has not consumed.  -1: more
// than the peer has descriptors, a violation.
int amp_virtq_pending(const struct amp_virtq *vq);

// For the fast path: is exactly one entry pending?
static inline bool amp_virtq_has_one_pending(
    const struct amp_virtq *vq, void *in_ring, bool driver) {
    amp_cache_invalidate(amp_virtq_cache(vq), amp_virtq_idx(in_ring), sizeof(uint16_t));
    // Partner: as in amp_virtq_pending().
    uint32_t idx = amp_shm_load_acquire_16(amp_virtq_idx(in_ring));
    uint32_t with = driver ? vq->next_publish - vq->next_consume : amp_virtq_peer_count(vq);
    return (uint16_t)(idx - vq->next_consume) == 1 && with != 0;
}

// Is anything pending?  This does not check the index; amp_virtq_pending() does.
static inline bool amp_virtq_has_pending(const struct amp_virtq *vq) {
    amp_cache_invalidate(amp_virtq_cache(vq), amp_virtq_idx(vq->in_ring), sizeof(uint16_t));
    return amp_shm_load_16(amp_virtq_idx(vq->in_ring)) != (uint16_t)vq->next_consume;
}

// Consume the next entry of the in ring, after reading it.
static inline void amp_virtq_consume(struct amp_virtq *vq) {
    ++vq->next_consume;
}

// Publish the entry `index` (vq->next_publish) of the out ring, after amp_virtq_put().
static inline void amp_virtq_publish(struct amp_virtq *vq, void *out_ring, uint32_t index) {
    // Partner: the other side's load_acquire of this index in
    // amp_virtq_pending(), before the entry, the descriptor and the buffer.
    amp_shm_store_release_16(amp_virtq_idx(out_ring), (uint16_t)(index + 1));
    amp_cache_clean(amp_virtq_cache(vq), amp_virtq_idx(out_ring), sizeof(uint16_t));
    ++vq->next_publish;
}

// ---- States of descriptors ----

// The state of a descriptor is 0 while the peer has it, or while it goes straight from the
// in ring to the out ring.  Otherwise this side keeps it:
enum {
    AMP_DESC_FREE = 1, // its transmit buffer may be sent
    // All states from here on: being filled (transmit) or not yet released (receive).  The
    // state is the number of this use, which no other use of the link has.
    AMP_DESC_IN_USE = 2,
};

// Set the state of descriptor `id`, which is 0, to another; or set it to 0 again.
static inline void amp_virtq_set_desc_state(struct amp_virtq *vq, uint32_t id, uint32_t state) {
    vq->desc_state[id] = state;
    if (AMP_CONFIG_FAST_PATH) {
        ++vq->own_count;
        vq->fast_ids = 0;
    }
}
static inline void amp_virtq_set_free(struct amp_virtq *vq, uint32_t id) {
    ++vq->free_count;
    amp_virtq_set_desc_state(vq, id, AMP_DESC_FREE);
}
static inline void amp_virtq_clear_desc_state(struct amp_virtq *vq, uint32_t id) {
    vq->desc_state[id] = 0;
    if (AMP_CONFIG_FAST_PATH && --vq->own_count == 0) {
        vq->fast_ids = vq->buffer_count;
    }
}

// Is there a descriptor `id`, and is its state 0, so that the peer may return it?
static inline bool amp_virtq_is_with_peer(const struct amp_virtq *vq, uint32_t id) {
    return (AMP_CONFIG_FAST_PATH && id < vq->fast_ids)
        || (id <= vq->mask && vq->desc_state[id] == 0);
}

// ---- Entries ----
//
// `driver` selects the layout of the rings; where it is a constant, as in the fast path,
// only one is compiled.  `in_ring` is vq->in_ring and `out_ring` is vq->out_ring, as
// arguments so that a caller reads them once.

// Driver: an entry of the used ring, with the id of a descriptor and the number of bytes
// that the device wrote: both are the peer's values, unchecked.
static inline const struct virtq_used_elem *amp_virtq_used_elem(
    const struct amp_virtq *vq, const void *in_ring, uint32_t index) {
    const struct virtq_used_elem *used = in_ring;
    const struct virtq_used_elem *elem = &used[index & vq->mask];
    amp_cache_invalidate(amp_virtq_cache(vq), elem, sizeof(*elem));
    return elem;
}

// The id of the descriptor of an entry of the in ring, unchecked.
static inline uint32_t amp_virtq_in_id(
    const struct amp_virtq *vq, const void *in_ring, uint32_t index, bool driver) {
    const uint16_t *avail = in_ring;
    return amp_virtq_is_driver(driver)
        ? amp_shm_load_32(&amp_virtq_used_elem(vq, in_ring, index)->id)
        : amp_shm_load_16(&avail[index & vq->mask]);
}

// Device: read descriptor `id` once into private memory.  False: a chain (RPMsg has
// none).
static inline bool amp_virtq_read_desc(
    const struct amp_virtq *vq, uint32_t id, uint64_t *addr, uint32_t *len) {
    const struct virtq_desc *desc = &amp_virtq_desc(vq)[id];
    *addr = amp_shm_load_64(desc);
    *len = amp_shm_load_32(&desc->len);
    return !(amp_shm_load_16(&desc->flags) & (VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_INDIRECT));
}

// Put descriptor `id` into the entry `index` (vq->next_publish) of the out ring.  A device
// writes the descriptor's own length as used length, in both rings, as every other device
// does, because open-amp's host takes it for the size of the buffer (docs/PEERS.md).
static inline void amp_virtq_put(
    const struct amp_virtq *vq, void *out_ring, uint32_t index, uint32_t id, bool driver) {
    if (amp_virtq_is_driver(driver)) {
        uint16_t *avail = out_ring;
        amp_shm_store_16(&avail[index & vq->mask], (uint16_t)id);
        amp_cache_clean(amp_virtq_cache(vq), &avail[index & vq->mask], sizeof(uint16_t));
    } else {
        struct virtq_used_elem *used = out_ring;
        struct virtq_used_elem *elem = &used[index & vq->mask];
        amp_shm_store_32(&elem->id, id);
        amp_shm_store_32(&elem->len, amp_shm_load_32(&amp_virtq_desc(vq)[id].len));
    }
}

// ---- Notifications (2.6.7, 2.6.10) ----
//
// The side that waits asks for a notification (by an event index, or by flags), fences,
// and looks at the index of the ring again.  The side that publishes writes the index,
// fences, and looks whether it was asked.  With a fence on both sides at least one of them
// sees the other's write: either the one finds the entry, or the other finds that it must
// kick.  The caller makes the fence (amp_shm_fence()), so that in a poll one fence can
// serve both directions: the buffers given back, and the next message.
//
// With event indices a side names the one entry of which it wants to be notified; it gets
// one notification until it names another, so nothing has to be disabled.  With flags (for
// peers that do not offer event indices) notification has to be disabled and enabled
// again, so the fast path does not disable it for one message.
//
// A peer may accept VIRTIO_RING_F_EVENT_IDX and never write an event index, so that its
// value there has no meaning.  So the peer's flags decide until its index was seen to change
// in this session (amp_virtq_accept_event()).  The flags of a peer that does write indices
// are 0, which asks for every notification.
//
// One comparison serves for both, because the index of an entry masked with 0 is 0, and a
// flag of 0 asks for notifications (1 is NO_NOTIFY or NO_INTERRUPT).

// May the peer keep event indices, but was not yet seen to do so?
static inline bool amp_virtq_event_is_unproven(const struct amp_virtq *vq) {
    return vq->peer_event_mask != vq->event_mask;
}
// The value where the peer's event index would be.
static inline uint32_t amp_virtq_peer_event_idx(const struct amp_virtq *vq) {
    amp_cache_invalidate(amp_virtq_cache(vq), vq->peer_event_idx, sizeof(uint16_t));
    return amp_shm_load_16(vq->peer_event_idx);
}
// Has it changed in this session?
static inline bool amp_virtq_event_moved(const struct amp_virtq *vq) {
    uint32_t first = AMP_CONFIG_DEVICE ? vq->first_event : 0; // a host has written 0 there
    return amp_virtq_peer_event_idx(vq) != first;
}
// From now on the peer's event index decides.
static inline void amp_virtq_accept_event(struct amp_virtq *vq) {
    vq->peer_notify = vq->peer_event_idx;
    vq->peer_event_mask = vq->event_mask;
}

// At the start of a session: ask for no notifications until amp_virtq_enable_notify(), by the
// flag or by an event index that is far behind and not 0.
enum { AMP_EVENT_NEVER = 0xFFFF };
static inline void amp_virtq_begin_disabled(struct amp_virtq *vq) {
    amp_shm_store_16(vq->own_notify, (uint16_t)(vq->event_mask | VIRTQ_AVAIL_F_NO_INTERRUPT));
    amp_cache_clean(amp_virtq_cache(vq), vq->own_notify, sizeof(uint16_t));
}

// Ask for a notification of the next entry.  Then fence, and look again before sleeping.
static inline void amp_virtq_enable_notify(struct amp_virtq *vq) {
    amp_shm_store_16(vq->own_notify, (uint16_t)(vq->next_consume & vq->event_mask));
    amp_cache_clean(amp_virtq_cache(vq), vq->own_notify, sizeof(uint16_t));
}

// Ask for no notifications.  With event indices nothing is needed: the last one that was
// named lies behind.
static inline void amp_virtq_disable_notify(struct amp_virtq *vq) {
    if (vq->event_mask == 0) {
        amp_shm_store_16(vq->own_notify, VIRTQ_AVAIL_F_NO_INTERRUPT); // or VIRTQ_USED_F_NO_NOTIFY
        amp_cache_clean(amp_virtq_cache(vq), vq->own_notify, sizeof(uint16_t));
    }
}

// After the entry `index` was published, and a fence: did the peer ask to be notified of
// it?
static inline bool amp_virtq_needs_notify(const struct amp_virtq *vq, uint32_t index) {
    amp_cache_invalidate(amp_virtq_cache(vq), vq->peer_notify, sizeof(uint16_t));
    return amp_shm_load_16(vq->peer_notify) == (index & vq->peer_event_mask);
}

// The same for the last `count` entries, at least one.  A count that is too large only
// leads to a needless kick.
static inline bool amp_virtq_needs_notify_batch(const struct amp_virtq *vq, uint32_t count) {
    amp_cache_invalidate(amp_virtq_cache(vq), vq->peer_notify, sizeof(uint16_t));
    uint32_t last = (vq->next_publish - 1) & vq->peer_event_mask;
    return (uint16_t)(last - amp_shm_load_16(vq->peer_notify)) < count;
}

#endif // AMP_CORE_VIRTQ_H
