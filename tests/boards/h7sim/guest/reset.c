// A reset by either core: both start anew, memory keeps what it holds, what
// was only in the cache is lost, and RCC_RSR tells whose it was.
#include "guest.h"

enum { SFT1 = 1 << 24, SFT2 = 1 << 25, POWER = 1 << 23 };

void m4_main(void) {
    SHARED(3) += 1;
    AIRCR = 0x05FA0004;
    dsb();
    for (;;) {
    }
}

static void state_is_new(void) {
    CHECK((RCC_GCR & 8) == 0 && (CCR & 1u << 16) == 0 && RCC_AHB4ENR == 0);
    CHECK(MPU_CTRL == 0 && SYST_CSR == 0 && NVIC_ISER(HSEM1_IRQ) == 0);
    clocks_on();
    CHECK(HSEM_IER(0) == 0 && HSEM_R(5) == 0 && SYSCFG_UR3 == 0x08100000);
}

static void first(void) {
    state_is_new();
    SHARED(0) = 1;
    SHARED(1) = 10;
    SHARED(3) = 0;
    REG(0x24000000) = 11;
    REG(0x2001F000) = 12;
    REG(0x30000000) = 13;
    HSEM_IER(0) = 2;
    NVIC_ISER(HSEM1_IRQ) = 1u << (HSEM1_IRQ % 32);
    CHECK(HSEM_RLR(5) >> 31);
    SYSCFG_UR3 = 0x10000000;
    MPU_CTRL = 5;
    SYST_RVR = 100000;
    SYST_CSR = 1;
    cache_on();
    SHARED(1) = 20; // not cleaned
    print("first\n");
    AIRCR = 0x05FA0004;
    dsb();
    for (;;) {
    }
}

void m7_main(void) {
    uint32_t why = RCC_RSR;
    RCC_RSR = 1 << 16;
    CHECK(RCC_RSR == 0);
    if (why & POWER) {
        first();
    }
    state_is_new();
    CHECK(REG(0x24000000) == 11 && REG(0x2001F000) == 12 && REG(0x30000000) == 13);
    CHECK(SHARED(1) == 10);
    if (why & SFT1) {
        SHARED(0) += 1;
        print("second\n");
        boot_m4();
        for (;;) {
            wfi();
        }
    }
    CHECK(why & SFT2 && SHARED(0) == 2 && SHARED(3) == 1);
    MARK = 42;
    print("third\n");
}
