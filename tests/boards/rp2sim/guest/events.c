// WFE, SEV and the event register.
#include "guest.h"

static volatile uint32_t rung;
static volatile uint32_t turn;
static volatile uint32_t steps;

static void clear_event(void) {
    sev();
    wfe();
}

void on_irq0(void) {
    rung++;
}

// The entry of an exception sets the event register, so this wfe() returns at once.  It is then
// cleared, so only the exception's return can end the wfe() of thread mode.
void on_irq1(void) {
    wfe();
    clear_event();
    rung++;
}

void on_systick(void) {
    rung++;
}

// How long does WFE take, in cycles?  SysTick ends it at its period if nothing does before.
static uint32_t sleeps(void) {
    SYST_RVR = 5000;
    SYST_CVR = 0;
    SYST_CSR = 7;
    wfe();
    uint32_t took = 5000 - SYST_CVR;
    SYST_CSR = 4;
    ICSR = 1u << 25;
    SYST_CVR = 0;
    return rung != 0 ? 5000 : took;
}

#define SLEPT() (rung = 0, sleeps() >= 5000)

static void alone(void) {
    clear_event();
    CHECK(SLEPT());
    sev();
    clear_event(); // one register, not a count: the first wfe takes both
    clear_event();
    sev();
    CHECK(!SLEPT());
}

static void peer(void) {
    for (;;) {
        while (turn != 1) {
            wfe();
        }
        steps++;
        turn = 0;
        dmb();
        sev();
    }
}

// Neither polls: a lost event would be the end.
static void ping_pong(void) {
    launch_core1(peer);
    for (uint32_t i = 0; i < 500; i++) {
        turn = 1;
        dmb();
        sev();
        while (turn != 0) {
            wfe();
        }
        CHECK(steps == i + 1);
    }
    stop_core1();
}

// Entry and return of an exception set the register.
static void exceptions(void) {
    clear_event();
    rung = 0;
    NVIC_ISER = 1;
    NVIC_ISPR = 1;
    __asm__ volatile("isb");
    CHECK(rung == 1);
    CHECK(!SLEPT());
    clear_event();
    rung = 0;
    NVIC_ISER = 2;
    NVIC_ISPR = 2;
    __asm__ volatile("isb");
    CHECK(rung == 1);
    wfe();
}

// What is masked by PRIMASK ends WFI, and WFE only with SEVONPEND.
static void masked(void) {
    interrupts_off();
    NVIC_ICER = 1;
    SCR = 0;
    clear_event();
    NVIC_ISPR = 1; // disabled: no event
    SCR = 16;
    NVIC_ISPR = 1; // it pends already: no event
    NVIC_ICPR = 1;
    SCR = 0;
    interrupts_on();
    CHECK(SLEPT());
    SCR = 16;
    clear_event();
    NVIC_ISPR = 1;
    wfe(); // the event of pending
    SCR = 0;
    NVIC_ICPR = 1;
    SCR = 16;
    interrupts_off();
    SYST_RVR = 3000;
    SYST_CVR = 0;
    SYST_CSR = 7;
    wfe(); // SysTick pends, and is not taken
    CHECK(ICSR >> 26 & 1);
    SYST_CSR = 0;
    wfi(); // it still pends
    SCR = 0;
    ICSR = 1u << 25;
    interrupts_on();
}

void core0_main(void) {
    if (has_argument("masked")) { // PRIMASK, and no SEVONPEND: WFE sleeps for ever
        interrupts_off();
        SYST_RVR = 3000;
        SYST_CSR = 7;
        clear_event();
        wfe();
    } else if (has_argument("lost")) { // the other waits, and is told before it looks, without SEV
        launch_core1(peer);
        for (volatile uint32_t n = 0; n < 1000; n++) {
        }
        turn = 1;
        clear_event();
        turn = 1;
        while (turn != 0) {
            wfe();
        }
        for (volatile uint32_t n = 0; n < 1000; n++) {
        }
        turn = 1;
        while (turn != 0) {
            wfe();
        }
    } else {
        alone();
        ping_pong();
        exceptions();
        masked();
    }
    print("events done\n");
}
