/*
 * One split virtqueue, seen from the driver's or from the device's side
 * (virtio 1.1, 2.6).  struct amp_virtq holds the private view; the ring itself
 * is only written, and read as a claim.
 *
 * Who may write what:
 *   descriptor table   driver
 *   available ring     driver: ring[], idx, flags (NO_INTERRUPT)
 *   used ring          device: ring[], idx, flags (NO_NOTIFY)
 *
 * A descriptor is either with its owner or with the other side; `busy` has a
 * bit for each that is with the other side (driver) or with us (device), so
 * the peer cannot give us one twice, or one that it does not have.
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

static inline bool amp_virtq_is_busy(const struct amp_virtq *vq, uint32_t id) {
    return (vq->busy[id / 32] >> (id % 32)) & 1;
}
static inline void amp_virtq_set_busy(struct amp_virtq *vq, uint32_t id) {
    vq->busy[id / 32] |= UINT32_C(1) << (id % 32);
}
static inline void amp_virtq_clear_busy(struct amp_virtq *vq, uint32_t id) {
    vq->busy[id / 32] &= ~(UINT32_C(1) << (id % 32));
}

// How many bits of `busy` are set.
static inline uint16_t amp_virtq_in_flight(const struct amp_virtq *vq) {
    return (uint16_t)(vq->avail_idx - vq->used_idx);
}

// ---- Driver (host) ----

// Write the descriptor table for `num` buffers of `size` bytes that lie one
// after the other from `da`, and empty both rings.  While the device is in
// reset.  Descriptor i belongs to buffer i for ever.
void amp_virtq_driver_reset(struct amp_virtq *vq, uint64_t da, uint32_t size, uint16_t flags);

// How many descriptors has the device given back that we did not take yet?
// -1: more than it had.
static inline int amp_virtq_driver_ready(const struct amp_virtq *vq) {
    // Partner: the device's store_release of used.idx after the element.
    uint16_t idx = amp_shm_load_acquire_16(&amp_virtq_used(vq)->idx);
    uint16_t count = (uint16_t)(idx - vq->used_idx);
    return count <= amp_virtq_in_flight(vq) ? count : -1;
}

// Take the next of them; only after amp_virtq_driver_ready() counted it.
// Returns the id, or -1: not a descriptor that the device had.
static inline int amp_virtq_driver_take(struct amp_virtq *vq, uint32_t *len) {
    struct virtq_used_elem *elem = &amp_virtq_used(vq)->ring[vq->used_idx & (vq->num - 1)];
    uint32_t id = amp_shm_load_32(&elem->id);
    if (id >= vq->num || !amp_virtq_is_busy(vq, id)) {
        return -1;
    }
    *len = amp_shm_load_32(&elem->len);
    ++vq->used_idx;
    amp_virtq_clear_busy(vq, id);
    return (int)id;
}

// Give descriptor `id` to the device.
static inline void amp_virtq_driver_give(struct amp_virtq *vq, uint16_t id) {
    struct virtq_avail *avail = amp_virtq_avail(vq);
    amp_virtq_set_busy(vq, id);
    avail->ring[vq->avail_idx & (vq->num - 1)] = id;
    // Partner: the device's load_acquire of avail.idx before the element, the
    // descriptor and the buffer.
    amp_shm_store_release_16(&avail->idx, ++vq->avail_idx);
}

// ---- Device ----

// How many descriptors has the driver made available that we did not take
// yet?  -1: more than it has.
static inline int amp_virtq_device_ready(const struct amp_virtq *vq) {
    // Partner: the driver's store_release of avail.idx.
    uint16_t idx = amp_shm_load_acquire_16(&amp_virtq_avail(vq)->idx);
    uint16_t count = (uint16_t)(idx - vq->avail_idx);
    return count <= vq->num - amp_virtq_in_flight(vq) ? count : -1;
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
// descriptor.  Returns the id, or -1: no descriptor that may be available now.
static inline int amp_virtq_device_take(struct amp_virtq *vq, uint64_t *addr, uint32_t *len) {
    uint32_t id = amp_shm_load_16(&amp_virtq_avail(vq)->ring[vq->avail_idx & (vq->num - 1)]);
    if (id >= vq->num || amp_virtq_is_busy(vq, id) || !amp_virtq_device_read(vq, id, addr, len)) {
        return -1;
    }
    ++vq->avail_idx;
    amp_virtq_set_busy(vq, id);
    return (int)id;
}

// Give it back with `len` bytes written.
static inline void amp_virtq_device_give(struct amp_virtq *vq, uint16_t id, uint32_t len) {
    struct virtq_used *used = amp_virtq_used(vq);
    struct virtq_used_elem *elem = &used->ring[vq->used_idx & (vq->num - 1)];
    amp_virtq_clear_busy(vq, id);
    elem->id = id;
    elem->len = len;
    // Partner: the driver's load_acquire of used.idx before the element and
    // the buffer.
    amp_shm_store_release_16(&used->idx, ++vq->used_idx);
}

// ---- Doorbell suppression (2.6.7 and 2.6.10) ----
//
// The side that waits writes its flag, fences and looks at the index again;
// the side that rings writes the index, fences and looks at the flag.  With a
// fence on both sides at least one of them sees the other's write: either the
// waiter finds the work or the ringer finds that it must ring.

// Tell the driver whether we, the device, want to hear of new descriptors,
// and the reverse.  Before sleeping, look at the index again.
static inline void amp_virtq_device_listen(struct amp_virtq *vq, bool on) {
    amp_shm_store_16(&amp_virtq_used(vq)->flags, on ? 0 : VIRTQ_USED_F_NO_NOTIFY);
    if (on) {
        amp_shm_fence(); // partner: amp_virtq_driver_must_notify()
    }
}
static inline void amp_virtq_driver_listen(struct amp_virtq *vq, bool on) {
    amp_shm_store_16(&amp_virtq_avail(vq)->flags, on ? 0 : VIRTQ_AVAIL_F_NO_INTERRUPT);
    if (on) {
        amp_shm_fence(); // partner: amp_virtq_device_must_notify()
    }
}

// After giving: does the other side want to hear of it?
static inline bool amp_virtq_driver_must_notify(const struct amp_virtq *vq) {
    amp_shm_fence(); // partner: amp_virtq_device_listen()
    return !(amp_shm_load_16(&amp_virtq_used(vq)->flags) & VIRTQ_USED_F_NO_NOTIFY);
}
static inline bool amp_virtq_device_must_notify(const struct amp_virtq *vq) {
    amp_shm_fence(); // partner: amp_virtq_driver_listen()
    return !(amp_shm_load_16(&amp_virtq_avail(vq)->flags) & VIRTQ_AVAIL_F_NO_INTERRUPT);
}

#endif // AMP_CORE_VIRTQ_H
