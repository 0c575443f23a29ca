/*
 * The message path once more, under other names and with a hook at each access
 * to shared memory: what another core may do between two of our instructions,
 * a test can do there.  Include it before any other header.  (The names and the
 * list of sources are made by tests/tests.mk.)
 *
 * The links themselves are the same structures, so the functions of the real
 * core (in pair.c) and these can be mixed.
 */
#ifndef HOOKED_CORE_H
#define HOOKED_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Made by the build, of what the message path's objects define.
#include "hooked_names.h"

// ---- In place of core/shm.h ----

#define AMP_CORE_SHM_H

// Called before each access, on the side that makes it.
static void (*hooked_access)(void);

// With `hooked_deaf` an index that is read right after a fence has the value
// that it had when it was last read: as if the fence, or the second look after
// a request to be rung, were not there.
static bool hooked_deaf;
static bool hooked_fenced;
static struct {
    const uint16_t *p;
    uint16_t value;
} hooked_last[4];

// While `hooked_late`, what is stored stays invisible, in order, until a fence or
// hooked_show(): as long as a processor may keep it.  It is set while one of two
// sides acts, whose stores then wait while the other acts.  `hooked_fenceless`
// takes the fences away.
static bool hooked_late;
static bool hooked_fenceless;
static unsigned hooked_stored;
static struct {
    void *p;
    uint32_t value;
    bool is_16;
} hooked_stores[64];

static inline void hooked_write(void *p, uint32_t value, bool is_16) {
    if (is_16) {
        *(volatile uint16_t *)p = (uint16_t)value;
    } else {
        *(volatile uint32_t *)p = value;
    }
}

static inline void hooked_show(void) {
    for (unsigned i = 0; i < hooked_stored; ++i) {
        hooked_write(hooked_stores[i].p, hooked_stores[i].value, hooked_stores[i].is_16);
    }
    hooked_stored = 0;
}

static inline void hooked_store(void *p, uint32_t value, bool is_16) {
    if (!hooked_late) {
        hooked_write(p, value, is_16);
        return;
    }
    if (hooked_stored == sizeof(hooked_stores) / sizeof(hooked_stores[0])) {
        hooked_show();
    }
    hooked_stores[hooked_stored].p = p;
    hooked_stores[hooked_stored].value = value;
    hooked_stores[hooked_stored++].is_16 = is_16;
}

// Who stored something sees it, whoever else does.
static inline uint32_t hooked_read(const void *p, bool is_16) {
    for (unsigned i = hooked_late ? hooked_stored : 0; i-- > 0;) {
        if (hooked_stores[i].p == p) {
            return hooked_stores[i].value;
        }
    }
    return is_16 ? *(const volatile uint16_t *)p : *(const volatile uint32_t *)p;
}

static inline void hooked_before(void) {
    if (hooked_access != NULL) {
        bool fenced = hooked_fenced;
        hooked_access();
        hooked_fenced = fenced;
    }
}

static inline uint16_t hooked_load_16(const uint16_t *p, bool is_index) {
    hooked_before();
    uint16_t value = (uint16_t)hooked_read(p, true);
    unsigned i = 0;
    while (i < 3 && hooked_last[i].p != NULL && hooked_last[i].p != p) {
        ++i;
    }
    if (hooked_deaf && hooked_fenced && hooked_last[i].p == p) {
        value = hooked_last[i].value;
    }
    hooked_fenced = false;
    if (is_index) {
        hooked_last[i].p = p;
        hooked_last[i].value = value;
    }
    return value;
}

static inline uint16_t amp_shm_load_acquire_16(const uint16_t *p) {
    return hooked_load_16(p, true);
}

static inline uint16_t amp_shm_load_16(const uint16_t *p) {
    return hooked_load_16(p, false);
}

static inline uint32_t amp_shm_load_32(const uint32_t *p) {
    hooked_before();
    return hooked_read(p, false);
}

static inline uint64_t amp_shm_load_64(const void *p) {
    const uint32_t *half = p;
    uint64_t low = amp_shm_load_32(half);
    return low | (uint64_t)amp_shm_load_32(half + 1) << 32;
}

static inline void amp_shm_store_release_16(uint16_t *p, uint16_t value) {
    hooked_before();
    hooked_store(p, value, true);
}

static inline void amp_shm_store_16(uint16_t *p, uint16_t value) {
    hooked_before();
    hooked_store(p, value, true);
}

static inline void amp_shm_store_32(uint32_t *p, uint32_t value) {
    hooked_before();
    hooked_store(p, value, false);
}

static inline void amp_shm_fence(void) {
    hooked_before();
    hooked_fenced = true;
    if (hooked_late && !hooked_fenceless) {
        hooked_show();
    }
}

// ---- The sources ----

#include "hooked_sources.h"

#endif // HOOKED_CORE_H
