/*
 * The world of a test: our side, a peer, the memory between them, bells and a
 * clock.
 *
 * Each side runs only when it was rung, when its program has something to do
 * that needs no room, or when a time that it named has come.  Nothing else ever
 * wakes anybody, so a bell that is missing is found as a world in which nobody
 * runs and something is still to be done.  All of it is one thread and the same
 * in every run; time passes only when both sides sleep.
 */
#ifndef PEER_WORLD_H
#define PEER_WORLD_H

#include <setjmp.h>

#include "openamp/rpmsg.h"
#include "peer.h"

#define NEVER UINT64_MAX
enum { OUR_EPTS = 8, MAX_SIZE = 1024, NOTIFY_0 = 7, NOTIFY_1 = 9 };

struct shape {
    uint16_t num; // descriptors of each ring
    uint16_t size[2]; // bytes of the buffers of ring 0 (device to host) and ring 1
    bool names; // the name service
    bool event_idx; // our side offers event indices, and what answers does accept them
};

// A kind of peer: one line of the matrix.
struct kind {
    const char *name;
    const struct model *model;
    struct habits habits;
    uint16_t only_size; // 0: buffers of any size
    bool one_size; // the same in both directions
    bool no_features; // nothing says what it can do: no event indices
    bool needs_names; // it has no endpoint without a name
    uint8_t align; // of its rings, which lie at 4 mod 16 if it is 4
};

// The numbered messages of one direction: each says what it is, so that one
// that is lost, repeated, cut, or out of order is found out.
struct stream {
    unsigned total;
    unsigned sent;
    unsigned received;
    uint32_t shortest;
    uint32_t longest;
    bool every_length; // one after the other; else as it comes
};

struct ours {
    struct amp_rpmsg link;
    struct amp_port port;
    struct amp_rpmsg_layout layout;
    struct amp_endpoint ept[OUR_EPTS];
    struct amp_endpoint *from; // sends the stream
    bool rung;
    bool blocked; // it has something to send and waits for room
    uint64_t wake; // when it wants to look again, rung or not
    uint32_t slept; // of amp_rpmsg_room_timeout()
    unsigned woken; // how often that time came
    unsigned services; // events
    uint32_t service_addr; // of the last one
    char service_name[AMP_NAME_SIZE];
};

struct world {
    const struct kind *kind;
    struct shape shape;
    struct ours ours;
    struct peer peer;
    struct peer_ept *peer_from; // sends the stream
    struct stream to_ours;
    struct stream to_peer;
    // What a test does with what arrives, or NULL: it belongs to the stream.
    void (*at_ours)(struct world *w, struct amp_endpoint *e, uint32_t src, void *data, size_t len);
    bool (*at_peer)(
        struct world *w, struct peer_ept *e, uint32_t src, const struct peer_buffer *buffer);
    void (*at_service)(struct world *w, const char *name, uint32_t addr); // at the peer
    uint64_t now; // ms
    unsigned steps; // of all; a world does not run for ever
    unsigned idle; // steps of the clock since anything happened
    uint32_t random;
    uint8_t *memory[3]; // ring 0, ring 1, buffers
    uint8_t *buffers;
    size_t buffers_len;
    const char *outcome; // of a test that has several, which are all right
    jmp_buf *failed; // where a failure goes
    char failure[400];
};

// The test has failed.
_Noreturn void world_fail(struct world *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
#define REQUIRE(w, condition) \
    ((condition) ? (void)0 : world_fail(w, "%s:%d: %s", __func__, __LINE__, #condition))

// `habits` are those of the kind, or fewer.
void world_open(struct world *w, const struct kind *kind, const struct habits *habits,
    const struct shape *shape);
void world_close(struct world *w);
static inline bool world_we_host(const struct world *w) {
    return !w->kind->model->is_host;
}
uint32_t world_random(struct world *w, uint32_t below);

// Both sides start, the host first; our endpoints live on, the peer's do not.
void world_start(struct world *w);
// Ours begins a session on what is there, or ends it.
void world_up(struct world *w);
void world_down(struct world *w);

// Run until nobody has anything to do.
void world_settle(struct world *w);
// Run until both streams have arrived.  A failure if nobody runs before.
void world_flow(struct world *w);
// Give up what the streams counted, and begin `count` messages in each direction.
void world_streams(struct world *w, unsigned to_ours, unsigned to_peer, bool every_length);
// Two endpoints that are bound to each other: by name for a peer that has
// nothing else, else by their addresses.
void world_connect(struct world *w);
// Both were opened: let them find each other, with what the peer wants for that.
void world_meet(struct world *w, struct amp_endpoint *e, struct peer_ept *p);
// The same, then `count` messages each way; who knows the other begins.
void world_talk(struct world *w, struct amp_endpoint *e, struct peer_ept *p, unsigned count);

// ---- Our side ----

// Endpoint `i` of ours; one that is `quiet` binds by its name and is not announced.
struct amp_endpoint *ours_open(
    struct world *w, unsigned i, const char *name, uint32_t addr, uint32_t dest, bool quiet);
void ours_start(struct world *w);
// Send with both addresses given, waiting for room as a program does.
void ours_send(struct world *w, uint32_t src, uint32_t dest, const void *data, size_t len);
bool ours_can_run(const struct world *w);
void ours_run(struct world *w);

// ---- Streams ----

uint32_t stream_len(const struct stream *s, unsigned i);
void stream_fill(const struct stream *s, unsigned i, uint8_t *data);
void stream_receive(
    struct world *w, struct stream *s, const char *who, const void *data, size_t len);

#endif // PEER_WORLD_H
