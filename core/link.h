/* What the files of the RPMsg layer share: core/rpmsg*.c and core/link.c only. */
#ifndef AMP_CORE_LINK_H
#define AMP_CORE_LINK_H

#include "core/virtq.h"
#include "core/wire/rpmsg_layout.h"
#include "openamp/rpmsg.h"

// Flags of struct amp_endpoint.
enum {
    EPT_CLOSING = RPMSG_NS_DESTROY, // destroyed; its withdrawal waits for a buffer
    // An endpoint with a name, created without a destination and with
    // AMP_ENDPOINT_ANNOUNCE, has one of the next two.
    EPT_ANNOUNCE =
        AMP_ENDPOINT_ANNOUNCE, // to be announced, when the link is up and there is a buffer
    EPT_ANNOUNCED = 4, // it was announced, so its end must be announced too: a withdrawal
    EPT_BOUND = AMP_ENDPOINT_BOUND,
};

// Bits of amp_rpmsg.state.  An idle link that is up has exactly LINK_UP and its role; a
// poll adds LINK_POLLING.  So one comparison tells the fast path its role, and that nothing
// but receiving is due.
enum {
    LINK_UP = 1,
    LINK_POLLING = AMP_LINK_POLLING, // inside of a poll
    LINK_ENDED = 4, // the session that is being polled has ended
    LINK_HELD = 8, // the callback holds its message
    LINK_NS_DUE = AMP_LINK_NS_DUE, // an endpoint waits for a buffer to be announced or withdrawn
    LINK_LEFT = 64, // the callback left its message in the ring
    LINK_PEER_DIED = 128, // the other core is dead: the next poll is the last one
    // The link is a host's.  In a build with one role this is a constant instead of a bit.
    LINK_HOST = AMP_CONFIG_HOST && AMP_CONFIG_DEVICE ? 32 : 0,
};

static inline void amp_link_clear(struct amp_rpmsg *link, unsigned bits) {
    link->state = (uint8_t)(link->state & ~bits);
}

static inline bool amp_link_is_up(const struct amp_rpmsg *link) {
    return link->state & LINK_UP;
}

static inline bool amp_link_is_host(const struct amp_rpmsg *link) {
    return amp_virtq_is_driver(link->state & LINK_HOST);
}

// The peer broke the protocol: count it, remember what it was, and take the link
// down.  Returns -AMP_EPROTO.
int amp_link_violated(struct amp_rpmsg *link, const char *what);
extern const char amp_link_bad_index[];
extern const char amp_link_bad_id[];

// Kick the other core for `vq`.
static inline void amp_link_kick(struct amp_rpmsg *link, const struct amp_virtq *vq) {
    const struct amp_port *port = link->port;
    ++link->stats.kicks;
    port->ops->kick(port->ctx, vq->notify_id);
}

// Kick, if the peer asked to be notified of one of the last `count` entries that were
// published on `vq`.  The caller has made a fence.
void amp_link_notify(struct amp_rpmsg *link, struct amp_virtq *vq, unsigned count);

// The same for the one entry with the index `index`.  A build for speed inlines the
// ordinary cases.
static inline void amp_link_notify_one(
    struct amp_rpmsg *link, struct amp_virtq *vq, uint32_t index) {
    if (!AMP_CONFIG_FAST_PATH) {
        amp_link_notify(link, vq, 1);
    } else if (amp_virtq_needs_notify(vq, index)) {
        if (__builtin_expect(amp_virtq_event_is_unproven(vq), 0)) {
            amp_link_notify(link, vq, 1);
        } else {
            amp_link_kick(link, vq);
        }
    }
}

// Notify the peer, if it asked for that, of receive buffers that were given back.
void amp_link_notify_returned(struct amp_rpmsg *link);

