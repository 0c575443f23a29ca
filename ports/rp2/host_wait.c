/*
 * Sleep, with SysTick as the limit.  Only for programs that do not use SysTick themselves.
 */
#include "host.h"

static bool take_event(void) {
    bool result = rp2_core.event;
    rp2_core.event = false;
    return result;
}

int amp_platform_wait(int timeout_ms) {
    uint32_t began = TIMER_RAW_LOW;
    uint32_t us = (uint32_t)timeout_ms * 1000;
    uint32_t before = interrupts_off();
    bool result = take_event();
    while (!result && timeout_ms != 0) {
        uint32_t passed = TIMER_RAW_LOW - began;
        if (timeout_ms > 0 && passed >= us) {
            break;
        }
        if (timeout_ms > 0) {
            systick_begin(us - passed);
        }
        sleep_until_interrupt();
        systick_end();
        interrupts_let_in();
        result = take_event();
        if (timeout_ms < 0) {
            break; // another interrupt is a reason to return, too
        }
    }
    interrupts_restore(before);
    return result;
}
