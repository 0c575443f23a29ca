/*
 * The interface between the fast path (rpmsg_fast.c) and the slow path.
 *
 * A build for speed adds the fast path: it does the ordinary cases of sending and
 * receiving with the same checks in fewer instructions.  It defines the functions that a
 * program calls for each message, and calls the slow path in all other cases.  In a
 * poll, the slow path in turn lets it receive runs of ordinary messages.  Without it
 * (AMP_CONFIG_FAST_PATH 0; the file may be deleted) a program calls the slow path
 * directly, which is complete.
 */
#ifndef AMP_CORE_RPMSG_FAST_H
#define AMP_CORE_RPMSG_FAST_H

#include "openamp/rpmsg.h"

#if AMP_CONFIG_FAST_PATH

// ---- Functions of the slow path ----

// The storage class of functions that, apart from the fast path, only their own file calls.
#define AMP_SLOW_PATH

// In a build without a fast path these are amp_rpmsg_poll_some(), amp_rpmsg_send() and
// amp_endpoint_send().
int amp_link_poll(struct amp_rpmsg *link, unsigned max);
int amp_link_send(
    struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data, size_t len);
int amp_link_send_from(struct amp_endpoint *ept, const void *data, size_t len);

// Call the endpoint with that address, or the name service.
void amp_link_dispatch(struct amp_rpmsg *link, uint32_t src, uint32_t dst, void *data, size_t len);

// After the callback of the message whose descriptor is link->rx_id: give its buffer
// back, unless the message is held or its session has ended.
void amp_link_end_message(struct amp_rpmsg *link);

// End a poll that took `taken` messages, during which the session ended or the last message
// was left in the ring.  Returns the poll's result.
int amp_link_end_poll(struct amp_rpmsg *link, unsigned taken);

// ---- Functions of the fast path ----

// Inside a poll with `count` messages pending: receive them up to the first that is not
// ordinary.  Returns how many were received.
unsigned amp_fast_receive(struct amp_rpmsg *link, unsigned count);

// Mark the transmit buffers that the fast path has taken from the ring as free, for the
// slow path.  False, with the link down: the peer returned one twice.
bool amp_fast_free_returned(struct amp_rpmsg *link);
static inline bool amp_fast_return_tx(struct amp_rpmsg *link) {
    return link->tx_returned_count == 0 || amp_fast_free_returned(link);
}

// Are there free buffers here, which the slow path sends before returned ones?  Only when
// none is left does the fast path send again, because it does not look at descriptor states.
static inline bool amp_fast_sends_free_first(const struct amp_rpmsg *link) {
    return link->tx.free_count != 0;
}

// Has the fast path taken transmit buffers from the ring that are not sent yet?
static inline bool amp_fast_has_tx(const struct amp_rpmsg *link) {
    return link->tx_returned_count != 0;
}

#else

#define AMP_SLOW_PATH static
#define amp_link_poll amp_rpmsg_poll_some
#define amp_link_send amp_rpmsg_send
#define amp_link_send_from amp_endpoint_send

static inline unsigned amp_fast_receive(struct amp_rpmsg *link, unsigned count) {
    (void)link;
    (void)count;
    return 0;
}
static inline bool amp_fast_return_tx(struct amp_rpmsg *link) {
    (void)link;
    return true;
}
static inline bool amp_fast_sends_free_first(const struct amp_rpmsg *link) {
    (void)link;
    return false;
}
static inline bool amp_fast_has_tx(const struct amp_rpmsg *link) {
    (void)link;
    return false;
}

#endif

#endif // AMP_CORE_RPMSG_FAST_H
