// SysTick: its period, its flag, the other clock, and the clocks of the cores
// to each other, as the option --ratio says (2 here).
#include "guest.h"

static volatile uint32_t ticks;

void on_systick(void) {
    bool m7 = (REG(0xE000ED00) & 0xFFF0) == 0xC270;
    if (m7) {
        ticks++;
    } else {
        SHARED(0) += 1;
    }
}

static void start(uint32_t period, uint32_t control) {
    SYST_CSR = 0;
    SYST_RVR = period - 1;
    SYST_CVR = 0;
    SYST_CSR = control;
}

// One that sleeps counts time and not instructions.
void m4_main(void) {
    start(1000, 7);
    while (SHARED(0) < 1000) {
        wfi();
    }
    SYST_CSR = 0;
    SHARED(1) = 1;
    HSEM_IER(1) = 1;
    NVIC_ISER(HSEM2_IRQ) = 1u << (HSEM2_IRQ % 32);
    ring(1, M4_ID);
    wfi();
    start(1000, 7);
    while (SHARED(0) < 10) {
        wfi();
    }
}

void on_hsem(void) {
    HSEM_ICR(0) = 2;
    HSEM_ICR(1) = 1;
}

static uint32_t cycles(void) {
    return REG(0xE0001004);
}

static void alone(void) {
    REG(0xE000EDFC) |= 1u << 24;
    REG(0xE0001000) |= 1;
    REG(0xE0001004) = 0;
    start(5000, 7);
    uint32_t begin = cycles();
    for (uint32_t i = 1; i <= 10; i++) {
        wfi();
        CHECK(ticks == i);
    }
    uint32_t took = cycles() - begin;
    CHECK(took >= 49900 && took <= 50100);
    start(5000, 5); // without interrupts: the flag tells, once
    CHECK((SYST_CSR >> 16 & 1) == 0);
    begin = cycles();
    while (!(SYST_CSR >> 16 & 1)) {
    }
    CHECK((SYST_CSR >> 16 & 1) == 0);
    took = cycles() - begin;
    CHECK(took >= 4900 && took <= 5100 && ticks == 10);
    start(5000, 3); // an eighth of the clock
    begin = cycles();
    CHECK(SYST_CVR > 4900);
    wfi();
    took = cycles() - begin;
    CHECK(took >= 39900 && took <= 40100 && ticks == 11);
    SYST_CSR = 0;
}

void m7_main(void) {
    alone();
    clocks_on();
    SHARED(0) = 0;
    SHARED(1) = 0;
    HSEM_IER(0) = 2;
    NVIC_ISER(HSEM1_IRQ) = 1u << (HSEM1_IRQ % 32);
    uint32_t begin = cycles();
    boot_m4();
    wfi();
    uint32_t took = cycles() - begin;
    CHECK(SHARED(1) == 1);
    CHECK(took > 1990000 && took < 2010000);
    // Once more, and this time we do not sleep: its ticks come when they are due.
    SHARED(0) = 0;
    ring(0, M7_ID);
    for (uint32_t i = 1; i <= 10; i++) {
        begin = cycles();
        while (SHARED(0) < i) {
        }
        CHECK(i == 1 || cycles() - begin < 3000);
    }
    print("systick done\n");
}
