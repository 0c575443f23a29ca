/*
 * A peer: somebody else's RPMsg on the other side of the rings, as a model.
 *
 * A model is one file with the ring's side of a real peer: what it writes where,
 * when it rings, what it believes, and where it gets stuck.  docs/PEERS.md says
 * where each comes from.  What several of them do alike is in peer.c: endpoints,
 * the name service, waiting for room.  What one does and another does not, or
 * did in one release only, is a switch (struct habits).  A kind is a model with
 * its switches: one line of the matrix.
 *
 * Models know nothing of core/, nor of the world that they run in but what is
 * declared under "The world".
 */
#ifndef PEER_PEER_H
#define PEER_PEER_H

#include "ring.h"

#define ADDR_ANY UINT32_C(0xFFFFFFFF)
enum { ADDR_NAMES = 53, ADDR_DYNAMIC = 1024, HEADER = 16, NAME_SIZE = 32, NAMES_LEN = 40 };
enum { MAX_NUM = 256, PEER_EPTS = 24, PEER_NAMES = 8, DRIVER_OK = 4 };

// What peer_send() and claim() return but lengths.
enum { PEER_AGAIN = -1, PEER_TOO_LONG = -2, PEER_NOT_READY = -3, PEER_LATE = -4 };

struct world;
struct peer;

// A buffer of a peer, header first.
struct peer_buffer {
    unsigned id; // of its descriptor, or what the peer takes for it
    uint8_t *data;
    uint32_t size; // bytes, as the peer believes
};

struct peer_ept {
    char name[NAME_SIZE]; // or ""
    uint32_t addr; // ADDR_ANY: a driver that waits for a channel (Linux)
    uint32_t dest;
    unsigned born; // counts up; 0: not open
    bool announced;
    bool bound; // Zephyr: it has had the other side's empty message
};

struct habits {
    // -- buffers
    bool size_by_used_len; // a returned transmit buffer is as long as its used length says
    bool restock_by_used_len; // a received buffer is stocked again with its used length
    bool odd_used_len; // writes 0 in vring 1 and header + payload in vring 0
    bool prefill_used; // begins with its transmit buffers in the used ring
    bool cut; // a message that is too long is cut, without an error
    // -- doorbells
    bool event_once; // goes by event indices, but writes its own only at its start
    bool flags_only; // accepts event indices, and goes by flags
    bool never_interrupt; // sets NO_INTERRUPT on both rings at its start, for good
    bool deaf_to_driver; // rings whatever the driver's flags say
    bool silent_returns; // never rings for consumed buffers
    bool ring_each; // rings for each consumed buffer; else for a batch
    bool poll_room; // waits for room by looking once a millisecond; else for the doorbell
    // -- names and addresses
    bool reuse_addr; // an address that was freed is given out at once
    bool announce; // announces its named endpoints
    bool withdraw_all; // withdraws also those that it never announced
    bool remember; // remembers announcements that nobody took
    bool bind_first; // an unbound endpoint binds to the sender of its first message
    bool empty_binds; // an empty message says that both ends are there, and nothing else
    bool fault_unknown; // dies of an announcement that no endpoint of its waits for
    bool fault_again; // dies of one that comes again before its program wants it, or from two
    bool drivers; // a named endpoint has no address before the other side announces it
};

struct model {
    bool is_host;
    // The peer's program starts.  A host builds the rings.
    void (*start)(struct peer *p);
    // The other side rang the bells of these rings (bit 0: ring 0).
    void (*rung)(struct peer *p, unsigned rings);
    // A transmit buffer: 0 or PEER_*.
    int (*claim)(struct peer *p, struct peer_buffer *buffer);
    // Send the message in it, of `len` bytes without its header.
    void (*commit)(struct peer *p, const struct peer_buffer *buffer, uint32_t len);
    // A received message that was kept goes back.
    void (*give_back)(struct peer *p, const struct peer_buffer *buffer);
    // Who does not poll for room: ask for the bell (true), or take that back.
    // Returns whether there is room now.
    bool (*want_room)(struct peer *p, bool want);
};

extern const struct model open_amp_host, open_amp_device, lite_master, lite_remote, linux_host,
    november_host, november_device;

struct peer {
    const struct model *model;
    const struct habits *habits;
    struct world *world;
    // What it was told, or is built with.
    struct ring ring[2]; // 0: device to host
    uint32_t size[2]; // bytes of the buffers of each
    uint32_t pool; // address of the first
    uint32_t pool_len;
    uint8_t *status; // Zephyr: a byte before the buffers that says DRIVER_OK, or NULL
    bool names; // the feature bits that both have
    bool event_idx;
    // What it knows.
    struct peer_ept ept[PEER_EPTS];
    unsigned born;
    uint32_t next_addr;
    struct {
        char name[NAME_SIZE];
        uint32_t addr;
    } known[PEER_NAMES]; // announcements that it remembers
    unsigned known_count;
    unsigned rung; // bells that it has not heard yet
    bool bell; // one rang since it went to sleep
    unsigned calls; // callbacks that are under way
    unsigned strays; // messages to addresses that nobody has
};

// ---- What models have in common ----

// Start again, with no endpoints.
void peer_start(struct peer *p);

// An endpoint of the peer's program.  `name` may be ""; ADDR_ANY is chosen, or
// not known.
struct peer_ept *peer_open(struct peer *p, const char *name, uint32_t addr, uint32_t dest);
void peer_close(struct peer *p, struct peer_ept *e);
static inline bool peer_is_ready(const struct peer_ept *e) {
    return e->born != 0 && e->addr != ADDR_ANY && e->dest != ADDR_ANY;
}

// Send, waiting for room as this peer does.  Returns what the peer's own call
// would: the length, which may be less than `len`, or an error.
int peer_send(struct peer *p, uint32_t src, uint32_t dest, const void *data, uint32_t len);
// Claim a buffer, waiting for room.
int peer_claim(struct peer *p, struct peer_buffer *buffer);
void peer_commit(
    struct peer *p, const struct peer_buffer *buffer, uint32_t src, uint32_t dest, uint32_t len);

// A message arrived in `buffer`, the length of which is in its header: hand it
// on.  Returns whether the program keeps it.
bool peer_deliver(struct peer *p, const struct peer_buffer *buffer);

// One announcement or withdrawal, to whoever listens at the other side.
void peer_announce(struct peer *p, const char *name, uint32_t addr, bool destroy);

// ---- The world ----

// The local pointer of `len` bytes of shared memory; a fault if it is not there.
uint8_t *peer_at(struct peer *p, uint32_t addr, uint32_t len);
// The bell of a ring.
void peer_ring(struct peer *p, unsigned ring);
// Here the real peer would crash, hang or give up: the test has failed.
_Noreturn void peer_fault(struct peer *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// The time passes, up to `ms` or until the peer is rung; the other side runs.
void peer_sleep(struct peer *p, uint64_t ms);
uint64_t peer_now(const struct peer *p);
// The program's part of receiving: returns whether it keeps the message.
bool peer_received(struct peer *p, struct peer_ept *e, uint32_t src, const struct peer_buffer *b);
// An announcement that no endpoint took.
void peer_service(struct peer *p, const char *name, uint32_t addr);

#endif // PEER_PEER_H
