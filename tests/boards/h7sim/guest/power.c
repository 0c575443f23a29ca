// Deep sleep of the M7.  The argument's first letter may be what the M4 does not ask for (c: the
// flash, which it runs from; d: the same, and it reads from there; h: HSEM), or that it does
// not wake the M7 (a).  f: no sleep, but a clock that changes.
#include "guest.h"

enum { FLASHEN = 1 << 8, HSEMEN = 1 << 25, SLEEPDEEP = 4, HPRE_2 = 8, HPRE_8 = 10 };

static volatile uint32_t ticks; // of the M7
static char argument[8];

// Of both cores: only the M7's are counted.
void on_systick(void) {
    if ((REG(0xE000ED00) & 0xFFF0) == 0xC270) {
        ticks++;
    } else {
        SHARED(1) += 1;
    }
}

void on_hsem(void) {
    HSEM_ICR(0) = 2;
}

static void every(uint32_t cycles) {
    SYST_RVR = cycles - 1;
    SYST_CVR = 0;
    SYST_CSR = 7;
}

// A loop that does not fetch from the flash: "ldr r2, [r0]; subs r1, #1; bne", in D2.
static void read_flash(void) {
    static const uint16_t code[] = {0x6802, 0x3901, 0xD1FC, 0x4770};
    volatile uint16_t *loop = (volatile uint16_t *)(uintptr_t)0x10000000;
    for (uint32_t i = 0; i < 4; i++) {
        loop[i] = code[i];
    }
    dsb();
    ((void (*)(uint32_t, uint32_t))0x10000001)(0x08100000, 1000000);
}

void m4_main(void) {
    uint32_t which = SHARED(0);
    RCC_AHB4ENR |= which == 'h' ? 0 : HSEMEN;
    RCC_AHB3ENR |= which == 'c' || which == 'd' ? 0 : FLASHEN;
    SHARED(2) = 1;
    if (which == 'd') {
        read_flash();
    }
    every(1000);
    while (SHARED(1) < 1000) {
        wfi();
    }
    if (which != 'a') {
        ring(1, M4_ID);
    }
    SYST_CSR = 0;
}

static uint32_t cycles(void) {
    return REG(0xE0001004);
}

static void check_sleep(void) {
    every(1000);
    uint32_t before = ticks;
    uint32_t begin = cycles();
    SCR = SLEEPDEEP;
    wfi();
    SCR = 0;
    CHECK(cycles() - begin < 1000); // its clock stood still,
    CHECK(ticks - before <= 1); // and SysTick did not wake it
    CHECK(SHARED(1) == 1000);
    before = ticks;
    wfi();
    CHECK(ticks == before + 1); // it goes on as before
    SYST_CSR = 0;
}

// With a request that waits it does not fall asleep.
static void check_pending(void) {
    interrupts_off();
    every(1000);
    while (!(ICSR >> 26 & 1)) {
    }
    SCR = SLEEPDEEP;
    wfi();
    SCR = 0;
    SYST_CSR = 0;
    interrupts_on();
}

// The M4 needs 1,000,000 cycles of its own: half of them at a half of the M7's clock, and the
// rest at an eighth.
static void check_clock(void) {
    CHECK(RCC_D1CFGR == HPRE_2);
    uint32_t begin = cycles();
    boot_m4();
    while (SHARED(1) < 500) {
    }
    RCC_D1CFGR = HPRE_8;
    CHECK(RCC_D1CFGR == HPRE_8);
    wfi();
    uint32_t took = cycles() - begin;
    CHECK(SHARED(1) == 1000 && took > 4800000 && took < 5200000);
}

void m7_main(void) {
    uint32_t block[2] = {(uint32_t)(uintptr_t)argument, sizeof(argument)};
    CHECK(semihost(0x15, block) == 0);
    REG(0xE000EDFC) |= 1u << 24;
    REG(0xE0001000) |= 1;
    clocks_on();
    SHARED(0) = (uint32_t)argument[0];
    SHARED(1) = 0;
    SHARED(2) = 0;
    HSEM_IER(0) = 2;
    NVIC_ISER(HSEM1_IRQ) = 1u << (HSEM1_IRQ % 32);
    if (argument[0] == 'f') {
        check_clock();
    } else {
        check_pending();
        boot_m4();
        while (SHARED(2) == 0) {
        }
        check_sleep();
    }
    print("power done\n");
}
