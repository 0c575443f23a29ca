// With a seed, lines leave the cache by themselves: dirty ones are written
// back, clean ones are read anew.  Without one they stay.
#include "guest.h"

static bool seed;

static bool comes(volatile uint32_t *word, uint32_t value) {
    for (uint32_t i = 0; i < 100000; i++) {
        if (*word == value) {
            return true;
        }
    }
    return false;
}

// Waits for what the M7 writes and does not clean.
void m4_main(void) {
    while (SHARED(0) != 2) {
    }
    SHARED(64) = 5;
    ring(1, M4_ID);
}

void on_hsem(void) {
    HSEM_ICR(0) = 2;
}

void m7_main(void) {
    char argument[8] = "";
    uint32_t block[2] = {(uint32_t)(uintptr_t)argument, sizeof(argument)};
    CHECK(semihost(0x15, block) == 0);
    seed = argument[0] == 'y';
    clocks_on();
    SHARED(0) = 1;
    SHARED(64) = 4;
    HSEM_IER(0) = 2;
    NVIC_ISER(HSEM1_IRQ) = 1u << (HSEM1_IRQ % 32);
    cache_on();
    CHECK(SHARED(64) == 4);
    boot_m4();
    SHARED(0) = 2;
    for (uint32_t i = 0; i < 100000 && HSEM_MISR(0) == 0; i++) {
        __asm__ volatile("nop");
    }
    if (seed) {
        CHECK(comes(&SHARED(64), 5));
    } else {
        CHECK(!comes(&SHARED(64), 5));
        CHECK(SHARED(0) == 2);
    }
    print("evict done\n");
}
