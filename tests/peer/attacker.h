/*
 * The hostile peer, of all tests that have one: it knows the protocol, and writes
 * rings, descriptors, headers and announcements itself; often well formed, often
 * nearly so, sometimes garbage.  What it does next is the user's choice, from a
 * generator of numbers or from a fuzzer's input, and the user does the writing.
 *
 * Used by tests/unit/test_hostile.c (a link in each role, attacked between any two
 * of its accesses), tests/fuzz/fuzz_rx.c, and tests/firmware/test_hostile.c (from
 * another processor, at full speed).
 */
#ifndef TESTS_PEER_ATTACKER_H
#define TESTS_PEER_ATTACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/wire/rpmsg_layout.h"
#include "core/wire/virtq_layout.h"

struct attacker_ring {
    struct virtq_desc *desc;
    struct virtq_avail *avail;
    struct virtq_used *used;
    uint32_t len; // of all three
    uint16_t num;
    // What it remembers, as a peer would.
    uint16_t seen; // of the ring's other index
    uint16_t given;
    uint8_t stock[256]; // descriptors that it may give
    uint16_t stock_count;
};

struct attacker {
    bool is_device; // else it plays the host
    bool gentle; // do nothing that ends the victim's session
    struct attacker_ring ring[2];
    uint8_t *buffers; // those of ring 0, then those of ring 1
    uint32_t buffers_da;
    uint32_t buffers_len;
    uint32_t buffer_size[2];
    // A number below n; below 2^32 if n is 0.
    uint32_t (*choose)(uint32_t n);
    // Names of services that mean something to the victim, or nearly.
    const char *const *names;
    uint32_t name_count;
    // An address of an endpoint that means something to the victim.
    uint32_t (*address)(void);
    void (*write)(void *to, const void *bytes, size_t len);
};

// ---- What it is told ----

static inline void attacker_ring_at(
    struct attacker *a, int n, void *va, uint32_t num, uint32_t align) {
    struct attacker_ring *ring = &a->ring[n];
    uint8_t *bytes = va;
    ring->num = (uint16_t)num;
    ring->desc = va;
    ring->avail = (void *)(bytes + 16 * num);
    ring->used = (void *)(bytes + virtq_used_offset(num, align));
    ring->len = (uint32_t)virtq_size(num, align);
}

// A new session: the rings are as a host of ours has made them.
static inline void attacker_begin(struct attacker *a) {
    for (int n = 0; n < 2; ++n) {
        a->ring[n].seen = 0;
        a->ring[n].given = 0;
        a->ring[n].stock_count = 0;
    }
    if (!a->is_device) {
        a->ring[0].given = a->ring[0].num;
        for (unsigned id = 0; id < a->ring[1].num; ++id) {
            a->ring[1].stock[a->ring[1].stock_count++] = (uint8_t)id;
        }
    }
}

// Somebody else played its side for a while.
static inline void attacker_follow(struct attacker *a) {
    for (int n = 0; n < 2; ++n) {
        struct attacker_ring *ring = &a->ring[n];
        ring->given = a->is_device ? ring->used->idx : ring->avail->idx;
    }
}

// ---- Numbers ----

static inline uint16_t attacker_read_16(const uint16_t *p) {
    return *(const volatile uint16_t *)p;
}

static inline void attacker_write_16(struct attacker *a, uint16_t *p, uint32_t value) {
    uint16_t half = (uint16_t)value;
    a->write(p, &half, sizeof(half));
}

static inline void attacker_write_32(struct attacker *a, uint32_t *p, uint32_t value) {
    a->write(p, &value, sizeof(value));
}

static inline uint32_t attacker_odd_number(struct attacker *a) {
    static const uint32_t list[] = {0, 1, 2, 3, 4, 15, 16, 17, 31, 32, 39, 40, 41, 53, 255, 256,
        496, 497, 511, 512, 513, 1024, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFFFF,
        0x80000000, 0xFFFFFFF0, 0xFFFFFFFE, 0xFFFFFFFF};
    return a->choose(4) != 0 ? list[a->choose(32)] : a->choose(0);
}

static inline uint32_t attacker_address(struct attacker *a) {
    switch (a->choose(8)) {
        case 0:
            return attacker_odd_number(a);
        case 1:
            return 700 + a->choose(20);
        default:
            return a->address();
    }
}

// ---- Messages ----

static inline struct rpmsg_hdr *attacker_message(struct attacker *a, int ring, uint32_t id) {
    uint32_t before = ring == 0 ? 0 : a->ring[0].num * a->buffer_size[0];
    return (void *)(a->buffers + before + id * a->buffer_size[ring]);
}

