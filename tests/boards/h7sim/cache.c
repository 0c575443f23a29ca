/*
 * What the M7 reads and writes of the memories that it shares goes through
 * here.  The cache has the real one's size and policies; which line makes room
 * is round robin, and with a seed lines leave and come whenever they like, as they
 * may on the real one.
 */
#include "machine.h"

#include <string.h>

// ---- Between the cache and the memory ----

static uint8_t *raw(struct machine *m, uint32_t address) {
    return memory_raw(m, memory_view(M7, address, 1), address);
}

static void raw_write(struct machine *m, uint32_t address, const void *bytes, uint32_t len) {
    ecc_write(m, memory_view(M7, address, 1), address, len);
    memcpy(raw(m, address), bytes, len);
    memory_wrote_raw(m, address, len);
}

// All of the line, whatever the M4 wrote there meanwhile.
static void clean(struct machine *m, struct line *line) {
    if (line->valid && line->dirty) {
        raw_write(m, line->address, line->bytes, CACHE_LINE);
        line->dirty = false;
        m->chip.cache.written_back++;
    }
}

static uint32_t set_of(uint32_t address) {
    return address / CACHE_LINE % CACHE_SETS;
}

static struct line *find(struct machine *m, uint32_t address) {
    struct line *line = m->chip.cache.line[set_of(address)];
    for (unsigned way = 0; way < CACHE_WAYS; way++, line++) {
        if (line->valid && line->address == (address & ~(CACHE_LINE - 1u))) {
            return line;
        }
    }
    return NULL;
}

static struct line *allocate(struct machine *m, uint32_t address) {
    struct line *set = m->chip.cache.line[set_of(address)];
    uint8_t *victim = &m->chip.cache.victim[set_of(address)];
    unsigned way = 0;
    while (way < CACHE_WAYS && set[way].valid) {
        way++;
    }
    if (way == CACHE_WAYS) {
        way = *victim;
        *victim = (uint8_t)((way + 1) % CACHE_WAYS);
        clean(m, &set[way]);
    }
    struct line *line = &set[way];
    line->valid = true;
    line->dirty = false;
    line->address = address & ~(CACHE_LINE - 1u);
    memcpy(line->bytes, raw(m, line->address), CACHE_LINE);
    m->chip.cache.misses++;
    return line;
}

// ---- Loads and stores of the M7 ----

static void read_line(struct machine *m, uint32_t address, void *bytes, uint32_t len) {
    struct line *line = find(m, address);
    if (line == NULL) {
        line = allocate(m, address);
    }
    memcpy(bytes, line->bytes + address % CACHE_LINE, len);
}

static void write_line(
    struct machine *m, uint32_t address, const void *bytes, uint32_t len, unsigned flags) {
    struct line *line = find(m, address);
    if (line == NULL && (flags & MPU_WRITE_BACK) && (flags & MPU_WRITE_ALLOCATE)) {
        line = allocate(m, address);
    }
    if (line != NULL) {
        memcpy(line->bytes + address % CACHE_LINE, bytes, len);
    }
    if (line != NULL && (flags & MPU_WRITE_BACK)) {
        line->dirty = true;
    } else {
        raw_write(m, address, bytes, len);
    }
}

static void access_line(
    struct machine *m, uint32_t address, void *bytes, uint32_t len, bool write) {
    struct core *core = &m->core[M7];
    unsigned flags = mpu_lookup(core, address);
    if (!(flags & (write ? MPU_WRITE : MPU_READ))) {
        sim_violation(core, "MPU: no %s at 0x%08x", write ? "write" : "read", (unsigned)address);
        return;
    }
    enum { CCR_DC = 1 << 16 };
    bool cached = (core->nvic.ccr & CCR_DC) && (flags & MPU_CACHED);
    if (cached && write) {
        write_line(m, address, bytes, len, flags);
    } else if (cached) {
        read_line(m, address, bytes, len);
    } else if (write) {
        raw_write(m, address, bytes, len);
    } else {
        memcpy(bytes, raw(m, address), len);
    }
}

