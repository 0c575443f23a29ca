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

// A system call of the machine under the simulation, in that machine's
// numbers.  Nothing where the core is real.
#if defined(__x86_64__)
static inline long harm_syscall(long number, long a, long b, long c, long d, long e, long f) {
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;
    // clang-format off
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    // clang-format on
    return result;
}
#elif defined(__aarch64__)
static inline long harm_syscall(long number, long a, long b, long c, long d, long e, long f) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    // clang-format off
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    // clang-format on
    return x0;
}
#else
static inline long harm_syscall(long number, long a, long b, long c, long d, long e, long f) {
    (void)number, (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    return -1;
}
#endif

#endif // TESTS_FIRMWARE_HARM_H
