/* Into exceptions and out of them, as Armv6-M and Armv7-M say; Unicorn does neither. */
#include "tests/boards/armsim/armsim.h"

enum {
    CONTROL_NPRIV = 1,
    CONTROL_SPSEL = 2,
    CONTROL_FPCA = 4,
    XPSR_EXCEPTION = 0x1FF,
    XPSR_ALIGNED = 1 << 9,
    XPSR_T = 1 << 24,
    XPSR_IT = 0x0600FC00,
    RETURN_BASIC = 1 << 4, // no FP registers in the frame
    BASIC_WORDS = 8,
    FP_WORDS = 26,
    FP_FIRST = 8,
    FPSCR_AT = 24,
};

static const int basic[5] = {
    UC_ARM_REG_R0, UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3, UC_ARM_REG_R12};

// Unicorn keeps copies of IPSR and CONTROL in other forms.  Of all writes of registers only that
// of APSR_NZCV makes them anew.
static void settle(struct core *core) {
    core_set_reg(core, UC_ARM_REG_APSR_NZCV, core_reg(core, UC_ARM_REG_APSR_NZCV));
}

static bool push_frame(struct core *core, bool fp, uint32_t *sp) {
    uint32_t words = fp ? FP_WORDS : BASIC_WORDS;
    uint32_t frame[FP_WORDS] = {0};
    uint32_t xpsr = (core_reg(core, UC_ARM_REG_XPSR) & ~(uint32_t)XPSR_ALIGNED) | XPSR_T;
    bool unaligned = *sp & 4;
    for (unsigned i = 0; i < 5; i++) {
        frame[i] = core_reg(core, basic[i]);
    }
    frame[5] = core_reg(core, UC_ARM_REG_LR);
    frame[6] = core->pc;
    frame[7] = unaligned ? xpsr | XPSR_ALIGNED : xpsr;
    for (unsigned i = 0; fp && i < 16; i++) {
        frame[FP_FIRST + i] = core_reg(core, UC_ARM_REG_S0 + (int)i);
    }
    if (fp) {
        frame[FPSCR_AT] = core_reg(core, UC_ARM_REG_FPSCR);
    }
    *sp = (*sp - words * 4) & ~7u;
    return memory_store(core, *sp, frame, words * 4);
}

static void cannot_enter(struct core *core, unsigned exception, uint32_t sp, uint32_t entry) {
    char what[80];
    snprintf(what, sizeof(what), "exception %u: stack 0x%08x, vector 0x%08x", exception,
        (unsigned)sp, (unsigned)entry);
    if (chip_takes_faults(core)) {
        chip_lockup(core, what);
    } else {
        sim_violation(core, "%s", what);
    }
}

void exception_enter(struct core *core, unsigned exception) {
    uint32_t control = core_reg(core, UC_ARM_REG_CONTROL);
    bool handler = core_reg(core, UC_ARM_REG_XPSR) & XPSR_EXCEPTION;
    bool psp = !handler && (control & CONTROL_SPSEL);
    bool fp = CHIP_MAINLINE && (control & CONTROL_FPCA);
    uint32_t sp = core_reg(core, UC_ARM_REG_SP);
    uint32_t entry = 0;
    if (control & CONTROL_NPRIV) {
        sim_violation(core, "unprivileged code is not simulated");
        return;
    }
    if (!push_frame(core, fp, &sp) || !memory_load(core, core->nvic.vtor + 4 * exception, &entry, 4)
        || !(entry & 1)) {
        cannot_enter(core, exception, sp, entry);
        return;
    }
    core_set_reg(core, UC_ARM_REG_SP, sp);
    core_set_reg(core, UC_ARM_REG_CONTROL, control & ~(uint32_t)(CONTROL_SPSEL | CONTROL_FPCA));
    uint32_t xpsr = core_reg(core, UC_ARM_REG_XPSR);
    xpsr &= ~(uint32_t)(XPSR_EXCEPTION | XPSR_IT | XPSR_ALIGNED);
    core_set_reg(core, UC_ARM_REG_XPSR, xpsr | XPSR_T | exception);
    settle(core);
    core_set_reg(core, UC_ARM_REG_LR,
        (handler      ? 0xFFFFFFF1
                : psp ? 0xFFFFFFFD
                      : 0xFFFFFFF9)
            & ~(fp ? RETURN_BASIC : 0u));
    nvic_activate(core, exception);
    core->event = true;
    core->pc = entry & ~1u;
}

