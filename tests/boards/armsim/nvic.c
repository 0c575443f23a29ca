#include "tests/boards/armsim/armsim.h"

#include <string.h>

static bool bit(const uint32_t *words, unsigned n) {
    return words[n / 32] >> (n % 32) & 1;
}

static void set_bit(uint32_t *words, unsigned n, bool on) {
    uint32_t mask = UINT32_C(1) << (n % 32);
    words[n / 32] = on ? words[n / 32] | mask : words[n / 32] & ~mask;
}

void nvic_reset(struct core *core) {
    memset(&core->nvic, 0, sizeof(core->nvic));
    core->nvic.enabled[0] =
        1u << EXC_NMI | 1u << EXC_HARDFAULT | 1u << EXC_SVC | 1u << EXC_PENDSV | 1u << EXC_SYSTICK;
}

// No need to stop at once: the hook before the next block looks at `attention`.
void nvic_pend(struct core *core, unsigned exception) {
    enum { SEVONPEND = 1 << 4 };
    if (!bit(core->nvic.pending, exception) && (core->nvic.scr & SEVONPEND)) {
        core->event = true;
    }
    set_bit(core->nvic.pending, exception, true);
    core->attention = true;
}

void nvic_unpend(struct core *core, unsigned exception) {
    set_bit(core->nvic.pending, exception, bit(core->nvic.line, exception));
}

void nvic_set_line(struct core *core, unsigned irq, bool up) {
    unsigned exception = EXC_IRQ0 + irq;
    bool was = bit(core->nvic.line, exception);
    set_bit(core->nvic.line, exception, up);
    if (up && !was) {
        nvic_pend(core, exception);
    }
}

void nvic_enable(struct core *core, unsigned exception, bool on) {
    set_bit(core->nvic.enabled, exception, on);
    core->attention = true;
}

void nvic_activate(struct core *core, unsigned exception) {
    set_bit(core->nvic.pending, exception, false);
    set_bit(core->nvic.active, exception, true);
}

void nvic_deactivate(struct core *core, unsigned exception) {
    set_bit(core->nvic.active, exception, false);
    if (bit(core->nvic.line, exception)) {
        nvic_pend(core, exception);
    }
}

bool nvic_waits(const struct core *core) {
    for (unsigned i = 0; i < NVIC_WORDS; i++) {
        if (core->nvic.pending[i] & core->nvic.enabled[i]) {
            return true;
        }
    }
    return false;
}

// ---- Priorities: small is high ----

static int group_of(const struct core *core, uint32_t priority) {
    return (int)(priority & (UINT32_C(0xFF) << (core->nvic.prigroup + 1)));
}

static int full_priority(const struct core *core, unsigned exception) {
    if (exception <= EXC_HARDFAULT) {
        return (int)exception - 4;
    }
    return core->nvic.priority[exception];
}

int nvic_group_priority(const struct core *core, unsigned exception) {
    int priority = full_priority(core, exception);
    return priority < 0 ? priority : group_of(core, (uint32_t)priority);
}

int nvic_execution_priority(struct core *core, bool with_primask) {
    int priority = NVIC_LOWEST;
    for (unsigned i = 0; i < NVIC_WORDS; i++) {
        for (uint32_t bits = core->nvic.active[i]; bits != 0; bits &= bits - 1) {
            int its = nvic_group_priority(core, 32 * i + (unsigned)__builtin_ctz(bits));
            priority = its < priority ? its : priority;
        }
    }
    uint32_t basepri = CHIP_MAINLINE ? core_reg(core, UC_ARM_REG_BASEPRI) : 0;
    if (basepri != 0 && group_of(core, basepri) < priority) {
        priority = group_of(core, basepri);
    }
    if (with_primask && (core_reg(core, UC_ARM_REG_PRIMASK) & 1) && priority > 0) {
        priority = 0;
    }
    if (CHIP_MAINLINE && (core_reg(core, UC_ARM_REG_FAULTMASK) & 1) && priority > -1) {
        priority = -1;
    }
    return priority;
}

static unsigned most_urgent(const struct core *core) {
    unsigned best = 0;
    int best_priority = NVIC_LOWEST;
    for (unsigned i = 0; i < NVIC_WORDS; i++) {
        uint32_t bits = core->nvic.pending[i] & core->nvic.enabled[i];
        for (; bits != 0; bits &= bits - 1) {
            unsigned exception = 32 * i + (unsigned)__builtin_ctz(bits);
            if (full_priority(core, exception) < best_priority) {
                best_priority = full_priority(core, exception);
                best = exception;
            }
        }
    }
    return best;
}

unsigned nvic_next(struct core *core) {
    unsigned exception = most_urgent(core);
    if (exception == 0
        || nvic_group_priority(core, exception) >= nvic_execution_priority(core, true)) {
        return 0;
    }
    return exception;
}

static bool has_priority(struct core *core, unsigned exception) {
    return nvic_group_priority(core, exception) < nvic_execution_priority(core, false);
}

bool nvic_wakes(struct core *core) {
    unsigned exception = most_urgent(core);
    return exception != 0 && has_priority(core, exception);
}

bool nvic_wakes_by(struct core *core, unsigned exception) {
    return bit(core->nvic.pending, exception) && bit(core->nvic.enabled, exception)
        && has_priority(core, exception);
}
