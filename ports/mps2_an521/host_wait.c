/*
 * Sleep, with a timer as the limit.  The timer's interrupt needs no handler: it is
 * enabled only while interrupts are off, so that it can wake the core but is never taken.
 */
#include "host.h"

#include "regs.h"

enum { TICKS_PER_MS = 1000 * TICKS_PER_US };

static void timer_start(uint32_t ticks) {
    TIMER0_RELOAD = ticks;
    TIMER0_CTRL = 1 | 8;
    NVIC_ISER(IRQ_TIMER0) = NVIC_BIT(IRQ_TIMER0);
}

static void timer_stop(void) {
    TIMER0_CTRL = 0;
    TIMER0_INT = 1;
    NVIC_ICER(IRQ_TIMER0) = NVIC_BIT(IRQ_TIMER0);
    NVIC_ICPR(IRQ_TIMER0) = NVIC_BIT(IRQ_TIMER0);
}

// Interrupts are off between reading the word and sleeping, so the kick that tells of a new
// value cannot come in between and be missed.
bool an521_sleep(const volatile uint32_t *word, uint32_t value, uint32_t ms) {
    uint32_t before = interrupts_off();
    timer_start(ms * TICKS_PER_MS);
    bool result;
    while (!(result = *word == value) && !TIMER0_INT) {
        sleep_until_interrupt();
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
    enum { LONGEST_MS = UINT32_MAX / TICKS_PER_MS };
    bool bounded = timeout_ms >= 0 && timeout_ms < LONGEST_MS;
    uint32_t before = interrupts_off();
    bool result = take_event();
    if (!result && timeout_ms != 0) {
        timer_start(bounded ? (uint32_t)timeout_ms * TICKS_PER_MS : UINT32_MAX);
        sleep_until_interrupt();
        timer_stop();
        interrupts_let_in();
        result = take_event();
    }
    interrupts_restore(before);
    return result;
}