static inline void attacker_forge_name(struct attacker *a, struct rpmsg_ns_msg *msg) {
    memset(msg->name, a->choose(3) == 0 ? 'z' : 0, sizeof(msg->name)); // without an end
    msg->name[0] = (char)(a->choose(8) == 0 ? a->choose(256) : 'a' + a->choose(6));
    if (a->choose(4) != 0) {
        msg->name[1] = '\0';
    }
    if (a->name_count != 0 && a->choose(2) != 0) {
        const char *name = a->names[a->choose(a->name_count)];
        for (size_t i = 0; i == 0 || name[i - 1] != '\0'; ++i) {
            msg->name[i] = name[i];
        }
    }
    msg->addr = a->choose(8) == 0 ? attacker_odd_number(a) : 700 + a->choose(20);
    msg->flags = a->choose(8) == 0 ? attacker_odd_number(a) : a->choose(3) == 0;
}

// A message in a buffer with this much room; how long it says that it is.
static inline uint32_t attacker_forge_message(
    struct attacker *a, struct rpmsg_hdr *to, uint32_t room) {
    uint32_t payload = room > 16 ? room - 16 : 0;
    struct rpmsg_hdr hdr = {.src = attacker_address(a), .dst = attacker_address(a)};
    hdr.reserved = a->choose(0);
    hdr.flags = (uint16_t)a->choose(0);
    hdr.len = (uint16_t)(a->choose(16) == 0 ? attacker_odd_number(a) : a->choose(payload + 1));
    if (hdr.dst == RPMSG_NS_ADDR && room >= 56) {
        struct rpmsg_ns_msg msg;
        hdr.len = a->choose(16) == 0 ? 39 : 40;
        attacker_forge_name(a, &msg);
        a->write(to + 1, &msg, sizeof(msg));
    }
    a->write(to, &hdr, sizeof(hdr));
    return hdr.len;
}

// ---- Giving, as the protocol has it ----

// The next descriptor that it may give, in order or not; 256: none.
static inline uint32_t attacker_take_stock(struct attacker *a, struct attacker_ring *ring) {
    uint16_t idx = attacker_read_16(a->is_device ? &ring->avail->idx : &ring->used->idx);
    while (ring->seen != idx && ring->stock_count < ring->num) {
        uint16_t at = ring->seen++ & (ring->num - 1);
        ring->stock[ring->stock_count++] =
            (uint8_t)(a->is_device ? attacker_read_16(&ring->avail->ring[at])
                                   : *(volatile uint32_t *)&ring->used->ring[at].id);
    }
    if (ring->stock_count == 0) {
        return 256;
    }
    unsigned i = a->choose(4) == 0 ? a->choose(ring->stock_count) : 0;
    uint32_t id = ring->stock[i] & (ring->num - 1u);
    --ring->stock_count;
    memmove(&ring->stock[i], &ring->stock[i + 1], ring->stock_count - i);
    // One that it does not have, maybe.
    return !a->gentle && a->choose(32) == 0 ? a->choose(ring->num) : id;
}

// Act as a device: give back one buffer, filled on ring 0.
static inline void attacker_give_used(struct attacker *a, int n) {
    struct attacker_ring *ring = &a->ring[n];
    struct virtq_used_elem elem = {.id = attacker_take_stock(a, ring)};
    if (elem.id == 256) {
        return;
    }
    if (n == 0) {
        struct rpmsg_hdr *to = attacker_message(a, 0, elem.id);
        elem.len = attacker_forge_message(a, to, a->buffer_size[0]) + 16;
        elem.len = a->choose(16) == 0 ? attacker_odd_number(a) : elem.len;
    }
    a->write(&ring->used->ring[ring->given & (ring->num - 1)], &elem, sizeof(elem));
    attacker_write_16(a, &ring->used->idx, ++ring->given);
}

// Act as a host: make one buffer available, filled on ring 1.
static inline void attacker_give_avail(struct attacker *a, int n) {
    struct attacker_ring *ring = &a->ring[n];
    uint32_t id = attacker_take_stock(a, ring);
    if (id == 256) {
        return;
    }
    struct rpmsg_hdr *message = attacker_message(a, n, id);
    uint32_t size = a->buffer_size[n];
    // Mends what was spoiled, mostly.
    struct virtq_desc desc = {
        .addr = a->buffers_da + (uint32_t)((uint8_t *)message - a->buffers), .len = size};
    if (n == 1) {
        desc.len = attacker_forge_message(a, message, size) + 16;
        desc.len = a->choose(8) == 0 ? 16 + a->choose(size - 15) : desc.len;
    } else if (a->choose(8) == 0) {
        desc.len = 16 + a->choose(size - 15); // a shorter one
    }
    a->write(&ring->desc[id], &desc, sizeof(desc));
    attacker_write_16(a, &ring->avail->ring[ring->given & (ring->num - 1)], id);
    attacker_write_16(a, &ring->avail->idx, ++ring->given);
}

