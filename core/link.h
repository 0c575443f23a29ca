/* What the files of the RPMsg layer share: core/rpmsg*.c only. */
#ifndef AMP_CORE_LINK_H
#define AMP_CORE_LINK_H

#include "core/virtq.h"
#include "core/wire/rpmsg_layout.h"
#include "openamp/rpmsg.h"

// Flags of struct amp_endpoint.
enum {
    EPT_CLOSING = RPMSG_NS_DESTROY, // destroyed; its withdrawal waits for a buffer
    // Named, with no destination when it was created: one of the two.
    EPT_ANNOUNCE =
        AMP_ENDPOINT_ANNOUNCE, // to be announced, when the link is up and there is a buffer
    EPT_ANNOUNCED = 4, // the other side knows it: to be withdrawn
    EPT_BOUND = AMP_ENDPOINT_BOUND,
};

// Bits of amp_rpmsg.state.  An idle link that is up is exactly LINK_UP and its
// role, and one whose callback left all as it was has LINK_POLLING as well, so
// the message path asks for its role and everything unusual at once.
enum {
    LINK_UP = 1,
    LINK_POLLING = 2, // inside amp_rpmsg_poll()
    LINK_ENDED = 4, // the life that is being polled has ended
    LINK_HELD = 8, // the message that is being handled is kept
    LINK_NS_DUE = AMP_LINK_NS_DUE, // an endpoint waits for a buffer to be announced or withdrawn
    // A host's.  A build with one role does not ask, but decides when compiled.
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

// The other side did what no honest peer does: count it, remember what, take
// the link down.  Returns -AMP_EPROTO.
int amp_link_violated(struct amp_rpmsg *link, const char *what);
extern const char amp_link_bad_index[];
extern const char amp_link_bad_id[];

// Ring for `vq`.
static inline void amp_link_kick(struct amp_rpmsg *link, const struct amp_virtq *vq) {
    const struct amp_port *port = link->port;
    ++link->stats.kicks;
    port->ops->kick(port->ctx, vq->notify_id);
}

// The same, if the other side wants to hear of the last `count` entries of `vq`.
// After a fence.
void amp_link_notify(struct amp_rpmsg *link, struct amp_virtq *vq, unsigned count);

// Tell the other side, if it wants to know, of what was given back on the
// receive ring.
void amp_link_notify_returned(struct amp_rpmsg *link);

// The buffers of `vq` are `size` bytes long, header included.
static inline void amp_link_set_buffer_size(
    struct amp_rpmsg *link, struct amp_virtq *vq, uint32_t size) {
    vq->size = size;
    link->tx_limit = link->tx.size - AMP_HEADER_SIZE + 1;
#if AMP_CONFIG_DEVICE
    // A window shorter than one buffer, and none at all, fits none.
    vq->fast_starts = link->buffers_len < size ? 0 : (link->buffers_len - size) / 4 + 1;
#endif
}

// Device: the host stocked its receive ring before it said DRIVER_OK, so its
// first buffer tells how long they are.
void amp_link_probe_buffer_size(struct amp_rpmsg *link);

// Keep descriptor `id` of `vq` for the user, who gets a token for it.
void amp_link_begin_use(
    struct amp_rpmsg *link, struct amp_virtq *vq, uint32_t id, struct amp_token *token);

// The descriptor of a token, which is kept no longer.  -AMP_EPIPE: the token's
// session has ended, it was used up, or it is of another link.
int amp_link_end_use(
    const struct amp_rpmsg *link, struct amp_virtq *vq, const struct amp_token *token);

// ---- Device: where the host says that its buffers are ----

// The local pointer of the buffer of descriptor `id` of `vq`, which is read
// once, and its length.  NULL: no descriptor, a chain, or not wholly in shared
// memory, too short for a header, longer than a header can say, or misaligned.
uint8_t *amp_link_map_buffer(
    struct amp_rpmsg *link, struct amp_virtq *vq, uint32_t id, uint32_t *len);

// The transmit buffer of descriptor `id`, and its length; or NULL, with the link
// down.
#if AMP_CONFIG_DEVICE
uint8_t *amp_link_tx_buffer(struct amp_rpmsg *link, uint32_t id, uint32_t *len);
#else // not called, but a compiler that does not optimize wants it
static inline uint8_t *amp_link_tx_buffer(struct amp_rpmsg *link, uint32_t id, uint32_t *len) {
    (void)link;
    (void)id;
    (void)len;
    return NULL;
}
#endif

// amp_link_map_buffer() for one of the usual length in the window.  False if it
// is not so, or wrong.
AMP_PER_ROLE bool amp_link_map_fast(
    const struct amp_rpmsg *link, const struct amp_virtq *vq, uint32_t id, uint8_t **buffer) {
    uint64_t addr;
    uint32_t len;
    if (AMP_UNLIKELY(
            id > vq->mask || !amp_virtq_read_desc(vq, id, &addr, &len) || len != vq->size)) {
        return false;
    }
    uint64_t offset = addr - link->buffers_da;
    // Rotated, one that is not a multiple of 4 is beyond every window.
    if (AMP_UNLIKELY((offset >> 2 | offset << 62) >= vq->fast_starts)) {
        return false;
    }
    *buffer = vq->buffers + offset;
    return true;
}

// The first endpoint in the bucket of `addr`.  Each bucket's list ends with
// link->sink, which looks like one (it drops what it gets), so there always
// is one.
static inline struct amp_endpoint **amp_link_bucket(const struct amp_rpmsg *link, uint32_t addr) {
    return &link->buckets[addr & link->bucket_mask];
}

// The endpoint that has `addr`, or NULL.
struct amp_endpoint *amp_link_find_endpoint(const struct amp_rpmsg *link, uint32_t addr);

// The oldest endpoint of that name that is bound to `addr`, or (AMP_ADDR_ANY)
// waits for a peer, or NULL.
struct amp_endpoint *amp_link_find_bound(
    const struct amp_rpmsg *link, const char *name, uint32_t addr);

// The callback of an endpoint that has none.
void amp_link_drop(struct amp_endpoint *ept, uint32_t src, void *data, size_t len);

// The endpoint's other end has `addr`; it has none any more.
void amp_link_bind(struct amp_endpoint *ept, uint32_t addr);
void amp_link_unbind(struct amp_endpoint *ept);

// ---- Name service ----

// A message to RPMSG_NS_ADDR; `data` is in shared memory.
void amp_ns_receive(struct amp_rpmsg *link, const void *data, size_t len);

// Announce (RPMSG_NS_CREATE) or withdraw (RPMSG_NS_DESTROY) an endpoint: the
// result of amp_rpmsg_send(), or 0 if there is no name service.
int amp_ns_send(struct amp_rpmsg *link, const struct amp_endpoint *ept, uint32_t flags);

// Send what waits to be announced or withdrawn, while there is room.  If the
// link is down, nobody waits any more: what is closing is freed.
void amp_ns_flush(struct amp_rpmsg *link);

// The oldest remembered announcement of `name` that came from `addr`, or
// (AMP_ADDR_ANY) that no endpoint here has taken, or NULL.
struct amp_service *amp_ns_find_service(struct amp_rpmsg *link, const char *name, uint32_t addr);

// Announcements of `name` that no endpoint has taken go to the endpoints of that
// name that wait for one; on both sides the oldest first.
void amp_ns_match(struct amp_rpmsg *link, const char *name);

// Tell the user of announcements that nobody took and that it has not seen.
void amp_ns_deliver(struct amp_rpmsg *link);

#endif // AMP_CORE_LINK_H
