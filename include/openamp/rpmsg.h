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
 * amp_rpmsg_poll() and may call anything here; a nested poll does nothing, so
 * callbacks never nest.
 *
 * Ownership.  All structures are declared by the caller and initialised here;
 * they stay where they are until they are given back as the comments say.
 * What is inside of a link and of an endpoint is private
 * (openamp/rpmsg_storage.h), but for the fields that are named here.
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

#define AMP_ADDR_ANY UINT32_C(0xFFFFFFFF) // "no address": choose one; or, no destination
#define AMP_ADDR_CHOSEN_END UINT32_C(0x80000000) // chosen addresses are below it
#define AMP_NAME_SIZE 32 // bytes of a service name, its NUL included
#define AMP_HEADER_SIZE 16 // bytes in front of each payload
#define AMP_FOREVER UINT32_C(0xFFFFFFFF) // milliseconds

// A link.  Three fields are a user's: `stats` and `violation` (what the other side did
// when it broke the protocol, or NULL) to read, and `user`, which is never touched
// here.
struct amp_rpmsg;

// One end of a channel.  A user reads three fields of it, and writes none: `link`
// (NULL when it is not created), `addr` (its own address) and `dest` (the peer's, or
// AMP_ADDR_ANY).
struct amp_endpoint;

enum amp_role { AMP_HOST, AMP_DEVICE };

// A message for an endpoint.  `data` points into the receive buffer itself (4
// bytes aligned) and is valid until the callback returns.  `len` was checked;
// the bytes may still change under a hostile peer, so what must not change
// between a check and a use is copied first.
typedef void (*amp_endpoint_cb)(struct amp_endpoint *ept, uint32_t src, void *data, size_t len);

// The events of a link; a member may be NULL.  Called inside
// amp_rpmsg_poll(), except where noted.
struct amp_rpmsg_events {
    // The other side announced a service that no endpoint here took.  `name`
    // is private, checked and terminated; it is gone when the call returns.
    // Creating an endpoint of that name, and sending, work inside.  Not
    // called while NULL; amp_rpmsg_set_events() delivers what came earlier.
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
    uint32_t malformed; // messages whose length, name or address cannot be
    uint32_t services_forgotten;
    uint32_t violations; // the other side broke the protocol; the link went down
    uint32_t kicks; // of the other core
    // Times that an endpoint may have become ready or may be it no longer, or that held
    // messages may be void: while this stays as it is, so do amp_endpoint_is_ready() and
    // amp_rx_is_held(), but for what the program itself creates, destroys and releases.
    uint32_t changes;
};

// Where a link's rings and buffers lie.  Local pointers; every range was
// checked by who fills this in (amp_rproc_start() or amp_vdev_open()).
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
    uint64_t buffers_da; // what a descriptor says for the first byte of it
    size_t buffers_len; // bytes; host: what is missing is missing in ring 1
    // Host only: bytes of one buffer of ring 0 and of ring 1, header included: 64
    // to 65536, a multiple of 4.  A device learns them from the descriptors.
    uint32_t buffer_size[2];
    bool name_service; // both sides have VIRTIO_RPMSG_F_NS
    bool event_idx; // both sides have VIRTIO_RING_F_EVENT_IDX
};

// ---- The link ----

// Prepare a link.  It lives as long as the program; endpoints may be created
// at once and are announced when the link comes up.
void amp_rpmsg_init(struct amp_rpmsg *link, enum amp_role role, const struct amp_port *port);

// Replace the events.  Announcements remembered and not yet delivered are
// delivered to a new `service` event inside this call.
void amp_rpmsg_set_events(struct amp_rpmsg *link, const struct amp_rpmsg_events *events);

// Replace the table of endpoints by a larger one of `count` (a power of two)
// pointers, owned by the caller until replaced.  Returns the old table if it
// was the caller's, else NULL.
struct amp_endpoint **amp_rpmsg_set_buckets(
    struct amp_rpmsg *link, struct amp_endpoint **buckets, uint32_t count);

// Bring the link up on fresh rings.  A host builds the rings and stocks ring 0
// with empty buffers; it calls this while the device is in reset.
// -AMP_EINVAL: the layout is not one that a ring can have.  -AMP_EPROTO: the
// host's rings, which a device looks at here, are broken.
int amp_rpmsg_up(struct amp_rpmsg *link, const struct amp_rpmsg_layout *layout);

// Take the link down: the other side is gone or is about to be.  Endpoints
// stay and become not ready; those that were bound by the name service wait
// for the next announcement.  Touches no shared memory.
void amp_rpmsg_down(struct amp_rpmsg *link);

