/* The store buffer of late_shm.h, one for a program. */
#include "late_shm.h"

enum { SLOTS = 24 };

static struct {
    void *p;
    uint32_t value;
    uint8_t size;
    bool release;
} slots[SLOTS];
static unsigned used;

static uint32_t rnd(uint32_t n) {
    static uint64_t state = 1;
    uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    return (uint32_t)(((z >> 32) * n) >> 32);
}

// May slot i become visible before those in front of it?
static bool may_pass(unsigned i) {
    for (unsigned k = 0; k < i; k++) {
        if (slots[i].release || slots[k].p == slots[i].p) {
            return false;
        }
    }
    return true;
}

static void show(unsigned i) {
    if (slots[i].size == 2) {
        __atomic_store_n((uint16_t *)slots[i].p, (uint16_t)slots[i].value, __ATOMIC_RELEASE);
    } else {
        __atomic_store_n((uint32_t *)slots[i].p, slots[i].value, __ATOMIC_RELEASE);
    }
    used--;
    for (; i < used; i++) {
        slots[i] = slots[i + 1];
    }
}

static void show_some(void) {
    if (used != 0 && rnd(4) == 0) {
        unsigned i = rnd(used);
        if (may_pass(i)) {
            show(i);
        }
    }
}

void late_drain(void) {
    while (used != 0) {
        show(0);
    }
}

void late_store(void *p, uint32_t value, unsigned size, bool release) {
    if (used == SLOTS) {
        show(0);
    }
    slots[used].p = p;
    slots[used].value = value;
    slots[used].size = (uint8_t)size;
    slots[used].release = release;
    used++;
    show_some();
}

uint32_t late_load(const void *p, unsigned size) {
    show_some();
    for (unsigned i = used; i-- > 0;) {
        if (slots[i].p == p) {
            return slots[i].value;
        }
    }
    return size == 2 ? __atomic_load_n((const uint16_t *)p, __ATOMIC_RELAXED)
                     : __atomic_load_n((const uint32_t *)p, __ATOMIC_RELAXED);
}
