/*
 * Access to memory that another core reads and writes.
 *
 * Every read of shared memory in core/ uses one of these functions, and every write
 * that publishes something, for two reasons.  An atomic access is made exactly once,
 * so a value that was checked is the value that is used.  And this file has all
 * orderings that openamp needs; each place that uses one names its partner on the
 * other side.
 *
 *   load_acquire   partner: the peer's store_release of the same index
 *   store_release  partner: the peer's load_acquire of the same index
 *   fence          partner: the peer's fence in the same handshake: each side
 *                  writes its own word, fences, and reads the other's word, so
 *                  at least one of them sees the other's write
 */
#ifndef AMP_CORE_SHM_H
#define AMP_CORE_SHM_H

#include <stdatomic.h>
#include <stdint.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "shared memory is little-endian, and so must be the core"
#endif

// Called after each store, in a build that shows stores to a user (micropython/emu).
#ifndef AMP_SHM_STORED
#define AMP_SHM_STORED(at) ((void)0)
#endif

static inline uint16_t amp_shm_load_acquire_16(const uint16_t *p) {
    return atomic_load_explicit((const _Atomic uint16_t *)p, memory_order_acquire);
}

static inline void amp_shm_store_release_16(uint16_t *p, uint16_t value) {
    atomic_store_explicit((_Atomic uint16_t *)p, value, memory_order_release);
    AMP_SHM_STORED(p);
}

static inline uint8_t amp_shm_load_acquire_8(const uint8_t *p) {
    return atomic_load_explicit((const _Atomic uint8_t *)p, memory_order_acquire);
}

static inline void amp_shm_store_release_8(uint8_t *p, uint8_t value) {
    atomic_store_explicit((_Atomic uint8_t *)p, value, memory_order_release);
    AMP_SHM_STORED(p);
}

static inline uint8_t amp_shm_load_8(const uint8_t *p) {
    return atomic_load_explicit((const _Atomic uint8_t *)p, memory_order_relaxed);
}

static inline uint16_t amp_shm_load_16(const uint16_t *p) {
    return atomic_load_explicit((const _Atomic uint16_t *)p, memory_order_relaxed);
}

static inline uint32_t amp_shm_load_32(const uint32_t *p) {
    return atomic_load_explicit((const _Atomic uint32_t *)p, memory_order_relaxed);
}

// Read a 64-bit field at a multiple of 4.  The two halves may be of different times, which
// does no harm: the value is checked after reading.
static inline uint64_t amp_shm_load_64(const void *p) {
#if UINTPTR_MAX > UINT32_MAX
    struct field {
        uint64_t value;
    } __attribute__((packed, aligned(4)));
    return ((const volatile struct field *)p)->value;
#else
    const uint32_t *half = p;
    return amp_shm_load_32(half) | (uint64_t)amp_shm_load_32(half + 1) << 32;
#endif
}

static inline void amp_shm_store_32(uint32_t *p, uint32_t value) {
    atomic_store_explicit((_Atomic uint32_t *)p, value, memory_order_relaxed);
    AMP_SHM_STORED(p);
}

static inline void amp_shm_store_16(uint16_t *p, uint16_t value) {
    atomic_store_explicit((_Atomic uint16_t *)p, value, memory_order_relaxed);
    AMP_SHM_STORED(p);
}

static inline void amp_shm_fence(void) {
    atomic_thread_fence(memory_order_seq_cst);
}

#endif // AMP_CORE_SHM_H
