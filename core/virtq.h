/*
 * One split virtqueue, seen from the driver's or from the device's side
 * (virtio 1.1, 2.6).  struct amp_virtq holds the private view; the ring itself
 * is only written, and read as a claim.
 *
 * Who may write what:
 *   descriptor table   driver
 *   available ring     driver: ring[], idx, flags, used_event
 *   used ring          device: ring[], idx, flags, avail_event
 *
 * The driver keeps a bit for each descriptor that the device does not have
 * (`ours`), so the device cannot give one back that it does not have.  The
 * device needs none: all that a driver gains by making a descriptor available
 * twice is a mess in its own buffers.
 *
 * Functions that read a claim return it, or -1 with vq untouched when the
 * claim is impossible: the caller takes the link down.
 */
#ifndef AMP_CORE_VIRTQ_H
#define AMP_CORE_VIRTQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/shm.h"
#include "core/wire/virtq_layout.h"
#include "openamp/rpmsg.h"

// Is it a ring that we can drive: a power of two of descriptors, not too
// many, and an alignment that is a power of two and no smaller than an index?
bool amp_virtq_shape_is_valid(uint32_t num, uint32_t align);

// Set up the private view of the ring at `va`.  The ring is not touched.
void amp_virtq_init(
    struct amp_virtq *vq, void *va, uint16_t num, uint32_t align, uint32_t notify_id);

static inline struct virtq_desc *amp_virtq_desc(const struct amp_virtq *vq) {
    return vq->desc;
}
static inline struct virtq_avail *amp_virtq_avail(const struct amp_virtq *vq) {
    return vq->avail;
}
static inline struct virtq_used *amp_virtq_used(const struct amp_virtq *vq) {
    return vq->used;
}
static inline uint32_t amp_virtq_num(const struct amp_virtq *vq) {
    return vq->mask + 1u;
}

// How many descriptors the other side has (driver) or we have (device).
static inline uint16_t amp_virtq_in_flight(const struct amp_virtq *vq) {
    return (uint16_t)(vq->avail_idx - vq->used_idx);
}

// ---- Driver (host) ----

// Write the descriptor table for `num` buffers of `size` bytes that lie one
// after the other from `da`, and empty both rings.  While the device is in
// reset.  Descriptor i belongs to buffer i for ever.
void amp_virtq_driver_reset(
    struct amp_virtq *vq, uint64_t da, uint32_t size, uint16_t flags, bool event_idx);

static inline bool amp_virtq_driver_owns(const struct amp_virtq *vq, uint32_t id) {
    return (vq->ours[id / 32] >> (id % 32)) & 1;
}
static inline void amp_virtq_driver_own(struct amp_virtq *vq, uint32_t id) {
    vq->ours[id / 32] |= UINT32_C(1) << (id % 32);
}
static inline void amp_virtq_driver_disown(struct amp_virtq *vq, uint32_t id) {
    vq->ours[id / 32] &= ~(UINT32_C(1) << (id % 32));
}

// How many descriptors has the device given back that we did not take yet?
// -1: more than it had.
static inline int amp_virtq_driver_ready(const struct amp_virtq *vq) {
    // Partner: the device's store_release of used.idx after the element.
    uint16_t idx = amp_shm_load_acquire_16(&amp_virtq_used(vq)->idx);
    uint16_t count = (uint16_t)(idx - vq->used_idx);
    return count <= amp_virtq_in_flight(vq) ? count : -1;
}

// Take the next of them; only after amp_virtq_driver_ready() counted it.
// Returns its used element and sets *id, or NULL: not a descriptor that the
// device had.  Its bit in `ours` is the caller's to set, if it does not give
// the descriptor again at once.
static inline const struct virtq_used_elem *amp_virtq_driver_take(
    struct amp_virtq *vq, uint32_t *id) {
    uint32_t idx = vq->used_idx;
    const struct virtq_used_elem *elem = &amp_virtq_used(vq)->ring[idx & vq->mask];
    *id = amp_shm_load_32(&elem->id);
    if (*id > vq->mask || amp_virtq_driver_owns(vq, *id)) {
        return NULL;
    }
    vq->used_idx = (uint16_t)(idx + 1);
    return elem;
}

// Give descriptor `id` to the device; its bit in `ours` is already clear.
static inline void amp_virtq_driver_give(struct amp_virtq *vq, uint32_t id) {
    struct virtq_avail *avail = amp_virtq_avail(vq);
    uint32_t idx = vq->avail_idx;
    amp_shm_store_16(&avail->ring[idx & vq->mask], (uint16_t)id);
    vq->avail_idx = (uint16_t)++idx;
    // Partner: the device's load_acquire of avail.idx before the element, the
    // descriptor and the buffer.
    amp_shm_store_release_16(&avail->idx, (uint16_t)idx);
}

// ---- Device ----

// Begin on the driver's rings.
void amp_virtq_device_begin(struct amp_virtq *vq, bool event_idx);

