// Both doorbells, 1000 times, each core asleep until the other's comes.
#include "guest.h"

enum { ROUNDS = 1000 };

void on_hsem(void) {
    // The handler cannot know by itself where it runs, but CPUID can.
    bool m7 = (REG(0xE000ED00) & 0xFFF0) == 0xC270;
    CHECK(HSEM_MISR(m7 ? 0 : 1) == (m7 ? 2 : 1));
    HSEM_ICR(m7 ? 0 : 1) = m7 ? 2 : 1;
    SHARED(m7 ? 1 : 2) += 1;
}

static void wait_for(volatile uint32_t *counter, uint32_t value) {
    while (*counter != value) {
        interrupts_off();
        if (*counter != value) {
            wfi();
        }
        interrupts_on();
    }
}

void m4_main(void) {
    HSEM_IER(1) = 1;
    NVIC_ISER(HSEM2_IRQ) = 1u << (HSEM2_IRQ % 32);
    for (uint32_t i = 1; i <= ROUNDS; i++) {
        ring(1, M4_ID);
        wait_for(&SHARED(2), i);
    }
    print("M4 done\n");
    ring(1, M4_ID);
}

void m7_main(void) {
    clocks_on();
    SHARED(1) = 0;
    SHARED(2) = 0;
    HSEM_IER(0) = 2;
    NVIC_ISER(HSEM1_IRQ) = 1u << (HSEM1_IRQ % 32);
    boot_m4();
    for (uint32_t i = 1; i <= ROUNDS; i++) {
        wait_for(&SHARED(1), i);
        ring(0, M7_ID);
    }
    wait_for(&SHARED(1), ROUNDS + 1);
    print("M7 done\n");
}