void cache_access(struct machine *m, uint32_t address, void *bytes, uint32_t len, bool write) {
    for (uint8_t *at = bytes; len > 0;) {
        uint32_t part = CACHE_LINE - address % CACHE_LINE;
        part = part < len ? part : len;
        access_line(m, address, at, part, write);
        address += part;
        at += part;
        len -= part;
    }
}

// ---- Maintenance ----

static void maintain(struct machine *m, struct line *line, bool write_back, bool invalidate) {
    if (write_back) {
        clean(m, line);
    }
    if (invalidate) {
        line->valid = false;
    }
}

void cache_by_address(struct machine *m, uint32_t address, bool write_back, bool invalidate) {
    m->chip.cache.operations++;
    struct line *line = find(m, address);
    if (line != NULL) {
        maintain(m, line, write_back, invalidate);
    }
}

void cache_by_set_way(struct machine *m, uint32_t set_way, bool write_back, bool invalidate) {
    uint32_t set = set_way / CACHE_LINE % CACHE_SETS;
    uint32_t way = set_way >> 30;
    m->chip.cache.set_way++;
    maintain(m, &m->chip.cache.line[set][way], write_back, invalidate);
    if (invalidate) {
        m->chip.cache.known[set][way] = true;
    }
}

bool cache_all_known(const struct machine *m) {
    for (unsigned set = 0; set < CACHE_SETS; set++) {
        for (unsigned way = 0; way < CACHE_WAYS; way++) {
            if (!m->chip.cache.known[set][way]) {
                return false;
            }
        }
    }
    return true;
}

// What was dirty is lost.
void cache_reset(struct machine *m) {
    memset(m->chip.cache.line, 0, sizeof(m->chip.cache.line));
    memset(m->chip.cache.victim, 0, sizeof(m->chip.cache.victim));
    memset(m->chip.cache.known, 0, sizeof(m->chip.cache.known));
}

// ---- Evictions and fetches by chance ----

static uint32_t random_below(struct machine *m, uint32_t bound) {
    uint64_t x = m->chip.cache.random;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    m->chip.cache.random = x;
    return (uint32_t)(x >> 32) % bound;
}

// One of those in use, or NULL.
static struct line *any_line(struct machine *m) {
    enum { LINES = CACHE_SETS * CACHE_WAYS };
    struct line *lines = &m->chip.cache.line[0][0];
    uint32_t from = random_below(m, LINES);
    for (uint32_t at = 0; at < LINES; at++) {
        if (lines[(from + at) % LINES].valid) {
            return &lines[(from + at) % LINES];
        }
    }
    return NULL;
}

// What nobody asked for, as a core that looks ahead does: one of the lines behind
// one in use, or once more one that was forgotten.
static void fetch(struct machine *m) {
    struct core *core = &m->core[M7];
    const struct line *line = any_line(m);
    uint32_t address = line == NULL ? 0 : line->address + CACHE_LINE * random_below(m, 32);
    const struct view *view = memory_view(M7, address, CACHE_LINE);
    if (line != NULL && view != NULL && view->cached && rcc_d2_on(m, M7, address)
        && (mpu_lookup(core, address) & MPU_CACHED) && find(m, address) == NULL) {
        allocate(m, address);
    }
}

// Up to three lines leave, and up to three come.
void cache_evict(struct machine *m) {
    if (m->options.chip.evict_seed == 0) {
        return;
    }
    for (uint32_t count = random_below(m, 4); count > 0; count--) {
        struct line *line = any_line(m);
        if (line != NULL) {
            maintain(m, line, true, true);
            m->chip.cache.evictions++;
        }
    }
    for (uint32_t count = random_below(m, 4); count > 0; count--) {
        fetch(m);
    }
}
