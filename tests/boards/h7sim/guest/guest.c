#include "guest.h"

extern uint32_t __bss_begin[];
extern uint32_t __bss_end[];

static void unexpected(void) {
    print("an exception that nobody expected\n");
    leave(1);
}

#define WEAK __attribute__((weak, alias("unexpected")))
WEAK void on_svc(void);
WEAK void on_pendsv(void);
WEAK void on_systick(void);
WEAK void on_hard_fault(void);
WEAK void on_irq0(void);
WEAK void on_irq1(void);
WEAK void on_hsem(void);

__attribute__((weak)) void m4_main(void) {
    print("there is no program for the M4\n");
    leave(1);
}

__attribute__((noreturn)) static void m7_reset(void) {
    for (uint32_t *word = __bss_begin; word < __bss_end; word++) {
        *word = 0;
        __asm__ volatile("" ::: "memory"); // stays a loop
    }
    m7_main();
    leave(0);
}

__attribute__((noreturn)) static void m4_reset(void) {
    m4_main();
    for (;;) {
        wfi();
    }
}

// clang-format off
#define U (uintptr_t)unexpected
#define VECTORS(sp, reset) { \
    sp, (uintptr_t)reset, U, (uintptr_t)on_hard_fault, U, U, U, U, \
    U, U, U, (uintptr_t)on_svc, U, U, (uintptr_t)on_pendsv, (uintptr_t)on_systick, \
    (uintptr_t)on_irq0, (uintptr_t)on_irq1, \
    [16 + 2 ... 16 + 124] = U, [16 + HSEM1_IRQ] = (uintptr_t)on_hsem, \
    [16 + HSEM2_IRQ] = (uintptr_t)on_hsem}

__attribute__((section(".m7_vectors"), used)) static const uintptr_t m7_vectors[]
    = VECTORS(0x20020000, m7_reset);
__attribute__((section(".m4_vectors"), used)) static const uintptr_t m4_vectors[]
    = VECTORS(0x10048000, m4_reset);
// clang-format on
