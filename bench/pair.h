/* Two ends of a link in one process, for the exact benches. */
#ifndef BENCH_PAIR_H
#define BENCH_PAIR_H

#include "openamp/openamp.h"

// One end: its link, and whether the other one rang.
struct pair_end {
    struct amp_rpmsg link;
    struct amp_port port;
    bool rang;
};

// A host and a device over the same memory.
struct pair {
    struct pair_end host;
    struct pair_end device;
};

// Bring both up with `num` buffers of 512 bytes in each direction.
void pair_up(struct pair *pair, uint16_t num, bool event_idx);

// Is it in the memory that both ends share?
bool pair_is_shared(const void *pointer);

// For what cannot be, if the library is right: say so and abort.
#define pair_must(holds) \
    do { \
        if (!(holds)) { \
            pair_failed(__FILE__, __LINE__, #holds); \
        } \
    } while (0)
_Noreturn void pair_failed(const char *file, int line, const char *what);

#endif // BENCH_PAIR_H
