/*
 * One split virtqueue (virtio 1.1, 2.6), seen from the driver's or from the device's
 * side.  struct amp_virtq is this side's private view of it: its own indices and the
 * states of descriptors.  Ring memory is written, and what the peer wrote there is read
 * once and is a claim until it was checked.
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
 * The driver knows of each descriptor whether the device has it, so a device cannot
 * return one that it does not have.  A device needs no such check: a driver that makes a
 * descriptor available twice spoils its own buffers and nothing else.
 *
 * Functions that read a claim return it, or -1 with vq unchanged if it cannot be true;
 * then the caller takes the link down.
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

// Are we the driver?  A build with one role knows without being told.
static inline bool amp_virtq_is_driver(bool driver) {
    return AMP_CONFIG_HOST && (!AMP_CONFIG_DEVICE || driver);
}

// Can there be such a ring: a power of two of descriptors, not too many, and an alignment
// that is a power of two and no smaller than 4?
bool amp_virtq_shape_is_valid(uint32_t num, uint32_t align);

// Set up the private view of a ring whose layout is valid; vq->event_mask is set already.
// The device looks at the ring only later.
void amp_virtq_device_init(struct amp_virtq *vq, const struct amp_vring_layout *ring);

// While the device is in reset: the driver writes the descriptor table for
// buffers of vq->size bytes that lie one after the other from `da`, and empties both
// rings.  `stock`: it makes all descriptors available (receive); else all are free here
// (transmit).  Descriptor i belongs to buffer i for the whole session.
// Returns the end of the buffers.
amp_da_t amp_virtq_driver_init(
    struct amp_virtq *vq, const struct amp_vring_layout *ring, amp_da_t da, bool stock);

static inline struct virtq_desc *amp_virtq_desc(const struct amp_virtq *vq) {
    return vq->desc;
}
static inline uint32_t amp_virtq_num(const struct amp_virtq *vq) {
    return vq->mask + 1u;
}

// For core/cache.h: a driver whose rings and buffers are cached.
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

// How many entries has the peer published that were not consumed?  -1: more than it has
// descriptors.
int amp_virtq_pending(const struct amp_virtq *vq);

// For the fast path: is it exactly one?
static inline bool amp_virtq_has_one_pending(
    const struct amp_virtq *vq, void *in_ring, bool driver) {
    amp_cache_invalidate(amp_virtq_cache(vq), amp_virtq_idx(in_ring), sizeof(uint16_t));
    // Partner: as in amp_virtq_pending().
    uint32_t idx = amp_shm_load_acquire_16(amp_virtq_idx(in_ring));
    uint32_t with = driver ? vq->next_publish - vq->next_consume : amp_virtq_peer_count(vq);
    return (uint16_t)(idx - vq->next_consume) == 1 && with != 0;
}

// Is anything pending?  This says only whether to look; amp_virtq_pending() checks.
static inline bool amp_virtq_has_pending(const struct amp_virtq *vq) {
    amp_cache_invalidate(amp_virtq_cache(vq), amp_virtq_idx(vq->in_ring), sizeof(uint16_t));
    return amp_shm_load_16(amp_virtq_idx(vq->in_ring)) != (uint16_t)vq->next_consume;
}

// Consume the next entry of the in ring, which was read.
static inline void amp_virtq_consume(struct amp_virtq *vq) {
    ++vq->next_consume;
}

// Publish the entry `index` (vq->next_publish) of the out ring, which was put there.
static inline void amp_virtq_publish(struct amp_virtq *vq, void *out_ring, uint32_t index) {
    // Partner: the other side's load_acquire of this index in
    // amp_virtq_pending(), before the entry, the descriptor and the buffer.
    amp_shm_store_release_16(amp_virtq_idx(out_ring), (uint16_t)(index + 1));
    amp_cache_clean(amp_virtq_cache(vq), amp_virtq_idx(out_ring), sizeof(uint16_t));
    ++vq->next_publish;
}

// ---- States of descriptors ----

// A descriptor with the state 0 is with the peer, or on its way from the in ring to the
// out ring.  Every other stays here for a while.
enum {
    AMP_DESC_FREE = 1, // nobody uses its buffer: it may be sent
    // This and all above: being filled (transmit) or not yet released (receive).  It is the
    // number of the use, which no other use of the link has.
    AMP_DESC_IN_USE = 2,
};

// Give descriptor `id`, whose state is 0, another state, or take it away again.
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

// Is there a descriptor `id`, and may the peer have had it?
static inline bool amp_virtq_is_with_peer(const struct amp_virtq *vq, uint32_t id) {
    return (AMP_CONFIG_FAST_PATH && id < vq->fast_ids)
        || (id <= vq->mask && vq->desc_state[id] == 0);
}

// ---- Entries ----
//
// `driver` says which of the two layouts the rings have; where it is a constant, as in
// the fast path, one of the two is compiled.  `in_ring` is vq->in_ring and `out_ring`
// vq->out_ring: a caller that has read it need not have it read again.

// Driver: an entry of the used ring, which has its descriptor's id and how many bytes
// the device says that it wrote.  Both are claims.
static inline const struct virtq_used_elem *amp_virtq_used_elem(
    const struct amp_virtq *vq, const void *in_ring, uint32_t index) {
    const struct virtq_used_elem *used = in_ring;
    const struct virtq_used_elem *elem = &used[index & vq->mask];
    amp_cache_invalidate(amp_virtq_cache(vq), elem, sizeof(*elem));
    return elem;
}

// The id of the descriptor of an entry of the in ring: a claim.
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

// Put descriptor `id` into the entry `index` (vq->next_publish) of the out ring.  A
// device says the descriptor's own length, in both rings, as every other device does:
// open-amp's host takes it for the size of the buffer (docs/PEERS.md).
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
// The side that waits asks for a notification (by an event index, or by flags), fences
// and looks at the index again.  The side that publishes writes the index, fences and
// looks whether it was asked.  With a fence on both sides at least one of them sees the
// other's write: either the one finds the entry or the other finds that it has to kick.
// The caller makes the fence (amp_shm_fence()), so that one fence can serve for both
// directions: in a poll, for what was given back and for what is waited for.
//
// With event indices a side names the one entry of which it wants to be notified, and is
// notified once until it names another: nothing has to be switched off.  With flags (for
// peers that do not offer event indices) notification has to be disabled and enabled
// again, so the fast path does not disable it for one message.
//
// A peer may accept VIRTIO_RING_F_EVENT_IDX and never write an event index: what is there
// means nothing.  So the peer's flags decide until its index was seen to change in this
// session (amp_virtq_accept_event()); flags of a peer that does write indices are 0, which
// asks for every notification.
//
// One comparison serves both, because flags are an index that is always 0: as a flag, 0
// asks for notifications and 1 (NO_NOTIFY, NO_INTERRUPT) for none; and masked with 0,
// every index is 0.

// May the peer keep event indices, and was not seen to do so?
static inline bool amp_virtq_event_is_unproven(const struct amp_virtq *vq) {
    return vq->peer_event_mask != vq->event_mask;
}
// The peer's event index, where there may be one.
static inline uint32_t amp_virtq_peer_event(const struct amp_virtq *vq) {
    amp_cache_invalidate(amp_virtq_cache(vq), vq->peer_event_idx, sizeof(uint16_t));
    return amp_shm_load_16(vq->peer_event_idx);
}
// Has it changed in this session?
static inline bool amp_virtq_event_moved(const struct amp_virtq *vq) {
    uint32_t first = AMP_CONFIG_DEVICE ? vq->first_event : 0; // a host has zeroed it
    return amp_virtq_peer_event(vq) != first;
}
// From now on the peer's event index decides.
static inline void amp_virtq_accept_event(struct amp_virtq *vq) {
    vq->peer_event = vq->peer_event_idx;
    vq->peer_event_mask = vq->event_mask;
}

// Ask for silence until amp_virtq_enable_notify(), from a peer that heard nothing yet: by
// the flag, or by an index that is far behind and not 0.
enum { AMP_EVENT_NEVER = 0xFFFF };
static inline void amp_virtq_begin_disabled(struct amp_virtq *vq) {
    amp_shm_store_16(vq->own_event, (uint16_t)(vq->event_mask | VIRTQ_AVAIL_F_NO_INTERRUPT));
    amp_cache_clean(amp_virtq_cache(vq), vq->own_event, sizeof(uint16_t));
}

// Ask for a notification of the next entry.  Then fence, and look again before sleeping.
static inline void amp_virtq_enable_notify(struct amp_virtq *vq) {
    amp_shm_store_16(vq->own_event, (uint16_t)(vq->next_consume & vq->event_mask));
    amp_cache_clean(amp_virtq_cache(vq), vq->own_event, sizeof(uint16_t));
}

// Ask for silence.  An event index that lies behind is silence enough.
static inline void amp_virtq_disable_notify(struct amp_virtq *vq) {
    if (vq->event_mask == 0) {
        amp_shm_store_16(vq->own_event, VIRTQ_AVAIL_F_NO_INTERRUPT); // or VIRTQ_USED_F_NO_NOTIFY
        amp_cache_clean(amp_virtq_cache(vq), vq->own_event, sizeof(uint16_t));
    }
}

// After the entry `index` was published, and a fence: did the peer ask to be notified of
// it?
static inline bool amp_virtq_needs_notify(const struct amp_virtq *vq, uint32_t index) {
    amp_cache_invalidate(amp_virtq_cache(vq), vq->peer_event, sizeof(uint16_t));
    return amp_shm_load_16(vq->peer_event) == (index & vq->peer_event_mask);
}

// The same for the last `count` entries, at least one.  A count that is too large only
// leads to a needless kick.
static inline bool amp_virtq_needs_notify_batch(const struct amp_virtq *vq, uint32_t count) {
    amp_cache_invalidate(amp_virtq_cache(vq), vq->peer_event, sizeof(uint16_t));
    uint32_t last = (vq->next_publish - 1) & vq->peer_event_mask;
    return (uint16_t)(last - amp_shm_load_16(vq->peer_event)) < count;
}

#endif // AMP_CORE_VIRTQ_H
