/*
 * Sleep, with SysTick as the limit.  Only for programs that do not use SysTick
 * themselves.  Its interrupt is cleared before interrupts are on again, so it needs no
 * handler.
 */
#include "host.h"

#include "regs.h"

enum { LONGEST = 0xFFFFFF };

// Sleep once, at most `clocks`.  Returns the clocks that have passed.
static uint64_t sleep_for(uint64_t clocks) {
    uint32_t ticks = clocks > LONGEST ? LONGEST : clocks < 2 ? 2 : (uint32_t)clocks;
    SYST_RVR = ticks;
    SYST_CVR = 0;
    SYST_CSR = 7;
    sleep_until_interrupt();
    uint32_t left = SYST_CVR;
    bool over = SCB_ICSR & ICSR_PENDSTSET;
    SYST_CSR = 0;
    SCB_ICSR = ICSR_PENDSTCLR;
    return over ? ticks : ticks - left;
}

static bool take_event(struct stm32h7_core *core) {
    bool result = core->event;
    core->event = false;
    return result;
}

int amp_platform_wait(int timeout_ms) {
    struct stm32h7_core *core = &stm32h7_core;
    uint64_t clocks = 0;
    if (timeout_ms > 0) {
        clocks = (uint64_t)timeout_ms * (amp_stm32h7_config.clock_hz / 1000);
    }
    uint32_t before = interrupts_off();
    bool result = take_event(core);
    while (!result && (timeout_ms < 0 || clocks > 0)) {
        if (timeout_ms < 0) {
            sleep_until_interrupt();
        } else {
            uint64_t slept = sleep_for(clocks);
            clocks -= slept < clocks ? slept : clocks;
        }
        interrupts_let_in();
        result = take_event(core);
        if (timeout_ms < 0) {
            break; // another interrupt is a reason to return, too
        }
    }
    interrupts_restore(before);
    return result;
}
