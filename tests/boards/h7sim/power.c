/*
 * Deep sleep (CStop, RM0399 chapter 7): WFI with SLEEPDEEP set.  The clock of the core
 * stands still, and with it SysTick and the cycle counter.  What wakes it must pass EXTI,
 * which does not stop; of what is simulated that is the interrupt of the semaphores alone
 * (events 77 and 78, which are let through out of reset).
 *
 * The M7's domain has the flash: it goes with the M7, unless the M4 has asked for it.  A
 * block that only the sleeping core has asked for loses its clock (rcc.c).
 */
#include "machine.h"

enum { SLEEPDEEP = 4, HSEM1_IRQ = 125, HSEM2_IRQ = 126 };

// With something pending a core does not go that deep, but is awake again at once.
void power_sleep(struct core *core) {
    core->chip.in_stop = (core->nvic.scr & SLEEPDEEP) && !nvic_wakes(core);
}

// `cycles` have passed for the other core only, if this one was in stop.
void chip_wake(struct core *core, uint64_t cycles) {
    if (core->chip.in_stop) {
        core->systick.expires += cycles;
        core->chip.dwt_base += cycles;
    }
    core->chip.in_stop = false;
}

bool chip_wakes(struct core *core) {
    if (!core->chip.in_stop) {
        return nvic_wakes(core);
    }
    return nvic_wakes_by(core, EXC_IRQ0 + (core->id == M7 ? HSEM1_IRQ : HSEM2_IRQ));
}

bool chip_timer_stops(const struct core *core) {
    return core->chip.in_stop;
}

// An access of the M4 to the flash.
void power_check_flash(struct core *core, uint32_t address) {
    struct machine *m = core->m;
    enum { FLASH_BASE = 0x08000000, FLASH_SIZE = 0x200000 };
    if (core->id == M4 && address - FLASH_BASE < FLASH_SIZE && m->core[M7].chip.in_stop
        && !rcc_flash_for_m4(m)) {
        sim_violation(
            core, "access to 0x%08x: the M7 sleeps, and the flash with it", (unsigned)address);
    }
}
