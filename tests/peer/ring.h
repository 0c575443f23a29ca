/*
 * A split virtqueue in shared memory, as bytes (virtio 1.1, 2.6, legacy layout).
 *
 * The models of the peers read and write rings through this and nothing else.
 * It has no line in common with core/, so that core/ is not tested against its
 * own mistakes.  Nothing is checked here and nothing kept: each model brings
 * the bookkeeping that the real peer has.  A ring may lie at any address.
 */
#ifndef PEER_RING_H
#define PEER_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RING_F_WRITE = 2, RING_F_SILENT = 1, RING_END = 32768 };

struct ring {
    uint8_t *desc;
    uint8_t *avail;
    uint8_t *used;
    unsigned num;
};

// Little-endian fields at any address.
uint16_t get16(const uint8_t *p);
uint32_t get32(const uint8_t *p);
void put16(uint8_t *p, unsigned value);
void put32(uint8_t *p, uint32_t value);

// Bytes of a ring of `num` descriptors whose used part is aligned to `align`.
size_t ring_size(unsigned num, unsigned align);
// The ring at `va`, whose used part begins at a multiple of `align` from there.
struct ring ring_at(uint8_t *va, unsigned num, unsigned align);

// Where a field lies.  Indices of entries count freely.
static inline uint8_t *avail_flags(const struct ring *r) {
    return r->avail;
}
static inline uint8_t *avail_idx(const struct ring *r) {
    return r->avail + 2;
}
static inline uint8_t *avail_entry(const struct ring *r, unsigned i) {
    return r->avail + 4 + 2 * (size_t)(i % r->num);
}
static inline uint8_t *used_event(const struct ring *r) {
    return r->avail + 4 + 2 * (size_t)r->num;
}
static inline uint8_t *used_flags(const struct ring *r) {
    return r->used;
}
static inline uint8_t *used_idx(const struct ring *r) {
    return r->used + 2;
}
static inline uint8_t *used_id(const struct ring *r, unsigned i) {
    return r->used + 4 + 8 * (size_t)(i % r->num);
}
static inline uint8_t *used_len(const struct ring *r, unsigned i) {
    return used_id(r, i) + 4;
}
static inline uint8_t *avail_event(const struct ring *r) {
    return r->used + 4 + 8 * (size_t)r->num;
}

struct desc {
    uint32_t addr; // no peer of ours has more than 4 GiB of shared memory
    uint32_t len;
    uint16_t flags;
    uint16_t next;
};
struct desc get_desc(const struct ring *r, unsigned id);
void put_desc(const struct ring *r, unsigned id, struct desc desc);

// Descriptor `id` goes behind the available entries; the index is the one in
// the ring.  Then the same for the used entries.
void push_avail(const struct ring *r, unsigned id);
void push_used(const struct ring *r, unsigned id, uint32_t len);

// The standard's rule for event indices (2.6.7.2): were entries from `old` up to
// `now` published, and does that pass `event`?
bool passes_event(uint16_t event, uint16_t now, uint16_t old);

#endif // PEER_RING_H
