/*
 * In place of core/shm.h: memory that shows stores late, and out of order, as
 * far as their orderings allow.  Included before everything else (-include)
 * in a build of the core for one side.
 *
 * A store waits in a buffer.  Before any later access it may become visible,
 * at random, in any order; but one that releases comes after all before it, and
 * two to the same place keep their order.  A fence empties the buffer.  A load
 * sees what its own side stored.  Nothing else empties it: a store that is
 * followed by no fence may stay invisible for as long as its side sleeps, which
 * is more than real memory does.  With LATE_BROKEN a fence does nothing.
 */
#ifndef AMP_CORE_SHM_H
#define AMP_CORE_SHM_H

#include <stdbool.h>
#include <stdint.h>

void late_store(void *p, uint32_t value, unsigned size, bool release);
uint32_t late_load(const void *p, unsigned size);
void late_drain(void);

static inline uint16_t amp_shm_load_acquire_16(const uint16_t *p) {
    uint16_t value = (uint16_t)late_load(p, 2);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return value;
}
static inline uint16_t amp_shm_load_16(const uint16_t *p) {
    return (uint16_t)late_load(p, 2);
}
static inline uint32_t amp_shm_load_32(const uint32_t *p) {
    return late_load(p, 4);
}
static inline uint64_t amp_shm_load_64(const void *p) {
    return __atomic_load_n(
        (const uint64_t *)p, __ATOMIC_RELAXED); // descriptors: stored plainly, once
}
static inline void amp_shm_store_release_16(uint16_t *p, uint16_t value) {
    late_store(p, value, 2, true);
}
static inline void amp_shm_store_16(uint16_t *p, uint16_t value) {
    late_store(p, value, 2, false);
}
static inline void amp_shm_store_32(uint32_t *p, uint32_t value) {
    late_store(p, value, 4, false);
}
static inline void amp_shm_fence(void) {
#ifndef LATE_BROKEN
    late_drain();
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

// The trace.
static inline uint8_t amp_shm_load_8(const uint8_t *p) {
    return __atomic_load_n(p, __ATOMIC_RELAXED);
}

// The status byte: before the core runs.
static inline uint8_t amp_shm_load_acquire_8(const uint8_t *p) {
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}
static inline void amp_shm_store_release_8(uint8_t *p, uint8_t value) {
    late_drain();
    __atomic_store_n(p, value, __ATOMIC_RELEASE);
}

#endif // AMP_CORE_SHM_H
