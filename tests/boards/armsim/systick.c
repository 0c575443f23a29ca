/* The timer in each core.  One instruction is one cycle. */
#include "tests/boards/armsim/armsim.h"

enum { ENABLE = 1, TICKINT = 2, CLKSOURCE = 4, COUNTFLAG = 1 << 16 };

static uint64_t divider(const struct core *core) {
    return core->systick.control & CLKSOURCE ? 1 : CHIP_SYSTICK_SLOW;
}

static bool counts(const struct core *core) {
    return (core->systick.control & ENABLE) && core->systick.reload != 0;
}

static uint64_t period(const struct core *core) {
    return (core->systick.reload + UINT64_C(1)) * divider(core);
}

// When it interrupts next.
uint64_t systick_deadline(const struct core *core) {
    bool interrupts = counts(core) && (core->systick.control & TICKINT);
    return interrupts ? core->systick.expires : UINT64_MAX;
}

void systick_update(struct core *core) {
    struct systick *systick = &core->systick;
    if (!counts(core) || core->cycles < systick->expires) {
        return;
    }
    systick->expires += ((core->cycles - systick->expires) / period(core) + 1) * period(core);
    systick->counted = true;
    if (systick->control & TICKINT) {
        nvic_pend(core, EXC_SYSTICK);
    }
}

static void restart(struct core *core) {
    core->systick.expires = core->cycles + period(core);
    core->systick.counted = false;
}

uint32_t systick_read(struct core *core, uint32_t offset) {
    struct systick *systick = &core->systick;
    uint32_t value;
    systick_update(core);
    switch (offset) {
        case 0x0:
            value = systick->control | (systick->counted ? COUNTFLAG : 0);
            systick->counted = false;
            return value;
        case 0x4:
            return systick->reload;
        case 0x8:
            return counts(core) ? (uint32_t)((systick->expires - core->cycles - 1) / divider(core))
                                : 0;
        default:
            return UINT32_C(1) << 31; // CALIB: no reference clock
    }
}

void systick_write(struct core *core, uint32_t offset, uint32_t value) {
    struct systick *systick = &core->systick;
    systick_update(core);
    switch (offset) {
        case 0x0: {
            bool was = counts(core);
            systick->control = value & 7;
            if (!was && counts(core)) {
                restart(core);
            }
            break;
        }
        case 0x4:
            systick->reload = value & 0xFFFFFF;
            break;
        case 0x8:
            restart(core);
            break;
        default:
            sim_violation(core, "write to SysTick CALIB");
    }
    if (systick_deadline(core) < core->limit) {
        core->limit = systick_deadline(core);
    }
}
