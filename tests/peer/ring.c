/* A split virtqueue as bytes. */
#include "ring.h"

uint16_t get16(const uint8_t *p) {
    return (uint16_t)(p[0] | p[1] << 8);
}

uint32_t get32(const uint8_t *p) {
    return get16(p) | (uint32_t)get16(p + 2) << 16;
}

void put16(uint8_t *p, unsigned value) {
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

void put32(uint8_t *p, uint32_t value) {
    put16(p, value & 0xFFFF);
    put16(p + 2, value >> 16);
}

static size_t used_at(unsigned num, unsigned align) {
    size_t end = 16 * (size_t)num + 4 + 2 * (size_t)num + 2; // with used_event
    return (end + align - 1) / align * align;
}

size_t ring_size(unsigned num, unsigned align) {
    return used_at(num, align) + 4 + 8 * (size_t)num + 2; // with avail_event
}

struct ring ring_at(uint8_t *va, unsigned num, unsigned align) {
    return (struct ring){va, va + 16 * (size_t)num, va + used_at(num, align), num};
}

struct desc get_desc(const struct ring *r, unsigned id) {
    const uint8_t *p = r->desc + 16 * (size_t)id;
    return (struct desc){get32(p), get32(p + 8), get16(p + 12), get16(p + 14)};
}

void put_desc(const struct ring *r, unsigned id, struct desc desc) {
    uint8_t *p = r->desc + 16 * (size_t)id;
    put32(p, desc.addr);
    put32(p + 4, 0);
    put32(p + 8, desc.len);
    put16(p + 12, desc.flags);
    put16(p + 14, desc.next);
}

void push_avail(const struct ring *r, unsigned id) {
    uint16_t idx = get16(avail_idx(r));
    put16(avail_entry(r, idx), id);
    put16(avail_idx(r), idx + 1u);
}

void push_used(const struct ring *r, unsigned id, uint32_t len) {
    uint16_t idx = get16(used_idx(r));
    put32(used_id(r, idx), id);
    put32(used_len(r, idx), len);
    put16(used_idx(r), idx + 1u);
}

bool passes_event(uint16_t event, uint16_t now, uint16_t old) {
    return (uint16_t)(now - event - 1) < (uint16_t)(now - old);
}