// How many descriptors has the driver made available that we did not take
// yet?  -1: with those that we have, more than there are.
static inline int amp_virtq_device_ready(const struct amp_virtq *vq) {
    // Partner: the driver's store_release of avail.idx.
    uint16_t idx = amp_shm_load_acquire_16(&amp_virtq_avail(vq)->idx);
    uint16_t count = (uint16_t)(idx - vq->avail_idx);
    return count <= amp_virtq_num(vq) - amp_virtq_in_flight(vq) ? count : -1;
}

// Read descriptor `id` once into private memory.  False: a chain (RPMsg has
// none).
static inline bool amp_virtq_device_read(
    const struct amp_virtq *vq, uint32_t id, uint64_t *addr, uint32_t *len) {
    struct virtq_desc *desc = &amp_virtq_desc(vq)[id];
    *addr = amp_shm_load_64(&desc->addr);
    *len = amp_shm_load_32(&desc->len);
    return !(amp_shm_load_16(&desc->flags) & (VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_INDIRECT));
}

// Take the next of those that amp_virtq_device_ready() counted, and read its
// descriptor.  Returns the id, or -1: not a descriptor, or a chain.
static inline int amp_virtq_device_take(struct amp_virtq *vq, uint64_t *addr, uint32_t *len) {
    uint32_t idx = vq->avail_idx;
    uint32_t id = amp_shm_load_16(&amp_virtq_avail(vq)->ring[idx & vq->mask]);
    if (id > vq->mask || !amp_virtq_device_read(vq, id, addr, len)) {
        return -1;
    }
    vq->avail_idx = (uint16_t)(idx + 1);
    return (int)id;
}

// Give it back with `len` bytes written.
static inline void amp_virtq_device_give(struct amp_virtq *vq, uint32_t id, uint32_t len) {
    struct virtq_used *used = amp_virtq_used(vq);
    uint32_t idx = vq->used_idx;
    struct virtq_used_elem *elem = &used->ring[idx & vq->mask];
    amp_shm_store_32(&elem->id, id);
    amp_shm_store_32(&elem->len, len);
    vq->used_idx = (uint16_t)++idx;
    // Partner: the driver's load_acquire of used.idx before the element and
    // the buffer.
    amp_shm_store_release_16(&used->idx, (uint16_t)idx);
}

// ---- Who rings when (2.6.7, 2.6.8, 2.6.10) ----
//
// The side that waits says so (an event index, or flags), fences and looks at
// the index again; the side that rings writes the index, fences and looks at
// what was said.  With a fence on both sides at least one of them sees the
// other's write: either the waiter finds the work or the ringer finds that it
// must ring.  The fence is amp_shm_fence(), the caller's, so that one can serve
// both: in amp_rpmsg_poll() what was given back and what is waited for.
//
// With event indices the waiter names the one entry at which it wants to be
// rung, and is rung once until it names another: nothing has to be undone.
// With flags (for peers that do not offer event indices) silence has to be
// asked for and taken back, so it is asked for only when there is more than
// one message.

// Ask the driver to ring for the next descriptor that it makes available.
// Then fence, and look at the index again before sleeping.
static inline void amp_virtq_device_listen(struct amp_virtq *vq) {
    if (vq->event_idx) {
        // avail_event, after used.ring.
        amp_shm_store_16((uint16_t *)&amp_virtq_used(vq)->ring[amp_virtq_num(vq)], vq->avail_idx);
    } else {
        amp_shm_store_16(&amp_virtq_used(vq)->flags, 0);
    }
}

// Ask the device to ring for the next descriptor that it gives back.  Then
// fence, and look again.
static inline void amp_virtq_driver_listen(struct amp_virtq *vq) {
    if (vq->event_idx) {
        // used_event, after avail.ring.
        amp_shm_store_16(&amp_virtq_avail(vq)->ring[amp_virtq_num(vq)], vq->used_idx);
    } else {
        amp_shm_store_16(&amp_virtq_avail(vq)->flags, 0);
    }
}

// Ask for silence.  An event index that lies behind is silence enough.
static inline void amp_virtq_device_hush(struct amp_virtq *vq) {
    amp_shm_store_16(&amp_virtq_used(vq)->flags, VIRTQ_USED_F_NO_NOTIFY);
}
static inline void amp_virtq_driver_hush(struct amp_virtq *vq) {
    amp_shm_store_16(&amp_virtq_avail(vq)->flags, VIRTQ_AVAIL_F_NO_INTERRUPT);
}

// After publishing `count` entries up to `idx`, and a fence: does the other
// side want to hear of them?  A count that is too large only rings too often.
static inline bool amp_virtq_must_notify(const struct amp_virtq *vq, uint16_t idx, unsigned count) {
    uint16_t event = amp_shm_load_16(vq->peer_event);
    if (vq->event_idx) {
        // Is the entry that it waits for among them?
        return (uint16_t)(idx - 1 - event) < count;
    }
    return !(event & 1); // NO_NOTIFY and NO_INTERRUPT are the same bit
}

#endif // AMP_CORE_VIRTQ_H
