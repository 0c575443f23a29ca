/*
 * The insides of the structures of openamp/rpmsg.h, so that a program can declare
 * them, and its calls that are shorter than a call.
 *
 * Nothing here is for users: openamp/rpmsg.h includes it and says which fields they
 * may read.  Who writes what in shared memory: core/virtq.h; in which state a link
 * is: core/link.h.
 */
#ifndef OPENAMP_RPMSG_STORAGE_H
#define OPENAMP_RPMSG_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openamp/config.h"
#include "openamp/port.h"
#include "openamp/rpmsg.h"

// Bit of an endpoint's flags: `dest` was learned, in this session of the link or in a
// former one.
#define AMP_ENDPOINT_BOUND 8

// One end of a channel.
struct amp_endpoint {
    struct amp_endpoint *next; // of the link, newest first
    struct amp_endpoint *next_in_bucket;
    struct amp_rpmsg *link; // read-only for the user; NULL when not created
    amp_endpoint_cb cb; // of the next message: not the user's while there is no `dest`
    amp_endpoint_cb bound_cb; // the user's
    const char *name; // the caller's string, kept by reference
    uint32_t addr; // read-only for the user: own address
    uint32_t dest; // read-only for the user: peer's address or AMP_ADDR_ANY
    uint16_t flags;
};

// One queue, seen from this side.  All bookkeeping is here, in private memory;
// the ring that is ours is written, the other side's is read as claims to be
// checked.
struct amp_virtq {
    // The entries of the ring that we write (driver: available, device: used)
    // and of the one that the other side writes.  A ring's index and flags lie
    // right before its entries.
    void *out_ring;
    void *in_ring;
    uint16_t *own_event; // where we say when we want to be rung
    const uint16_t *peer_event; // where the other side says it
    uint32_t mask; // number of descriptors, a power of two, less 1
    // Free-running indices, of which a ring shows the lower 16 bits.
    uint32_t next_publish; // the next to publish in `out_ring`
    uint32_t next_consume; // the next to take from `in_ring`
    uint32_t peer_initial; // how far the other side may be ahead of `index`: driver 0, device all
    // 0xFFFF: what we say (VIRTIO_RING_F_EVENT_IDX), or what the other side says,
    // is an index.  0: flags.
    uint32_t event_mask;
    uint32_t peer_event_mask;
    const uint16_t *peer_event_idx; // where the other side's event index is, if it may have one
    uint16_t first_event; // device: what was there before the host wrote one
    bool size_seen; // device: `size` is that of a buffer
    void *desc; // the descriptor table
    uint32_t notify_id;
    uint32_t size; // bytes of one buffer; a device learns it
    // Host: the buffer of descriptor 0; the others follow in order.  Device: the
    // shared window in which the host's buffers must lie, or NULL to ask the
    // port for each.
    uint8_t *buffers;
    size_t fast_starts; // device: words of the window at which a buffer of `size` can begin
    uint32_t fast_ids; // driver: ids below it are with the device, without a look at `kept`
    uint32_t own_count;
    uint32_t buffer_count; // ids below it have a buffer
#if AMP_CONFIG_CACHE
    const struct amp_port *cache; // whose cache_line is not 0, or NULL
#endif
    // Of each descriptor, why it stays here (core/virtq.h), or 0.
    uint32_t desc_state[AMP_CONFIG_MAX_BUFFERS];
};

// A remembered announcement of the other side.
struct amp_service {
    char name[AMP_NAME_SIZE];
    uint32_t addr;
    uint32_t delivered; // not 0: the service event has seen it
};

// Of a link's state: an announcement or a withdrawal waits for room.
enum { AMP_LINK_NS_DUE = 16 };

struct amp_rpmsg {
    // What each message needs comes first: small offsets make short code.
    uint8_t state; // AMP_LINK_NS_DUE, and LINK_* of core/link.h
    bool name_service;
    uint16_t rx_id; // of the message that is being handled
    uint32_t generation; // counts sessions: an event may have ended this one
    uint32_t use; // of a buffer, the last one that got a token
    const struct amp_port *port;
    size_t tx_limit; // the shortest payload that is too long: 0 while down
    struct amp_endpoint **buckets;
    uint32_t bucket_mask;
    const struct amp_rpmsg_events *events;
    struct amp_endpoint *endpoints; // the newest
    uint32_t next_addr; // the addresses from here to AMP_ADDR_CHOSEN_END were never in use
    struct amp_service *services_end; // behind the newest
    struct amp_rpmsg_stats stats; // read-only for the user
    struct amp_virtq tx;
    struct amp_virtq rx;
    unsigned poll_max; // of the poll that is under way
    uint32_t tx_returned_count; // ids on tx_returned
    size_t tx_needs; // device: the payload of the last one that asked for a buffer
    const char *violation; // read-only for the user: what the other side did, or NULL
    void *user; // for the user: never touched here
    uint64_t buffers_da; // device: what a descriptor says for the first byte of the window
    size_t buffers_len; // device: bytes of the window
    struct amp_endpoint sink; // ends each bucket's list
    struct amp_endpoint *own_buckets[AMP_CONFIG_BUCKETS];
    // The oldest first; one more than is remembered, for what is being said.
    struct amp_service services[AMP_CONFIG_MAX_SERVICES + 1];
    // For the short cut: transmit buffers that the other side returned, taken all
    // at once: an entry that is read while the other side writes its neighbours
    // travels between the caches again and again.
    uint8_t tx_returned[AMP_CONFIG_MAX_BUFFERS];
};

// ---- Calls ----

static inline bool amp_rpmsg_is_up(const struct amp_rpmsg *link) {
    return link->tx_limit != 0;
}

static inline unsigned amp_rpmsg_depth(const struct amp_rpmsg *link) {
    return link->rx.mask + 1;
}

static inline int amp_rpmsg_poll(struct amp_rpmsg *link) {
    return amp_rpmsg_poll_some(link, amp_rpmsg_depth(link));
}

static inline size_t amp_rpmsg_mtu(const struct amp_rpmsg *link) {
    return link->tx_limit - (link->tx_limit != 0);
}

static inline int amp_endpoint_create(struct amp_rpmsg *link, struct amp_endpoint *ept,
    const char *name, uint32_t addr, uint32_t dest, amp_endpoint_cb cb) {
    return amp_endpoint_create_with(link, ept, name, addr, dest, cb, AMP_ENDPOINT_ANNOUNCE);
}

static inline bool amp_endpoint_is_ready(const struct amp_endpoint *ept) {
    return ept->link != NULL && amp_rpmsg_is_up(ept->link) && ept->dest != AMP_ADDR_ANY;
}

static inline bool amp_endpoint_was_bound(const struct amp_endpoint *ept) {
    return ept->dest != AMP_ADDR_ANY || (ept->flags & AMP_ENDPOINT_BOUND) != 0;
}

static inline uint32_t amp_rpmsg_room_timeout(struct amp_rpmsg *link, uint32_t slept) {
    if (amp_rpmsg_want_room(link) || !amp_rpmsg_is_up(link)) {
        return 0;
    }
    if (link->tx.peer_event_mask != 0) {
        return AMP_FOREVER; // who keeps event indices rings at ours
    }
    return slept + (slept < 16 ? 1 : slept / 8);
}

static inline uint32_t amp_rpmsg_message_timeout(struct amp_rpmsg *link, uint32_t slept) {
    return link->state & AMP_LINK_NS_DUE ? amp_rpmsg_room_timeout(link, slept) : AMP_FOREVER;
}

#endif // OPENAMP_RPMSG_STORAGE_H
