/*
 * RPMsg over virtio: endpoints, messages and the name service, for both roles.
 *
 * A link (struct amp_rpmsg) joins this core to one other.  The host is the
 * virtio driver and owns all message buffers; the device is the remote core.
 * The same calls serve both.
 *
 * Context.  Everything here is for one thread of one core; nothing may be
 * called from an interrupt.  The port's interrupt only notes that work is due,
 * and amp_rpmsg_poll() does it.  Endpoint callbacks run inside
 * amp_rpmsg_poll() and may call any function of this file; a poll inside a
 * callback takes no messages, so callbacks never nest.
 *
 * Ownership.  The caller declares all structures, and functions here initialise
 * them.  A link stays in place for as long as the program runs, an endpoint until
 * it is destroyed.  Their members are private (openamp/rpmsg_storage.h), except
 * for the few that are named here.
 *
 * Trust.  Nothing that the other core can write is believed: see docs/WIRE.md.
 *
 * Where to start: firmware that answers each "ping" of the host.
 *
 *     #include <string.h>
 *
 *     #include "openamp/remote.h"
 *     #include "openamp/rpmsg.h"
 *
 *     static struct amp_rpmsg link;
 *     static struct amp_endpoint ept;
 *     static unsigned due; // answers
 *
 *     static void received(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
 *         due += src == self->dest && len == 4 && memcmp(data, "ping", 4) == 0;
 *     }
 *
 *     int answer(const struct amp_port *port, const struct amp_rpmsg_layout *layout) {
 *         amp_rpmsg_init(&link, AMP_DEVICE, port);
 *         amp_endpoint_create(&link, &ept, "pinger", AMP_ADDR_ANY, AMP_ADDR_ANY, received);
 *         int result = amp_rpmsg_up(&link, layout); // amp_vdev_open() filled it in
 *         while (amp_rpmsg_is_up(&link)) {
 *             result = amp_rpmsg_poll(&link); // calls received()
 *             while (due != 0 && amp_endpoint_send(&ept, "pong", 4) >= 0) {
 *                 --due;
 *             }
 *             if (result == 0 && (due == 0 || !amp_rpmsg_want_room(&link))) {
 *                 amp_remote_wait(AMP_REMOTE_FOREVER); // for the doorbell
 *             }
 *         }
 *         return result; // the host broke the protocol
 *     }
 */
#ifndef OPENAMP_RPMSG_H
#define OPENAMP_RPMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openamp/config.h"
#include "openamp/error.h"
#include "openamp/port.h"

#define AMP_ADDR_ANY UINT32_C(0xFFFFFFFF) // own address: choose one; destination: none yet
#define AMP_ADDR_CHOSEN_END UINT32_C(0x80000000) // addresses chosen here are below this one
#define AMP_NAME_SIZE 32 // bytes of a service name, its NUL included
#define AMP_HEADER_SIZE 16 // bytes of the RPMsg header in front of each payload
#define AMP_FOREVER UINT32_C(0xFFFFFFFF) // a timeout in milliseconds: none

// A link.  A user may read two of its members, `stats` and `violation` (what the other
// side did when it broke the protocol, or NULL), and may use a third, `user`, which
// nothing here reads or writes.
struct amp_rpmsg;

// One end of a channel.  A user may read three of its members, and write none: `link`
// (NULL before it is created and after it is destroyed), `addr` (its own address) and
// `dest` (the peer's address, or AMP_ADDR_ANY).
struct amp_endpoint;

enum amp_role { AMP_HOST, AMP_DEVICE };

// Called for each message to an endpoint.  `data` points into the receive buffer itself
// (aligned to 4 bytes) and is valid until the callback returns.  `len` was checked, but a
// hostile peer may still change the bytes: copy what is checked before it is used.
typedef void (*amp_endpoint_cb)(struct amp_endpoint *ept, uint32_t src, void *data, size_t len);

// The events of a link; a member may be NULL.  Called inside
// amp_rpmsg_poll(), except where noted.
struct amp_rpmsg_events {
    // The other side announced a service to which no endpoint here was bound.  `name` is
    // a checked, terminated copy in private memory, valid until the function returns.
    // The function may create an endpoint of that name, and send.  While it is NULL,
    // announcements are remembered; amp_rpmsg_set_events() delivers them.
    void (*service)(struct amp_rpmsg *link, uint32_t src, const char *name);
    // The memory of an endpoint whose destruction returned -AMP_EAGAIN is the
    // caller's again.  Also called inside amp_rpmsg_down().
    void (*released)(struct amp_rpmsg *link, struct amp_endpoint *ept);
};

