/* The M7's data cache: 16 KB, four ways, lines of 32 bytes; nobody else looks into it. */
#ifndef H7SIM_CACHE_H
#define H7SIM_CACHE_H

#include <stdbool.h>
#include <stdint.h>

struct machine;

enum { CACHE_LINE = 32, CACHE_SETS = 128, CACHE_WAYS = 4 };

struct line {
    bool valid;
    bool dirty;
    uint32_t address;
    uint8_t bytes[CACHE_LINE];
};

struct cache {
    struct line line[CACHE_SETS][CACHE_WAYS];
    uint8_t victim[CACHE_SETS]; // round robin
    bool known[CACHE_SETS][CACHE_WAYS]; // invalidated since reset
    uint64_t random;
    // What happened, over all resets.
    uint64_t operations; // maintenance by address
    uint64_t set_way;
    uint64_t misses;
    uint64_t written_back;
    uint64_t evictions; // those of the seed
};

void cache_reset(struct machine *m);
void cache_access(struct machine *m, uint32_t address, void *bytes, uint32_t len, bool write);
void cache_by_address(struct machine *m, uint32_t address, bool clean, bool invalidate);
void cache_by_set_way(struct machine *m, uint32_t set_way, bool clean, bool invalidate);
bool cache_all_known(const struct machine *m);
void cache_evict(struct machine *m);

#endif // H7SIM_CACHE_H
