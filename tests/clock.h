/* The clock of tests and benches that run on this machine. */
#ifndef TESTS_CLOCK_H
#define TESTS_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static inline uint64_t now_us(void) {
    return now_ns() / 1000;
}

static inline uint64_t now_ms(void) {
    return now_ns() / 1000000;
}

#endif // TESTS_CLOCK_H