// Running totals since amp_rpmsg_init(); they wrap.
struct amp_rpmsg_stats {
    uint32_t received; // messages handed to a callback
    uint32_t sent;
    uint32_t dropped; // no endpoint has the address, or it has no callback
    uint32_t malformed; // messages with an impossible length, name or address
    uint32_t services_forgotten;
    uint32_t violations; // the other side broke the protocol; the link went down
    uint32_t kicks; // that were sent to the other core
    // Counts the events after which amp_endpoint_is_ready() or amp_rx_is_held() may return
    // another result.  While this number stays the same, only the program itself changes
    // those results, by creating, destroying and releasing.
    uint32_t changes;
};

// Where a link's rings and buffers lie (virtio 1.1, 2.6.2).  The pointers are local;
// whoever fills this in (amp_rproc_start() or amp_vdev_open()) has checked every range.
struct amp_vring_layout {
    void *va; // the ring, aligned to `align`
    uint32_t align; // of the used ring inside it: a power of two
    uint32_t notify_id;
    uint16_t num; // descriptors, a power of two
};
struct amp_rpmsg_layout {
    struct amp_vring_layout vring[2]; // 0: device to host; 1: host to device
    // Host: num[0] receive buffers, then num[1] transmit buffers.  Device: the
    // memory in which every buffer must lie, or NULL to have the port's map()
    // asked for each.
    void *buffers;
    uint64_t buffers_da; // the address in a descriptor that means its first byte
    size_t buffers_len; // bytes; host: if they are too few, ring 1 has fewer buffers
    // Host only: bytes of one buffer of ring 0 and of ring 1, header included: 64
    // to 65536, a multiple of 4.  A device learns them from the descriptors.
    uint32_t buffer_size[2];
    bool name_service; // both sides have VIRTIO_RPMSG_F_NS
    bool event_idx; // both sides have VIRTIO_RING_F_EVENT_IDX
};

// ---- The link ----

// Prepare a link, which is down then.  Endpoints may be created at once; they are
// announced when the link comes up.
void amp_rpmsg_init(struct amp_rpmsg *link, enum amp_role role, const struct amp_port *port);

// Replace the events.  The struct stays the caller's, and in place.  Announcements that
// were remembered and not yet delivered are delivered to `service` inside this call.
void amp_rpmsg_set_events(struct amp_rpmsg *link, const struct amp_rpmsg_events *events);

// Replace the hash table of endpoints by one of `count` (a power of two) pointers, which
// the caller lends to the link until it is replaced.  Returns the old table if that was
// lent too, else NULL.
struct amp_endpoint **amp_rpmsg_set_buckets(
    struct amp_rpmsg *link, struct amp_endpoint **buckets, uint32_t count);

// Bring the link up.  A host calls this while the device is in reset: it writes new
// rings and makes all buffers of ring 0 available.  A device calls it after
// amp_vdev_open().  -AMP_EINVAL: no ring can have this layout, or the link is up.
// -AMP_EPROTO (device): the host's rings are broken.
int amp_rpmsg_up(struct amp_rpmsg *link, const struct amp_rpmsg_layout *layout);

// Take the link down: the other side is gone or is about to be.  Endpoints
// stay and become not ready; those that were bound by the name service wait
// for the next announcement.  Touches no shared memory.
void amp_rpmsg_down(struct amp_rpmsg *link);

// With the link down: amp_rx_is_held() is false from now on for all messages of the last
// session, because its memory is about to be used for something else.
void amp_rpmsg_forget(struct amp_rpmsg *link);

// Call this when the other core is dead: the next amp_rpmsg_poll() takes all that it has
// sent, also what a callback would leave in the ring (amp_rx_leave()); then take the link
// down.
void amp_rpmsg_peer_died(struct amp_rpmsg *link);

static inline bool amp_rpmsg_is_up(const struct amp_rpmsg *link);

// Are we inside a callback of amp_rpmsg_poll()?
static inline bool amp_rpmsg_is_polling(const struct amp_rpmsg *link);

// The most messages that one amp_rpmsg_poll() takes: the length of the receive ring.
static inline unsigned amp_rpmsg_depth(const struct amp_rpmsg *link);

