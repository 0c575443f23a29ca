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
 * The driver remembers which descriptors the device does not have (`kept`), so
 * the device cannot give one back that it does not have.  One that is given
 * again as soon as it was taken is never among them.  A device has no such
 * need: all that a driver gains by making a descriptor available twice is a
 * mess in its own buffers.
 *
 * Functions that read a claim return it, or -1 with vq untouched when the
 * claim is impossible: the caller takes the link down.
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

// A function of the message path is written once, with the role as its last
// argument, and inlined where it is called with a constant: each role gets
// straight code, and a build with one role has one copy.  A build for size
// leaves the choice to the compiler.
//
// A build for speed has short cuts besides: the usual case in a straight line,
// with every check.  What fails one is left to the full path, which reads again
// and decides on what it read itself.
#ifdef __OPTIMIZE_SIZE__
#define AMP_CONFIG_FAST_PATH 0
#define AMP_PER_ROLE static inline
#define AMP_NOINLINE
#else
#define AMP_CONFIG_FAST_PATH 1
#define AMP_PER_ROLE static inline __attribute__((always_inline))
#define AMP_NOINLINE __attribute__((noinline))
#endif

// There is one copy of it, whatever the compiler thinks that it gains by more.
#define AMP_ONE_COPY __attribute__((noinline))

// What is seldom so: the compiler keeps it out of the way.
#define AMP_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

// Are we the driver?  A build with one role knows without being told.
static inline bool amp_virtq_is_driver(bool driver) {
    return AMP_CONFIG_HOST && (!AMP_CONFIG_DEVICE || driver);
}

// Is it a ring that we can drive: a power of two of descriptors, not too
// many, and an alignment that is a power of two and no smaller than an index?
bool amp_virtq_shape_is_valid(uint32_t num, uint32_t align);

// Set up the ring of a layout that is valid; vq->event_mask is set already.  The
// device looks at the ring only later.
void amp_virtq_device_init(struct amp_virtq *vq, const struct amp_vring_layout *ring);

// While the device is in reset: the driver writes the descriptor table for
// buffers of vq->size bytes that lie one after the other from `da`, and empties
// both rings; then it stocks the available ring with all of them (receive), or
// keeps them free (transmit).  Descriptor i belongs to buffer i for ever.
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

// A ring's index, which lies before its entries.
static inline uint16_t *amp_virtq_idx(void *entries) {
    return (uint16_t *)entries - 1;
}

// How many descriptors the other side has, those included that it gave and that
// we did not take yet.
static inline uint32_t amp_virtq_peer_count(const struct amp_virtq *vq) {
    return vq->next_publish + vq->peer_initial - vq->next_consume;
}

// How many entries has the other side published that we did not take yet?
// -1: more than it can have.
int amp_virtq_pending(const struct amp_virtq *vq);

// Is it exactly one?  Anything else, amp_virtq_pending() tells.
static inline bool amp_virtq_has_one_pending(
    const struct amp_virtq *vq, void *in_ring, bool driver) {
    amp_cache_invalidate(amp_virtq_cache(vq), amp_virtq_idx(in_ring), sizeof(uint16_t));
    // Partner: as in amp_virtq_pending().
    uint32_t idx = amp_shm_load_acquire_16(amp_virtq_idx(in_ring));
    uint32_t with = driver ? vq->next_publish - vq->next_consume : amp_virtq_peer_count(vq);
    return (uint16_t)(idx - vq->next_consume) == 1 && with != 0;
}

// Has something been published since we last looked?  Only says whether to
// look: amp_virtq_pending() checks.
static inline bool amp_virtq_has_pending(const struct amp_virtq *vq) {
    amp_cache_invalidate(amp_virtq_cache(vq), amp_virtq_idx(vq->in_ring), sizeof(uint16_t));
    return amp_shm_load_16(amp_virtq_idx(vq->in_ring)) != (uint16_t)vq->next_consume;
}

// The entry that was looked at is taken.
static inline void amp_virtq_consume(struct amp_virtq *vq) {
    ++vq->next_consume;
}

// Show the entry that was put at the index `index`, vq->next_publish.
static inline void amp_virtq_publish(struct amp_virtq *vq, void *out_ring, uint32_t index) {
    // Partner: the other side's load_acquire of this index in
    // amp_virtq_pending(), before the entry, the descriptor and the buffer.
    amp_shm_store_release_16(amp_virtq_idx(out_ring), (uint16_t)(index + 1));
    amp_cache_clean(amp_virtq_cache(vq), amp_virtq_idx(out_ring), sizeof(uint16_t));
    ++vq->next_publish;
}

// ---- What stays here for a while ----

// Why a descriptor stays here.
enum {
    AMP_DESC_FREE = 1, // it may be sent: nobody uses its buffer
    // This and all above, being filled (transmit) or not yet released (receive): the
    // number of the use, which no other one of the link has.
    AMP_DESC_IN_USE = 2,
};

// `id`, which the device does not have, stays here for a while; or goes again.
static inline void amp_virtq_set_desc_state(struct amp_virtq *vq, uint32_t id, uint32_t why) {
    vq->desc_state[id] = why;
    if (AMP_CONFIG_FAST_PATH) {
        ++vq->own_count;
        vq->fast_ids = 0;
    }
}
static inline void amp_virtq_clear_desc_state(struct amp_virtq *vq, uint32_t id) {
    vq->desc_state[id] = 0;
    if (AMP_CONFIG_FAST_PATH && --vq->own_count == 0) {
        vq->fast_ids = vq->buffer_count;
    }
}

