/*
 * The fast path, as the slow path sees it: where the slow path would do the same for
 * one ordinary message after the other, it lets the fast path do as many as it can.
 *
 * The fast path (rpmsg_fast.c) is what a build for speed adds: the ordinary cases of
 * sending and receiving, with the same checks and in fewer instructions.  It owns the
 * functions that a program calls for each message, and hands every case that is not
 * ordinary to the slow path.  Without it (AMP_CONFIG_FAST_PATH 0; the file may be
 * deleted) the program calls the slow path, which is complete.
 */
#ifndef AMP_CORE_RPMSG_FAST_H
#define AMP_CORE_RPMSG_FAST_H

#include "openamp/rpmsg.h"

#if AMP_CONFIG_FAST_PATH

// ---- Of the slow path ----

// Functions of one file of the slow path, but for the fast path's calls.
#define AMP_SLOW_PATH

// What amp_rpmsg_poll_some(), amp_rpmsg_send() and amp_endpoint_send() do in a build
// without a fast path.
int amp_link_poll(struct amp_rpmsg *link, unsigned max);
int amp_link_send(
    struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data, size_t len);
int amp_link_send_from(struct amp_endpoint *ept, const void *data, size_t len);

// Hand a message on to whoever has its address.
void amp_link_dispatch(struct amp_rpmsg *link, uint32_t src, uint32_t dst, void *data, size_t len);

// After the callback of the message whose descriptor is link->rx_id: give its buffer
// back, unless the message is held or its session has ended.
void amp_link_end_message(struct amp_rpmsg *link);

// The session ended during a poll that took so many messages, or the last of them was left
// in the ring: the poll's result.
int amp_link_end_poll(struct amp_rpmsg *link, unsigned taken);

// ---- Of the fast path ----

// Inside a poll: receive ordinary messages, of which at most `count` are pending, up
// to the first that is not ordinary.  Returns how many it received.
unsigned amp_fast_receive(struct amp_rpmsg *link, unsigned count);

// Put the transmit buffers that the fast path has taken from the ring at the slow
// path's disposal.  False, with the link down: the peer returned one twice.
bool amp_fast_free_returned(struct amp_rpmsg *link);
static inline bool amp_fast_return_tx(struct amp_rpmsg *link) {
    return link->tx_returned_count == 0 || amp_fast_free_returned(link);
}

// The fast path sends what the peer returned without a look at the descriptors' states,
// so it waits until none is free or in use here: the slow path sends free ones first.
static inline bool amp_fast_sends_free_first(const struct amp_rpmsg *link) {
    return link->tx.free_count != 0;
}

// Does the fast path have transmit buffers, which the peer returned?
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