// The buffers of `vq` are `size` bytes long, header included.
static inline void amp_link_set_buffer_size(
    struct amp_rpmsg *link, struct amp_virtq *vq, uint32_t size) {
    vq->size = size;
    link->tx_limit = link->tx.size - AMP_HEADER_SIZE + 1;
#if AMP_CONFIG_DEVICE && AMP_CONFIG_FAST_PATH
    // No buffer can begin in a window that is shorter than a buffer, or of length 0.
    vq->fast_starts = link->buffers_len < size ? 0 : (link->buffers_len - size) / 4 + 1;
#endif
}

// Device: learn the length of transmit buffers from the first one in the ring.  A host makes
// its receive buffers available before it sets DRIVER_OK.
void amp_link_probe_buffer_size(struct amp_rpmsg *link);

// Keep descriptor `id` of `vq` here for a use by the program, which gets a token for it.
void amp_link_begin_use(
    struct amp_rpmsg *link, struct amp_virtq *vq, uint32_t id, struct amp_token *token);

// End the use of a buffer; returns its descriptor.  -AMP_EPIPE: the token's session has
// ended, it was used up before, or it is of another link.
int amp_link_end_use(
    const struct amp_rpmsg *link, struct amp_virtq *vq, const struct amp_token *token);

// ---- Device: the host's buffers ----

// Read descriptor `id` of `vq` once; returns the local pointer to its buffer, and its length
// in *len.  NULL: there is no such descriptor, or it is a chain, or the buffer is not wholly
// in shared memory, too short for a header, longer than a header can say, or misaligned.
uint8_t *amp_link_map_buffer(
    struct amp_rpmsg *link, struct amp_virtq *vq, uint32_t id, uint32_t *len);

// The transmit buffer of descriptor `id`, and its length; or NULL, with the link down.
uint8_t *amp_link_tx_buffer(struct amp_rpmsg *link, uint32_t id, uint32_t *len);

// The first endpoint in the bucket of `addr`.  Each bucket's list ends with link->sink,
// an endpoint that drops what it gets; so there always is a first one.
static inline struct amp_endpoint **amp_link_bucket(const struct amp_rpmsg *link, uint32_t addr) {
    return &link->buckets[addr & link->bucket_mask];
}

// The endpoint that has `addr`, or NULL.
struct amp_endpoint *amp_link_find_endpoint(const struct amp_rpmsg *link, uint32_t addr);

// The oldest endpoint of that name that is bound to `addr`, or (AMP_ADDR_ANY)
// waits for a peer, or NULL.
struct amp_endpoint *amp_link_find_bound(
    const struct amp_rpmsg *link, const char *name, uint32_t addr);

// The callback of an endpoint for which the user gave none: drops and counts the message.
void amp_link_drop(struct amp_endpoint *ept, uint32_t src, void *data, size_t len);

// Set the destination of an endpoint, or take it away.
void amp_link_bind(struct amp_endpoint *ept, uint32_t addr);
void amp_link_unbind(struct amp_endpoint *ept);

// ---- The steps of a message, which the slow and the fast path share ----
//
// `host` is amp_link_is_host(link); in the fast path it is a constant.

// A received message whose entry was checked.
struct amp_message {
    uint32_t id; // of its descriptor
    // Bytes of header and payload at most: on a host the used length, unchecked; on a device
    // the length of the buffer.
    uint32_t max_len;
    uint8_t *buffer;
};
struct amp_header {
    uint32_t src;
    uint32_t dst;
    size_t len; // of the payload: inside the buffer
};

// Read the header once into private memory.  False: its length is impossible.
static inline bool amp_link_read_header(const struct amp_rpmsg *link,
    const struct amp_message *message, struct amp_header *header, bool host) {
    const struct rpmsg_hdr *hdr = (const void *)message->buffer;
    if (host) {
        amp_cache_invalidate(amp_virtq_cache(&link->rx), hdr, AMP_HEADER_SIZE);
    }
    header->src = amp_shm_load_32(&hdr->src);
    header->dst = amp_shm_load_32(&hdr->dst);
    header->len = amp_shm_load_16(&hdr->len);
    if ((host && message->max_len > link->rx.size)
        || header->len + AMP_HEADER_SIZE > message->max_len) {
        return false;
    }
    if (host) {
        amp_cache_invalidate(amp_virtq_cache(&link->rx), hdr + 1, header->len);
    }
    return true;
}

