/*
 * Sleep and alarms of a Cortex-M.  SysTick, which counts the same ticks as board_ticks(),
 * ends a sleep by its interrupt, and is the alarm of the openamp module.
 */
#include "board.h"

#include "py/mphal.h"
#include "py/runtime.h"

#include "semihost.h"

// ---- Time of day ----

uint64_t mp_hal_time_ns(void) {
    static uint64_t at_reset;
    uint64_t since = board_ticks() * 1000 / BOARD_TICKS_PER_US;
    if (at_reset == 0) {
        at_reset = (uint64_t)semihost_time() * 1000000000 - since;
    }
    return at_reset + since;
}

// ---- Alarms ----

#define SYST_CSR BOARD_REG(0xE000E010)
// Counts and interrupts at 0: by the processor's clock, or by another one that board_ticks()
// counts as well.
#ifndef BOARD_SYSTICK_ON
#define BOARD_SYSTICK_ON 7
#endif
#define SYST_RVR BOARD_REG(0xE000E014)
#define SYST_CVR BOARD_REG(0xE000E018)

enum { PER_MS = 1000 * BOARD_TICKS_PER_US, LONGEST = 0xFFFFFF };

// The alarm of the openamp module, besides the one that ends a sleep.
static bool alarm_is_set;
static uint64_t alarm_at;

// Have SysTick interrupt at that time, or earlier, as its counter has only 24 bits.
static void set_counter(uint64_t at) {
    uint64_t now = board_ticks();
    uint64_t ticks = at > now ? at - now : 1;
    SYST_RVR = (uint32_t)MIN(ticks, LONGEST);
    SYST_CVR = 0;
    SYST_CSR = BOARD_SYSTICK_ON;
}

void board_alarm(uint32_t ms) {
    uint32_t before = board_interrupts_off();
    alarm_at = board_ticks() + (uint64_t)ms * PER_MS;
    alarm_is_set = true;
    set_counter(alarm_at);
    board_interrupts_restore(before);
}

void board_alarm_interrupt(void) {
    SYST_CSR = 0;
    if (alarm_is_set && board_ticks() >= alarm_at) {
        alarm_is_set = false;
        openamp_alarm();
    } else if (alarm_is_set) {
        set_counter(alarm_at);
    }
}

// ---- Sleep ----

// Interrupts are off between the look and the sleep: one that comes in between ends the
// sleep at once, and is taken when interrupts are on again.
static void sleep(uint32_t ms, const volatile bool *unless, bool for_messages) {
    uint32_t before = board_interrupts_off();
    if (ms != 0 && !board_is_due(for_messages) && !(unless != NULL && *unless)) {
        uint64_t end = board_ticks() + (uint64_t)ms * PER_MS;
        set_counter(alarm_is_set ? MIN(end, alarm_at) : end);
        __asm__ volatile("dsb\n wfi" : : : "memory");
        SYST_CSR = 0;
        if (alarm_is_set) {
            set_counter(alarm_at);
        }
    }
    board_interrupts_restore(before);
}

void board_wait(uint32_t ms, const volatile bool *unless) {
    sleep(ms, unless, true);
}

void board_sleep(uint32_t ms) {
    sleep(ms, NULL, false);
}
