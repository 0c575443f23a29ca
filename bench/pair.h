/* Two ends of a link in one process, for the exact benches. */
#ifndef BENCH_PAIR_H
#define BENCH_PAIR_H

#include "openamp/openamp.h"

// A host and a device over the same memory, both up.
struct pair {
    struct amp_rpmsg host;
    struct amp_rpmsg device;
};

// Bring both up with `num` buffers of 512 bytes in each direction.
void pair_up(struct pair *pair, uint16_t num);

#endif // BENCH_PAIR_H