// Of a link that is down: the memory of its last session is about to be used for something
// else, so amp_rx_is_held() is false from now on for every message of it.
void amp_rpmsg_forget(struct amp_rpmsg *link);

// The other core is dead and waits for no buffer: one more amp_rpmsg_poll() takes all that
// it has sent, and leaves none in the ring; then the link is taken down.
void amp_rpmsg_last_poll(struct amp_rpmsg *link);

static inline bool amp_rpmsg_is_up(const struct amp_rpmsg *link);

// Are we inside a callback of amp_rpmsg_poll()?
static inline bool amp_rpmsg_is_polling(const struct amp_rpmsg *link);

// Messages of the longest amp_rpmsg_poll().
static inline unsigned amp_rpmsg_depth(const struct amp_rpmsg *link);

// Do the work that is due, taking at most `max` (not 0) messages.  Returns the
// number taken.  If that is less than `max`, the other side will kick for the next
// message; otherwise call again before sleeping.  -AMP_EPROTO: the other
// side broke the protocol; the link is down and link->violation says how.
// Returns 0 when the link is down and when called from a callback.
int amp_rpmsg_poll_some(struct amp_rpmsg *link, unsigned max);

// The same with the length of the receive ring for `max`, so that one call is
// bounded whatever the other side does.
static inline int amp_rpmsg_poll(struct amp_rpmsg *link);

// Payload bytes of one transmit buffer; 0 while the link is down.  A device
// learns it from the buffers that the host stocked; the longest that it saw counts.
static inline size_t amp_rpmsg_mtu(const struct amp_rpmsg *link);

// ---- Endpoints ----

// Create an endpoint.  `name` (1 to 31 bytes, or NULL for an endpoint that is
// never announced) and `ept` stay the caller's and stay in place until
// amp_endpoint_destroy().  `addr` and `dest` may be AMP_ADDR_ANY: an address
// is chosen that was not in use since the program began (for which a given one
// below AMP_ADDR_CHOSEN_END that was freed uses up those below it); an endpoint without a
// destination is announced and binds to a remembered or coming announcement of
// its name, or to the sender of its first message.
// -AMP_EADDRINUSE (also: no address is left that was never in use), -AMP_EINVAL
// (name).
static inline int amp_endpoint_create(struct amp_rpmsg *link, struct amp_endpoint *ept,
    const char *name, uint32_t addr, uint32_t dest, amp_endpoint_cb cb);

// The same with `options`: 0 or AMP_ENDPOINT_ANNOUNCE.  Without it the other side is
// not told of an endpoint that has no destination, which binds by name and by first
// message all the same: for one that must not hear of names that it does not know
// (Zephyr's core faults).
int amp_endpoint_create_with(struct amp_rpmsg *link, struct amp_endpoint *ept, const char *name,
    uint32_t addr, uint32_t dest, amp_endpoint_cb cb, unsigned options);
enum { AMP_ENDPOINT_ANNOUNCE = 2 };

// Withdraw and free.  0: `ept` is the caller's again.  -AMP_EAGAIN: it is
// closed (no more callbacks, its address is free) but its withdrawal waits for
// a transmit buffer; the `released` event tells when the memory is free.
// Destroying an endpoint that is not created returns 0.
int amp_endpoint_destroy(struct amp_endpoint *ept);

// As amp_endpoint_destroy(), but never sends: the other side is not told.
void amp_endpoint_abandon(struct amp_endpoint *ept);

// Both addresses known and the link up?
static inline bool amp_endpoint_is_ready(const struct amp_endpoint *ept);

// Does it have a destination, or did it ever?  False: it was made without one,
// and still waits for its first.
static inline bool amp_endpoint_was_bound(const struct amp_endpoint *ept);

// ---- Messages ----

// Send `len` bytes (0 is a message too) and return `len`, or: -AMP_EAGAIN, no
// buffer is free (amp_rpmsg_want_room()); -AMP_EMSGSIZE; -AMP_ENOTCONN, no
// destination; -AMP_EPIPE, the link is down; -AMP_EPROTO, as amp_rpmsg_poll().
int amp_endpoint_send(struct amp_endpoint *ept, const void *data, size_t len);

// The same with both addresses given, for which no endpoint is needed.
int amp_rpmsg_send(
    struct amp_rpmsg *link, uint32_t src, uint32_t dest, const void *data, size_t len);