// Is it a descriptor, and one that the other side had?  Taken by amp_virtq_consume(),
// it is then given again, or kept.
static inline bool amp_virtq_is_with_peer(const struct amp_virtq *vq, uint32_t id) {
    return (AMP_CONFIG_FAST_PATH && id < vq->fast_ids)
        || (id <= vq->mask && vq->desc_state[id] == 0);
}

// ---- Driver (host) ----

// One of the used elements that amp_virtq_pending() counted.  `in_ring` is
// vq->in_ring: a caller that has just read it needs not read it again.
static inline const struct virtq_used_elem *amp_virtq_used_elem(
    const struct amp_virtq *vq, const void *in_ring, uint32_t index) {
    const struct virtq_used_elem *elem =
        (const struct virtq_used_elem *)in_ring + (index & vq->mask);
    amp_cache_invalidate(amp_virtq_cache(vq), elem, sizeof(*elem));
    return elem;
}

// Descriptor `id`, which is not kept, is for the device: put it at the index
// `index`, vq->next_publish.  `out_ring` is vq->out_ring.
static inline void amp_virtq_put_avail(
    const struct amp_virtq *vq, void *out_ring, uint32_t index, uint32_t id) {
    uint16_t *avail = out_ring;
    amp_shm_store_16(&avail[index & vq->mask], (uint16_t)id);
    amp_cache_clean(amp_virtq_cache(vq), &avail[index & vq->mask], sizeof(uint16_t));
}

// ---- Device ----

// Look at one of those that amp_virtq_pending() counted.  Returns the id of its
// descriptor, or a number that is none: above vq->mask.
static inline uint32_t amp_virtq_avail_id(
    const struct amp_virtq *vq, const void *in_ring, uint32_t index) {
    const uint16_t *avail = in_ring;
    return amp_shm_load_16(&avail[index & vq->mask]);
}

// Read descriptor `id` once into private memory.  False: a chain (RPMsg has
// none).
static inline bool amp_virtq_read_desc(
    const struct amp_virtq *vq, uint32_t id, uint64_t *addr, uint32_t *len) {
    const struct virtq_desc *desc = &amp_virtq_desc(vq)[id];
    *addr = amp_shm_load_64(desc);
    *len = amp_shm_load_32(&desc->len);
    return !(amp_shm_load_16(&desc->flags) & (VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_INDIRECT));
}

// It goes back: put it at the index `index`, vq->next_publish.  The length is that of
// the descriptor, in both rings, as every other device says it: open-amp's host
// takes it for the size of the buffer (docs/PEERS.md).
static inline void amp_virtq_put_used(
    const struct amp_virtq *vq, void *out_ring, uint32_t index, uint32_t id) {
    struct virtq_used_elem *used = out_ring;
    struct virtq_used_elem *elem = &used[index & vq->mask];
    amp_shm_store_32(&elem->id, id);
    amp_shm_store_32(&elem->len, amp_shm_load_32(&amp_virtq_desc(vq)[id].len));
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
// asked for and taken back, so the short cut for one message does not ask.
//
// A peer may accept VIRTIO_RING_F_EVENT_IDX and never write an event index: what
// is there means nothing.  So the peer's flags decide until its index was seen to
// change in this session (amp_virtq_accept_event()); flags of a peer that does
// write indices are 0, which asks for every doorbell.
//
// One line of code serves both: flags are an index that is always 0.  As a
// flag, 0 asks for a doorbell and 1 (NO_NOTIFY, NO_INTERRUPT) for silence;
// masked with 0, every index is 0.

// May the peer have event indices, and was not seen to write one?
static inline bool amp_virtq_event_is_unproven(const struct amp_virtq *vq) {
    return vq->peer_event_mask != vq->event_mask;
}
// The peer's event index, where there may be one; and has it changed in this session?
static inline uint32_t amp_virtq_peer_event(const struct amp_virtq *vq) {
    amp_cache_invalidate(amp_virtq_cache(vq), vq->peer_event_idx, sizeof(uint16_t));
    return amp_shm_load_16(vq->peer_event_idx);
}
static inline bool amp_virtq_event_moved(const struct amp_virtq *vq) {
    uint32_t first = AMP_CONFIG_DEVICE ? vq->first_event : 0; // a host has zeroed it
    return amp_virtq_peer_event(vq) != first;
}
// From now on it decides.
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

// Ask to be rung for the next entry.  Then fence, and look again before
// sleeping.
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

// After publishing the entry with the index `index`, and a fence: does the
// other side want to hear of it?
static inline bool amp_virtq_needs_notify(const struct amp_virtq *vq, uint32_t index) {
    amp_cache_invalidate(amp_virtq_cache(vq), vq->peer_event, sizeof(uint16_t));
    return amp_shm_load_16(vq->peer_event) == (index & vq->peer_event_mask);
}

// The same for the last `count` entries, at least one.  A count that is too
// large only rings too often.
static inline bool amp_virtq_needs_notify_batch(const struct amp_virtq *vq, uint32_t count) {
    amp_cache_invalidate(amp_virtq_cache(vq), vq->peer_event, sizeof(uint16_t));
    uint32_t last = (vq->next_publish - 1) & vq->peer_event_mask;
    return (uint16_t)(last - amp_shm_load_16(vq->peer_event)) < count;
}

#endif // AMP_CORE_VIRTQ_H