static inline void attacker_give(struct attacker *a) {
    if (a->is_device) {
        attacker_give_used(a, a->choose(4) == 0);
    } else {
        attacker_give_avail(a, a->choose(4) != 0);
    }
}

// ---- Spoiling ----

static inline void attacker_spoil_descriptor(struct attacker *a, struct virtq_desc *to) {
    struct virtq_desc desc = *to;
    switch (a->choose(5)) {
        case 0:
            desc.len = attacker_odd_number(a);
            break;
        case 1:
            desc.flags = (uint16_t)a->choose(8);
            break;
        case 2:
            desc.next = (uint16_t)attacker_odd_number(a);
            break;
        case 3: // around the edges of what is mapped
            desc.addr = a->buffers_da + (a->choose(2) ? 0 : a->buffers_len) + a->choose(1024) - 512;
            break;
        default:
            desc.addr = (uint64_t)attacker_odd_number(a) << a->choose(33);
            break;
    }
    a->write(to, &desc, sizeof(desc));
}

// Random bytes anywhere in the rings and buffers.
static inline void attacker_spoil_bytes(struct attacker *a) {
    uint32_t area = a->choose(4);
    uint8_t *first = area < 2 ? (uint8_t *)a->ring[area].desc : a->buffers;
    uint32_t len = area < 2 ? a->ring[area].len : a->buffers_len;
    uint32_t at = a->choose(len);
    for (unsigned n = 1 + a->choose(16); n > 0 && at < len; --n, ++at) {
        uint8_t byte = (uint8_t)a->choose(256);
        a->write(&first[at], &byte, 1);
    }
}

// The indices of a ring: jumping, going back, or anything.
static inline void attacker_spoil_index(struct attacker *a, struct attacker_ring *ring) {
    uint16_t *own = a->is_device ? &ring->used->idx : &ring->avail->idx;
    uint16_t *idx = a->choose(2) ? &ring->used->idx : &ring->avail->idx;
    if (a->choose(2)) {
        attacker_write_16(a, own, attacker_read_16(own) + a->choose(4));
    } else {
        attacker_write_16(a, idx, attacker_odd_number(a));
    }
}

// The flags and event indices, by which a side asks for doorbells.
static inline void attacker_spoil_asking(struct attacker *a, struct attacker_ring *ring) {
    attacker_write_16(a, &ring->used->flags, a->choose(3));
    attacker_write_16(a, &ring->avail->flags, a->choose(3));
    uint32_t event = a->choose(0x10000);
    attacker_write_16(a, &ring->avail->ring[ring->num], event);
    attacker_write_16(a, (uint16_t *)(void *)&ring->used->ring[ring->num], event);
}

// A field of a message that may be on its way, in a buffer of that size.
static inline void attacker_spoil_message(
    struct attacker *a, struct rpmsg_hdr *hdr, uint32_t size) {
    uint32_t field = a->choose(15);
    if (field < 6) {
        attacker_write_16(a, &hdr->len, attacker_odd_number(a));
    } else if (field < 9) {
        attacker_write_32(a, &hdr->dst, attacker_address(a));
    } else if (field < 11) {
        attacker_write_32(a, &hdr->src, attacker_address(a));
    } else {
        struct rpmsg_ns_msg msg;
        attacker_forge_name(a, &msg);
        a->write(hdr + 1, &msg, size - 16 < sizeof(msg) ? size - 16 : sizeof(msg));
    }
}

// One attack.  Most do not end the victim's session, or there would be nothing else.
static inline void attacker_act(struct attacker *a) {
    int n = (int)a->choose(2);
    struct attacker_ring *ring = &a->ring[n];
    uint32_t slot = a->choose(ring->num);
    uint32_t what = a->gentle ? 6 + a->choose(34) : a->choose(40);
    if (what < 2) {
        attacker_spoil_index(a, ring);
    } else if (what == 2) {
        uint32_t id = a->choose(2) ? a->choose(ring->num) : attacker_odd_number(a);
        attacker_write_32(a, &ring->used->ring[slot].id, id);
    } else if (what == 3) {
        uint32_t id = a->choose(2) ? a->choose(ring->num) : attacker_odd_number(a);
        attacker_write_16(a, &ring->avail->ring[slot], id);
    } else if (what == 4) {
        attacker_spoil_descriptor(a, &ring->desc[slot]);
    } else if (what == 5) {
        attacker_spoil_bytes(a);
    } else if (what < 8) {
        attacker_write_32(a, &ring->used->ring[slot].len, attacker_odd_number(a));
    } else if (what < 10) {
        attacker_spoil_asking(a, ring);
    } else if (what < 25) {
        attacker_spoil_message(a, attacker_message(a, n, slot), a->buffer_size[n]);
    } else {
        attacker_give(a);
    }
}

#endif // TESTS_PEER_ATTACKER_H