// ---- Return ----

static void pop_frame(struct core *core, uint32_t magic) {
    bool fp = !(magic & RETURN_BASIC);
    uint32_t words = fp ? FP_WORDS : BASIC_WORDS;
    uint32_t frame[FP_WORDS];
    uint32_t sp = core_reg(core, UC_ARM_REG_SP);
    if (!memory_load(core, sp, frame, words * 4)) {
        sim_violation(core, "exception return: stack at 0x%08x", (unsigned)sp);
        return;
    }
    uint32_t now = core_reg(core, UC_ARM_REG_XPSR) & XPSR_EXCEPTION;
    if ((frame[7] & XPSR_EXCEPTION) != now || !(frame[7] & XPSR_T)) {
        sim_violation(core, "exception return: into xPSR 0x%08x", (unsigned)frame[7]);
        return;
    }
    for (unsigned i = 0; i < 5; i++) {
        core_set_reg(core, basic[i], frame[i]);
    }
    core_set_reg(core, UC_ARM_REG_LR, frame[5]);
    core->pc = frame[6] & ~1u;
    for (unsigned i = 0; fp && i < 16; i++) {
        core_set_reg(core, UC_ARM_REG_S0 + (int)i, frame[FP_FIRST + i]);
    }
    if (fp) {
        core_set_reg(core, UC_ARM_REG_FPSCR, frame[FPSCR_AT]);
    }
    core_set_reg(core, UC_ARM_REG_XPSR, frame[7] & ~(uint32_t)XPSR_ALIGNED);
    core_set_reg(core, UC_ARM_REG_SP, sp + words * 4 + (frame[7] & XPSR_ALIGNED ? 4 : 0));
}

// Which exception is returned into: the one below this, or thread mode.
static uint32_t below(struct core *core, uint32_t magic) {
    uint32_t sp = core_reg(core, UC_ARM_REG_SP);
    uint32_t xpsr = 0;
    if ((magic & 15) == 1 && memory_load(core, sp + 28, &xpsr, 4)) {
        return xpsr & XPSR_EXCEPTION;
    }
    return 0;
}

// Unicorn has put what was branched to into the PC.
void exception_return(struct core *core) {
    uint32_t magic = core->pc | 1;
    uint32_t exception = core_reg(core, UC_ARM_REG_XPSR) & XPSR_EXCEPTION;
    uint32_t mode = magic & 15;
    if ((magic & 0xFFFFFFE0) != 0xFFFFFFE0 || (mode != 1 && mode != 9 && mode != 13)
        || !(core->nvic.active[exception / 32] >> (exception % 32) & 1)) {
        sim_violation(core, "exception return 0x%08x from exception %u", (unsigned)magic,
            (unsigned)exception);
        return;
    }
    nvic_deactivate(core, exception);
    if (CHIP_MAINLINE && exception != EXC_NMI) {
        core_set_reg(core, UC_ARM_REG_FAULTMASK, 0);
    }
    uint32_t control = core_reg(core, UC_ARM_REG_CONTROL);
    control &= ~(uint32_t)(CONTROL_SPSEL | CONTROL_FPCA);
    control |= !CHIP_MAINLINE || (magic & RETURN_BASIC) ? 0 : CONTROL_FPCA;
    core_set_reg(core, UC_ARM_REG_IPSR, below(core, magic));
    core_set_reg(core, UC_ARM_REG_CONTROL, mode == 13 ? control | CONTROL_SPSEL : control);
    pop_frame(core, magic);
    settle(core);
    core->event = true;
    core->attention = true;
    enum { SLEEPONEXIT = 2 };
    if (mode != 1 && (core->nvic.scr & SLEEPONEXIT)) {
        core->sleeping = true;
        chip_sleep(core);
    }
}

// ---- Faults ----

// The run ends, or, if the options say so, the core gets to see it.
void exception_fault(struct core *core, unsigned exception, const char *what) {
    if (!chip_takes_faults(core)) {
        sim_violation(core, "%s", what);
        return;
    }
    bool enabled = core->nvic.enabled[0] >> exception & 1;
    if (!enabled || nvic_group_priority(core, exception) >= nvic_execution_priority(core, true)) {
        core->nvic.hfsr |= 1u << 30;
        exception = EXC_HARDFAULT;
    }
    if (nvic_execution_priority(core, true) <= -1) {
        chip_lockup(core, what);
        return;
    }
    exception_enter(core, exception);
}
