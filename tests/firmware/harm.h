/* What well-behaved firmware never does; for tests. */
#ifndef TESTS_FIRMWARE_HARM_H
#define TESTS_FIRMWARE_HARM_H

#include "openamp/remote.h"

#ifndef HARM_NOWHERE
#define HARM_NOWHERE 0x70000000
#endif

// An access to an address where nothing is.
static inline void harm_segv(void) {
    __asm__ volatile("" ::: "memory");
    *(volatile uint32_t *)(uintptr_t)HARM_NOWHERE = 1;
}

static inline void harm_ill(void) {
#if defined(__x86_64__)
    __asm__ volatile("ud2");
#elif defined(__riscv)
    __asm__ volatile("unimp");
#else
    __asm__ volatile("udf #0");
#endif
}

static inline void harm_spin(void) {
    for (;;) {
        __asm__ volatile("" ::: "memory");
    }
}

#endif // TESTS_FIRMWARE_HARM_H
