/*
 * The members of the structures of openamp/rpmsg.h, which a program must know to declare
 * them, and those functions of it that are so short that they are inline.
 *
 * All of this is private: openamp/rpmsg.h includes this file, and says which members a
 * user may read.  Which side writes what in shared memory: core/virtq.h.  The bits of
 * a link's state: core/link.h.
 */
#ifndef OPENAMP_RPMSG_STORAGE_H
#define OPENAMP_RPMSG_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openamp/config.h"
#include "openamp/port.h"
#include "openamp/rpmsg.h"

// Bit of an endpoint's flags: `dest` was bound by an announcement or a first message, in
// this session or an earlier one.
#define AMP_ENDPOINT_BOUND 8

// One end of a channel.
struct amp_endpoint {
    struct amp_endpoint *next; // in the link's list, newest first
    struct amp_endpoint *next_in_bucket;
    struct amp_rpmsg *link; // read-only for the user; NULL when not created
    amp_endpoint_cb cb; // called for the next message; while there is no `dest`, it binds
    amp_endpoint_cb bound_cb; // the user's callback
    const char *name; // the caller's string, kept by reference
    uint32_t addr; // read-only for the user: own address
    uint32_t dest; // read-only for the user: peer's address or AMP_ADDR_ANY
    uint16_t flags;
};

// One virtqueue (virtio 1.1, 2.6), as this side sees it.  All bookkeeping is here, in
// private memory; see core/virtq.h.
struct amp_virtq {
    // The entries of the ring that this side writes (driver: available, device: used) and
    // of the one that the peer writes.  A ring's index and flags lie right before its
    // entries.
    void *out_ring;
    void *in_ring;
    uint16_t *own_notify; // where this side asks for notifications: flags or an event index
    // Where the peer asks for them: its ring's flags or, once it is known to keep them, its
    // event index.
    const uint16_t *peer_notify;
    uint32_t mask; // number of descriptors, a power of two, less 1
    // Indices that never wrap to the ring's length; the idx of a ring is the lower 16 bits.
    uint32_t next_publish; // of the out ring
    uint32_t next_consume; // of the in ring
    uint32_t peer_initial; // descriptors that the peer has at the start: driver 0, device all
    // How notifications are asked for.  0xFFFF: by an event index.  0: by the flags.
    uint32_t event_mask; // this side
    uint32_t peer_event_mask; // the peer
    const uint16_t *peer_event_idx; // where the peer's event index is, if it may keep one
    uint16_t first_event; // device: the value there when the session began
    bool size_seen; // device: `size` is that of a buffer, no longer assumed
    void *desc; // the descriptor table
    uint32_t notify_id;
    uint32_t size; // bytes of one buffer; a device learns it
    // Host: the buffer of descriptor 0; the others follow in order.  Device: the
    // shared window in which the host's buffers must lie, or NULL to ask the
    // port for each.
    uint8_t *buffers;
    // For the fast path.
    size_t fast_starts; // device: words of the window at which a buffer of `size` can begin
    uint32_t fast_ids; // ids below this one are with the peer, whatever their state is
    uint32_t own_count; // descriptors whose state is not 0
    uint32_t buffer_count; // ids below this one have a buffer
    uint32_t free_count; // transmit: descriptors whose state is AMP_DESC_FREE
#if AMP_CONFIG_CACHE
    const struct amp_port *cache; // whose cache_line is not 0, or NULL
#endif
    // The state of each descriptor: AMP_DESC_... of core/virtq.h, or 0.
    uint32_t desc_state[AMP_CONFIG_MAX_BUFFERS];
};

// A remembered announcement of the other side.
struct amp_service {
    char name[AMP_NAME_SIZE];
    uint32_t addr;
    uint32_t delivered; // not 0: the service event has seen it
};

// Bits of a link's state that the functions below need; core/link.h explains them all.
enum { AMP_LINK_POLLING = 2, AMP_LINK_NS_DUE = 16 };

struct amp_rpmsg {
    // What each message needs comes first: small offsets make short code.
    uint8_t state; // AMP_LINK_..., and LINK_... of core/link.h
    bool name_service;
    uint16_t rx_id; // the descriptor of the message that is being received
    uint32_t generation; // counts sessions: shows whether a callback ended the session
    uint32_t use; // the number in the last token that was given out
    const struct amp_port *port;
    size_t tx_limit; // the shortest payload that is too long: 0 while down
    struct amp_endpoint **buckets;
    uint32_t bucket_mask;
    const struct amp_rpmsg_events *events;
    struct amp_endpoint *endpoints; // the list, newest first
    uint32_t next_addr; // the addresses from here to AMP_ADDR_CHOSEN_END were never in use
    struct amp_service *services_end; // behind the newest
    struct amp_rpmsg_stats stats; // read-only for the user
    struct amp_virtq tx;
    struct amp_virtq rx;
    unsigned poll_max; // the most messages that the poll under way may take
    uint32_t tx_returned_count; // entries of tx_returned
    size_t tx_needs; // device: payload bytes of the last message that needed a buffer
    const char *violation; // read-only for the user: what the other side did, or NULL
    void *user; // for the user: never touched here
    uint64_t buffers_da; // device: the address in a descriptor that means the window's start
    size_t buffers_len; // device: bytes of the window
    struct amp_endpoint sink; // ends each bucket's list, and drops what it gets
    struct amp_endpoint *own_buckets[AMP_CONFIG_BUCKETS];
    // Oldest first.  The additional entry is for the announcement that is being received.
    struct amp_service services[AMP_CONFIG_MAX_SERVICES + 1];
    // For the fast path: ids of transmit buffers that the peer returned.  They are taken from
    // the ring many at a time: reading entries one by one, while the peer writes others of the
    // same cache line, would move that line back and forth between the processors.
    uint8_t tx_returned[AMP_CONFIG_MAX_BUFFERS];
};

// ---- Calls ----

static inline bool amp_rpmsg_is_up(const struct amp_rpmsg *link) {
    return link->tx_limit != 0;
}

static inline bool amp_rpmsg_is_polling(const struct amp_rpmsg *link) {
    return link->state & AMP_LINK_POLLING;
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

static inline bool amp_token_is_valid(const struct amp_token *token) {
    return token->desc_state != NULL && *token->desc_state == token->use;
}

static inline bool amp_tx_is_claimed(const struct amp_tx *tx) {
    return amp_token_is_valid(&tx->token);
}

static inline bool amp_rx_is_held(const struct amp_rx *rx) {
    return amp_token_is_valid(&rx->token);
}

static inline uint32_t amp_rpmsg_room_timeout(struct amp_rpmsg *link, uint32_t slept) {
    if (amp_rpmsg_want_room(link) || !amp_rpmsg_is_up(link)) {
        return 0;
    }
    if (link->tx.peer_event_mask != 0) {
        return AMP_FOREVER; // a peer that keeps event indices kicks at ours
    }
    return slept + (slept < 16 ? 1 : slept / 8);
}

static inline uint32_t amp_rpmsg_message_timeout(struct amp_rpmsg *link, uint32_t slept) {
    return link->state & AMP_LINK_NS_DUE ? amp_rpmsg_room_timeout(link, slept) : AMP_FOREVER;
}

#endif // OPENAMP_RPMSG_STORAGE_H
