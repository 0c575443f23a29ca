/*
 * Sleeping, with a timer for the end.  The timer's interrupt has no handler: it
 * is enabled only while interrupts are off, when it can wake the core but not
 * be taken.
 */
#include "host.h"

#include "regs.h"

static void timer_start(uint32_t ticks) {
    TIMER0_CTRL = 0;
    TIMER0_RELOAD = ticks;
    TIMER0_VALUE = ticks;
    TIMER0_INT = 1;
    TIMER0_CTRL = 1 | 8;
}

static void timer_stop(void) {
    TIMER0_CTRL = 0;
    TIMER0_INT = 1;
    NVIC_ICER(0) = 1u << IRQ_TIMER0;
    NVIC_ICPR(0) = 1u << IRQ_TIMER0;
}

// An interrupt that ends a sleep is not lost: done() is asked with interrupts
// off, and nothing comes between it and the sleep.
static void sleep_once(void) {
    NVIC_ISER(0) = 1u << IRQ_TIMER0;
    sleep_until_interrupt();
    NVIC_ICER(0) = 1u << IRQ_TIMER0;
}

bool an521_sleep(bool (*done)(void), uint32_t us) {
    uint32_t before = interrupts_off();
    timer_start(us * TICKS_PER_US);
    bool result = done();
    while (!result && !TIMER0_INT) {
        sleep_once();
        result = done();
    }
    timer_stop();
    interrupts_restore(before);
    return result;
}

static bool take_event(void) {
    bool result = an521_core.event;
    an521_core.event = false;
    return result;
}

int amp_platform_wait(int timeout_ms) {
    enum { LONGEST_MS = UINT32_MAX / TICKS_PER_US / 1000 };
    bool bounded = timeout_ms >= 0 && timeout_ms < LONGEST_MS;
    uint32_t before = interrupts_off();
    bool result = take_event();
    if (!result && timeout_ms != 0) {
        timer_start(bounded ? (uint32_t)timeout_ms * 1000 * TICKS_PER_US : UINT32_MAX);
        sleep_once();
        interrupts_let_in();
        result = take_event();
        timer_stop();
    }
    interrupts_restore(before);
    return result;
}
