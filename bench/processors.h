/* For benches that measure times: where things run, and the order of what was measured. */
#ifndef BENCH_PROCESSORS_H
#define BENCH_PROCESSORS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <sched.h>
#include <stdint.h>
#include <stdlib.h>

// The first two processors that we may use, after find_processors(); -1: there is none.
static int processors[2] = {-1, -1};

static inline void find_processors(void) {
    cpu_set_t set;
    int found = 0;
    sched_getaffinity(0, sizeof(set), &set);
    for (int i = 0; i < CPU_SETSIZE && found < 2; i++) {
        if (CPU_ISSET((size_t)i, &set)) {
            processors[found++] = i;
        }
    }
}

// A process, or this thread with 0, on one processor.
static inline void pin(pid_t pid, int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)processor, &set);
    sched_setaffinity(pid, sizeof(set), &set);
}

static inline int compare_times(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static inline void sort_times(uint64_t *times, size_t count) {
    qsort(times, count, sizeof(times[0]), compare_times);
}

#endif // BENCH_PROCESSORS_H