// Give a receive buffer back to the peer.  Returns the index of the entry.
static inline uint32_t amp_link_give_back(struct amp_rpmsg *link, uint32_t id, bool host) {
    struct amp_virtq *vq = &link->rx;
    void *out_ring = vq->out_ring;
    uint32_t index = vq->next_publish;
    if (host) {
        // A callback may have written into its message; those lines must not be written back
        // over the next one.
        amp_cache_invalidate(amp_virtq_cache(vq), vq->buffers + id * vq->size, vq->size);
    }
    amp_virtq_put(vq, out_ring, index, id, host);
    amp_virtq_publish(vq, out_ring, index);
    return index;
}

// Write the header and put the descriptor into the out ring, without publishing the entry:
// so the payload may be written before or after.  Returns the entry's index.
static inline uint32_t amp_link_prepare_tx(struct amp_rpmsg *link, uint8_t *buffer, uint32_t id,
    uint32_t src, uint32_t dest, size_t len, bool host) {
    struct amp_virtq *vq = &link->tx;
    struct rpmsg_hdr *hdr = (void *)buffer;
    hdr->src = src;
    hdr->dst = dest;
    hdr->reserved = 0;
    hdr->len_and_flags = (uint32_t)len;
    uint32_t index = vq->next_publish;
    amp_virtq_put(vq, vq->out_ring, index, id, host);
    return index;
}

// Publish the entry.  The caller then notifies the peer if needed.
static inline void amp_link_publish_tx(
    struct amp_rpmsg *link, const uint8_t *buffer, uint32_t index, size_t len) {
    struct amp_virtq *vq = &link->tx;
    amp_cache_clean(amp_virtq_cache(vq), buffer, AMP_HEADER_SIZE + len);
    amp_virtq_publish(vq, vq->out_ring, index);
    ++link->stats.sent;
    amp_shm_fence(); // partner: the other side's before it looks again, see virtq.h
}

// Call this after taking a transmit buffer from the in ring.  A program that waited for room
// has it now, so ask for no more notifications.
static inline void amp_link_got_room(struct amp_rpmsg *link) {
    if (!(link->state & LINK_NS_DUE)) {
        amp_virtq_disable_notify(&link->tx);
    }
}

// ---- Name service ----

// A message to RPMSG_NS_ADDR; `data` is in shared memory.
void amp_ns_receive(struct amp_rpmsg *link, const void *data, size_t len);

// Announce (RPMSG_NS_CREATE) or withdraw (RPMSG_NS_DESTROY) an endpoint: the
// result of amp_rpmsg_send(), or 0 if there is no name service.
int amp_ns_send(struct amp_rpmsg *link, const struct amp_endpoint *ept, uint32_t flags);

// Announce and withdraw the endpoints that are due, while there is room.  If the link is
// down, closing endpoints are released without a message.
void amp_ns_flush(struct amp_rpmsg *link);

// The oldest remembered announcement of `name` for the address `addr`, or (AMP_ADDR_ANY)
// to which no endpoint here is bound; or NULL.
struct amp_service *amp_ns_find_service(struct amp_rpmsg *link, const char *name, uint32_t addr);

// Bind endpoints of `name` that wait for a service to announcements to which no endpoint is
// bound; of both the oldest first.
void amp_ns_match(struct amp_rpmsg *link, const char *name);

// Report each announcement to which no endpoint was bound to the user, once.
void amp_ns_deliver(struct amp_rpmsg *link);

#endif // AMP_CORE_LINK_H