// Do the work that is due: take at most `max` (not 0) messages and call their endpoints.
// Returns the number of messages.  If that is less than `max`, the other side will kick
// for the next message (not if a callback left its message in the ring, see
// amp_rx_leave()); otherwise poll again before sleeping.  -AMP_EPROTO: the other
// side broke the protocol; the link is down and link->violation says how.
// Returns 0 when the link is down and when called from a callback.
int amp_rpmsg_poll_some(struct amp_rpmsg *link, unsigned max);

// The same with amp_rpmsg_depth() for `max`: one call is bounded, however fast the other
// side sends.
static inline int amp_rpmsg_poll(struct amp_rpmsg *link);

// Payload bytes of one transmit buffer; 0 while the link is down.  On a device, those of
// the longest buffer that it has seen from the host.
static inline size_t amp_rpmsg_mtu(const struct amp_rpmsg *link);

// ---- Endpoints ----

// Create an endpoint.  `name` (1 to 31 bytes, or NULL for an endpoint that is
// never announced) and `ept` stay the caller's, and in place until the endpoint is
// destroyed.
// `addr` AMP_ADDR_ANY: an address is chosen that was never in use since the program
// began.  (Freeing an endpoint whose address the program chose, below
// AMP_ADDR_CHOSEN_END, uses up all addresses below that one.)
// `dest` AMP_ADDR_ANY: the endpoint is announced if it has a name, and binds to an
// announcement of that name, remembered or later, or to the sender of its first message.
// `cb` NULL: messages are dropped and counted.
// -AMP_EADDRINUSE (also: all addresses were in use once), -AMP_EINVAL (name).
static inline int amp_endpoint_create(struct amp_rpmsg *link, struct amp_endpoint *ept,
    const char *name, uint32_t addr, uint32_t dest, amp_endpoint_cb cb);

// The same with `options`: 0 or AMP_ENDPOINT_ANNOUNCE.  With 0 the endpoint is not
// announced, but binds as before: for a peer that cannot bear the announcement of a name
// that it does not know (Zephyr faults).
int amp_endpoint_create_with(struct amp_rpmsg *link, struct amp_endpoint *ept, const char *name,
    uint32_t addr, uint32_t dest, amp_endpoint_cb cb, unsigned options);
enum { AMP_ENDPOINT_ANNOUNCE = 2 };

// Destroy an endpoint: close it and withdraw its announcement.  0: `ept` is the caller's
// again.  -AMP_EAGAIN: it is closed (no more callbacks, its address is free), but its
// withdrawal waits for a transmit buffer; the event `released` tells when `ept` is the
// caller's.  Returns 0 for an endpoint that is not created.
int amp_endpoint_destroy(struct amp_endpoint *ept);

// As amp_endpoint_destroy(), but never sends: the other side is not told.
void amp_endpoint_abandon(struct amp_endpoint *ept);

// Can it send: is the link up, and does it have a destination?
static inline bool amp_endpoint_is_ready(const struct amp_endpoint *ept);

// Does it have a destination now, or did it have one before?  False: it was created
// without one, and has bound to none yet.
static inline bool amp_endpoint_was_bound(const struct amp_endpoint *ept);

// ---- Messages ----

// Send `len` bytes (0 is a message too) and return `len`, or: -AMP_EAGAIN, no
// buffer is free (amp_rpmsg_want_room()); -AMP_EMSGSIZE; -AMP_ENOTCONN, no
// destination; -AMP_EPIPE, the link is down; -AMP_EPROTO, as amp_rpmsg_poll().
int amp_endpoint_send(struct amp_endpoint *ept, const void *data, size_t len);

// The same with both addresses given, for which no endpoint is needed.
int amp_rpmsg_send(
    struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data, size_t len);

// Identifies one use of a buffer, claimed or held.  The token and all its copies are void
// for ever when the buffer was committed, cancelled or released, or the link's session
// ended.  It is void with every other link.
struct amp_token {
    const uint32_t *desc_state; // where the link keeps the number of this descriptor's use
    uint32_t use;
};

// A transmit buffer that is being filled in place.
struct amp_tx {
    void *data; // `size` bytes for the payload
    size_t size;
    struct amp_token token;
};

// Claim a transmit buffer: 0, or the errors of amp_rpmsg_send().  Commit or cancel the
// claim, once.  A claim is void for ever after that, and after the end of its session:
// then amp_tx_commit() returns -AMP_EPIPE, and amp_tx_cancel() has no effect.
int amp_tx_claim(struct amp_rpmsg *link, struct amp_tx *tx);
// Send the first `len` <= tx->size bytes of the claimed buffer; returns `len`.
int amp_tx_commit(
    struct amp_rpmsg *link, struct amp_tx *tx, uint32_t src, uint32_t dest, size_t len);
