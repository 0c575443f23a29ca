/* What the files of the RPMsg layer share: core/rpmsg*.c only. */
#ifndef AMP_CORE_LINK_H
#define AMP_CORE_LINK_H

#include "core/virtq.h"
#include "core/wire/rpmsg_layout.h"
#include "openamp/rpmsg.h"

// Flags of struct amp_endpoint.
enum {
    EPT_NAMED = 1, // announced when the link is up: it had no destination
    EPT_ANNOUNCE = 2, // its announcement waits for a buffer
    EPT_ANNOUNCED = 4, // the other side knows it: to be withdrawn
    EPT_CLOSING = 8, // destroyed; its withdrawal waits for a buffer
    EPT_BOUND = 16, // `dest` was learned in this life or in a former one
};

// Bits of amp_rpmsg.state.  An idle link that is up is exactly LINK_UP, and one
// whose callback left all as it was is exactly LINK_UP | LINK_POLLING, so the
// message path asks for everything unusual at once.
enum {
    LINK_UP = 1,
    LINK_POLLING = 2, // inside amp_rpmsg_poll()
    LINK_ENDED = 4, // the life that is being polled has ended
    LINK_HELD = 8, // the message that is being handled is kept
    LINK_NS_DUE = 16, // an endpoint waits for a buffer to be announced or withdrawn
};

static inline void amp_link_clear(struct amp_rpmsg *link, unsigned bits) {
    link->state = (uint8_t)(link->state & ~bits);
}

static inline bool amp_link_is_up(const struct amp_rpmsg *link) {
    return link->state & LINK_UP;
}

// Is the link one of a host?  A build with one role decides at compile time.
static inline bool amp_link_is_host(const struct amp_rpmsg *link) {
    return AMP_CONFIG_HOST && (!AMP_CONFIG_DEVICE || link->role == AMP_HOST);
}

// A function of the message path is written once, with the role as its last
// argument, and inlined where it is called with a constant: each role gets
// straight code, and a build with one role has one copy.  A build for size
// leaves the choice to the compiler.
#ifdef __OPTIMIZE_SIZE__
#define AMP_PER_ROLE static inline
#else
#define AMP_PER_ROLE static inline __attribute__((always_inline))
#endif

// The other side did what no honest peer does: count it, remember what, take
// the link down.
void amp_link_violated(struct amp_rpmsg *link, const char *what);

// Ring, if the other side wants to hear of the last `count` buffers given on
// `vq`.  After a fence.
AMP_PER_ROLE void amp_link_kick(
    struct amp_rpmsg *link, const struct amp_virtq *vq, unsigned count, bool host) {
    if (amp_virtq_must_notify(vq, host ? vq->avail_idx : vq->used_idx, count)) {
        ++link->stats.kicks;
        link->port->ops->notify(link->port->ctx, vq->notify_id);
    }
}

// Transmit buffer `id` is neither sent nor free.
void amp_tx_park(struct amp_rpmsg *link, uint32_t id);

// The local pointer of a buffer that the host named in a descriptor, or NULL
// if it is not wholly in shared memory, too short for a header, longer than a
// header can say, or misaligned.  Device only.
AMP_PER_ROLE void *amp_link_map_buffer(struct amp_rpmsg *link, uint64_t addr, uint32_t len) {
    if (len - AMP_HEADER_SIZE > UINT16_MAX || addr % 4 != 0) {
        return NULL;
    }
    uint64_t offset = addr - link->buffers_da;
    if (offset <= link->buffers_len && len <= link->buffers_len - offset) {
        return link->buffers + offset;
    }
    // No window to look into: the port knows.
    return link->buffers != NULL || offset > UINTPTR_MAX
        ? NULL
        : link->port->ops->map(link->port->ctx, (amp_da_t)offset, len);
}

// The endpoint that has `addr`, or NULL.
static inline struct amp_endpoint *amp_link_find(const struct amp_rpmsg *link, uint32_t addr) {
    struct amp_endpoint *ept = link->buckets[addr & link->bucket_mask];
    while (ept != NULL && ept->addr != addr) {
        ept = ept->next_in_bucket;
    }
    return ept;
}

// Unlink an endpoint whose withdrawal is sent or not needed.
void amp_link_remove(struct amp_rpmsg *link, struct amp_endpoint *ept);

// ---- Name service ----

// A message to RPMSG_NS_ADDR; `data` is in shared memory.
void amp_ns_receive(struct amp_rpmsg *link, const void *data, size_t len);

// Announce (RPMSG_NS_CREATE) or withdraw (RPMSG_NS_DESTROY) an endpoint:
// the result of amp_rpmsg_send().
int amp_ns_send(struct amp_rpmsg *link, const struct amp_endpoint *ept, uint32_t flags);

// Send what waits to be announced or withdrawn, while there is room.
void amp_ns_flush(struct amp_rpmsg *link);

// Bind a new endpoint to a remembered announcement, if there is one.
void amp_ns_bind(struct amp_rpmsg *link, struct amp_endpoint *ept);

// Tell the user of announcements that nobody took and that it has not seen.
void amp_ns_deliver(struct amp_rpmsg *link);

#endif // AMP_CORE_LINK_H