// By what a claimed or held buffer is known.  Once it was used up, or the link's session
// ended, it is void for ever, and so is every copy of it; with another link it is void.
struct amp_token {
    const uint32_t *desc_state; // where the link has the number of the use
    uint32_t use;
};

// A transmit buffer that is being filled in place.
struct amp_tx {
    void *data; // `size` bytes for the payload
    size_t size;
    struct amp_token token;
};

// Claim a transmit buffer: 0, or the errors of amp_rpmsg_send().  It is either
// committed or given back, once.  After amp_rpmsg_down() every claim is void for
// ever, as is one that was committed or given back: committing it is -AMP_EPIPE,
// giving it back has no effect.
int amp_tx_claim(struct amp_rpmsg *link, struct amp_tx *tx);
// Send the first `len` <= tx->size bytes of it; returns `len`.
int amp_tx_commit(
    struct amp_rpmsg *link, struct amp_tx *tx, uint32_t src, uint32_t dest, size_t len);
// Give it back unsent.  Then poll before sleeping: an announcement may have waited for
// it, and the other side does not kick for a buffer that it did not return.
void amp_tx_cancel(struct amp_rpmsg *link, struct amp_tx *tx);
// Is it still to be filled, neither committed nor given back, and no other session begun?
static inline bool amp_tx_is_claimed(const struct amp_tx *tx);

// A received message that is held beyond its callback.
struct amp_rx {
    void *data;
    size_t len;
    struct amp_token token;
};

// Inside an endpoint's callback: hold the message that it was called with.
// `rx` has data and len filled in by the caller with what it was given.  The
// buffer is missing to the other side until it is released.  If the callback ended the
// session there is nothing to hold, nor to release.
void amp_rx_hold(struct amp_rpmsg *link, struct amp_rx *rx);
// Is it held, and its memory what it was?  After a session has ended by itself (a core that
// crashed) a message that was not released can still be read, until amp_rpmsg_forget() or
// amp_rpmsg_up().
static inline bool amp_rx_is_held(const struct amp_rx *rx);
// Inside an endpoint's callback: leave the message that it was called with in the ring, as
// if it had not come yet.  The poll ends, and everything behind the message waits, whichever
// endpoint it is for: call amp_rpmsg_poll() again when there is a place for it.  False: it
// cannot be left, as the other core is dead or the callback ended the session.
bool amp_rx_leave(struct amp_rpmsg *link);
// Give it back; in any order, in thread context.  A second time, or after the end
// of the link's session: nothing happens.
void amp_rx_release(struct amp_rpmsg *link, struct amp_rx *rx);

// Before sleeping for room: ask the other side to kick when it returns a buffer, then
// look again.  True: there is room now, do not sleep.
bool amp_rpmsg_want_room(struct amp_rpmsg *link);

// The same, for a loop that sleeps: 0, there is room, or the link is down; else
// for how many milliseconds to sleep at most before asking again.  Some peers
// never kick for consumed buffers (rpmsg-lite, as it is built by default).  One
// that keeps event indices does, and gets AMP_FOREVER; another gets 1, 2, 3 and so
// on, then an eighth more each time.  So room is found at the latest an eighth of
// the waiting time late, plus 5 ms, and ten minutes cost fewer than 100 looks.
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

// For a loop that has nothing to do but to wait for messages: for how many
// milliseconds to sleep at most before polling again.  AMP_FOREVER, as there is a
// doorbell for messages; but less while an announcement or a withdrawal waits for
// room, and 0 if it has some.  `slept` as above.
static inline uint32_t amp_rpmsg_message_timeout(struct amp_rpmsg *link, uint32_t slept);

// Can the other side send us anything?  False when every receive buffer waits
// to be handled here: then a peer that answers before it takes more cannot go
// on until amp_rpmsg_poll() runs.  The test for "waiting here cannot end".
bool amp_rpmsg_peer_can_send(const struct amp_rpmsg *link);

// ---- What a program can be shown of the other side (core/view.c) ----

// The announcements that are remembered, the oldest first: the name of number
// `index`, with its address in *addr; NULL behind the last one.  The name is the
// link's, and may be another one after the next poll.
const char *amp_rpmsg_service(const struct amp_rpmsg *link, unsigned index, uint32_t *addr);

// How many messages of ours the other side did not take yet.  *taken counts those
// that it took, in 16 bits: while it stays as it is, the other side takes nothing.
// Both are what the other side says, for a person to read.
unsigned amp_rpmsg_untaken(const struct amp_rpmsg *link, uint16_t *taken);

#include "openamp/rpmsg_storage.h" // IWYU pragma: export

#endif // OPENAMP_RPMSG_H