// Give the claimed buffer back unsent.  Then poll before sleeping: an announcement may
// wait for a buffer, and no kick comes for one that the other side did not return.
void amp_tx_cancel(struct amp_rpmsg *link, struct amp_tx *tx);
// Is the claim open: neither committed nor cancelled, and no other session begun?
static inline bool amp_tx_is_claimed(const struct amp_tx *tx);

// A received message that is held beyond its callback.
struct amp_rx {
    void *data;
    size_t len;
    struct amp_token token;
};

// Inside an endpoint's callback: hold the message that it was called with.  The caller
// sets rx->data and rx->len to the callback's arguments.  The other side cannot use this
// buffer until it is released.  If the callback has ended the session before, nothing is
// held.
void amp_rx_hold(struct amp_rpmsg *link, struct amp_rx *rx);
// May rx->data be read?  True until the message is released; after the end of its session
// (the core crashed) until amp_rpmsg_forget() or amp_rpmsg_up().
static inline bool amp_rx_is_held(const struct amp_rx *rx);
// Inside an endpoint's callback: leave the message that it was called with in the ring, as
// if it had not come yet.  The poll ends, and all later messages wait too, whichever
// endpoint they are for: call amp_rpmsg_poll() again when the message can be handled.
// False: it cannot be left, because the other core is dead or the callback ended the session.
bool amp_rx_leave(struct amp_rpmsg *link);
// Give the buffer of a held message back, in any order.  No effect the second time, or
// after the end of the session.
void amp_rx_release(struct amp_rpmsg *link, struct amp_rx *rx);

// Before sleeping for room: ask the other side to kick when it returns a buffer, then
// look again.  True: there is room now, do not sleep.
bool amp_rpmsg_want_room(struct amp_rpmsg *link);

// The same, for a loop that sleeps.  Returns 0 if there is room or the link is down; else
// the most milliseconds to sleep before asking again.  That is AMP_FOREVER for a peer that
// keeps event indices, because it kicks when it returns a buffer.  Others may never kick
// for that (rpmsg-lite, as it is built by default): for them it is 1, 2, 3 and so on, then
// an eighth more each time.  So room is noticed at most an eighth of the waiting time
// plus 5 ms late, and ten minutes of waiting cost fewer than 100 looks.
// `slept`: what the last call returned, if all that time passed; 0 in the first
// call, and after a doorbell.
//
//     uint32_t ms = 0;
//     while ((ms = amp_rpmsg_room_timeout(link, ms)) != 0) {
//         if (sleep_until_doorbell(ms)) {
//             ms = 0;
//         }
//         amp_rpmsg_poll(link);
//     }
static inline uint32_t amp_rpmsg_room_timeout(struct amp_rpmsg *link, uint32_t slept);

// For a loop that only waits for messages: the most milliseconds to sleep before polling
// again.  AMP_FOREVER, because the other side kicks for a message; but while an
// announcement or a withdrawal waits for room, as amp_rpmsg_room_timeout().  `slept` as
// above.
static inline uint32_t amp_rpmsg_message_timeout(struct amp_rpmsg *link, uint32_t slept);

// Has the other side a buffer to send to us?  False when every receive buffer is held or
// waits to be received here.  Then a peer that must send before it returns more buffers is
// stuck until amp_rpmsg_poll() runs, so waiting for room without polling would never end.
bool amp_rpmsg_peer_can_send(const struct amp_rpmsg *link);

// ---- What a program can be shown of the other side (core/view.c) ----

// The name of remembered announcement number `index` (0 is the oldest), with its address
// in *addr; NULL if there are no more.  The string is the link's, and valid until the next
// poll.
const char *amp_rpmsg_service(const struct amp_rpmsg *link, unsigned index, uint32_t *addr);

// How many messages of ours the other side did not consume yet.  *consumed is the lower 16
// bits of the number that it consumed: while this stays the same, it consumes nothing.
// While the link is down: 0, and *consumed is not written.
// Both come from the other side unchecked, and are good for display only.
unsigned amp_rpmsg_unconsumed(const struct amp_rpmsg *link, uint16_t *consumed);

#include "openamp/rpmsg_storage.h" // IWYU pragma: export

#endif // OPENAMP_RPMSG_H
