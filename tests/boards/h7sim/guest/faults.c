// With --m4-faults the M4 takes its faults as exceptions, and can tell the M7.
#include "guest.h"

enum { WHERE = 0, WHAT, HOW, COUNT };

void on_hard_fault(void) {
    SHARED(WHERE) = REG(0xE000ED38);
    SHARED(WHAT) = REG(0xE000ED28);
    SHARED(HOW) = REG(0xE000ED2C);
    SHARED(COUNT) += 1;
    ring(1, M4_ID);
    for (;;) {
        wfi();
    }
}

void on_hsem(void) {
    HSEM_ICR(0) = 2;
}

void m4_main(void) {
    REG(0x20000010) = 1;
    SHARED(COUNT) = 100;
}

void m7_main(void) {
    clocks_on();
    SHARED(COUNT) = 0;
    HSEM_IER(0) = 2;
    NVIC_ISER(HSEM1_IRQ) = 1u << (HSEM1_IRQ % 32);
    boot_m4();
    wfi();
    CHECK(SHARED(COUNT) == 1 && SHARED(WHERE) == 0x20000010);
    CHECK(SHARED(WHAT) == 0x8200 && SHARED(HOW) == 1u << 30);
    print("faults done\n");
}
