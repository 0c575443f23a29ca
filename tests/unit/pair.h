/*
 * The two sides of a link in one process, over memory that is really shared:
 * each ring and the buffers lie in pages of their own with unmapped pages
 * between them, so an access outside of them is a fault.  Doorbells are
 * recorded and ring nobody.
 */
#ifndef PAIR_H
#define PAIR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "core/wire/rpmsg_layout.h"
#include "core/wire/virtq_layout.h"
#include "openamp/rpmsg.h"

#define PAIR_DA 0x20000000u // of the first byte that is mapped
enum { PAIR_NOTIFY_0 = 7, PAIR_NOTIFY_1 = 9 };

struct pair_shape {
    uint16_t num[2]; // of ring 0 (device to host) and ring 1
    uint32_t buffer_size; // of ring 0; 0: 512
    uint32_t buffer_size_1; // of ring 1; 0: as ring 0
    uint32_t align; // 0: 16
    bool no_name_service;
    bool ask_port; // the device asks map() for each buffer
    bool event_idx; // both sides offer event indices
    bool at_4; // the rings begin at 4 mod 16
};

struct pair_side {
    struct amp_rpmsg link; // first: a link is its side
    struct amp_port port;
    struct pair *pair;
    struct pair_side *other;
    struct amp_rpmsg_layout layout;
    unsigned rang[2]; // how often it rang the doorbell, for each ring
    bool doorbell; // the other side rang and nobody looked yet
};

struct pair {
    struct pair_side host;
    struct pair_side device;
    struct pair_shape shape;
    uint8_t *mapping;
    size_t mapping_len;
    uint8_t *ring[2];
    size_t ring_len[2];
    uint8_t *buffers;
    size_t buffers_len;
    unsigned mapped; // how often map() was asked
};

// Map the memory and prepare both links; they are down.
void pair_init(struct pair *pair, struct pair_shape shape);
// Bring both up, the host first.
void pair_up(struct pair *pair);
void pair_down(struct pair *pair);
void pair_free(struct pair *pair);

// Poll both sides until neither finds anything.
void pair_settle(struct pair *pair);

// A whole link in one call: `num` buffers in each direction, up.
void pair_open(struct pair *pair, uint16_t num);

// The device address of a local pointer.
uint32_t pair_da(const struct pair *pair, const void *va);

// The parts of a ring, for a test that plays a peer.
struct virtq_desc *pair_desc(struct pair *pair, int ring);
struct virtq_avail *pair_avail(struct pair *pair, int ring);
struct virtq_used *pair_used(struct pair *pair, int ring);
// The buffer of descriptor `id`.
struct rpmsg_hdr *pair_message(struct pair *pair, int ring, uint32_t id);

// What an attacker (tests/peer/attacker.h) has to know of the memory.
struct attacker;
void pair_attacked(struct pair *pair, struct attacker *attacker);

// Numbers that are the same in every run (xorshift); the seed is not 0.
uint32_t pair_random(uint64_t *seed);

// ---- Receiving: what arrived at any endpoint that has pair_note() ----

struct pair_log {
    unsigned count;
    struct amp_endpoint *ept; // of the last message, and its rest
    uint32_t src;
    size_t len;
    uint8_t data[512]; // its first bytes
};
extern struct pair_log pair_log;
void pair_note(struct amp_endpoint *ept, uint32_t src, void *data, size_t len);

// ---- Services: what the service event told ----

struct pair_services {
    unsigned count;
    uint32_t src[16];
    char name[16][AMP_NAME_SIZE];
    unsigned released_count;
    struct amp_endpoint *released;
};
extern struct pair_services pair_services;

// How many services a link remembers.
static inline unsigned pair_services_of(const struct amp_rpmsg *link) {
    return (unsigned)(link->services_end - link->services);
}
extern const struct amp_rpmsg_events pair_events;

#endif // PAIR_H
