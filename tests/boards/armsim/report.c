/* What a run tells of itself. */
#include "tests/boards/armsim/armsim.h"

#include <inttypes.h>

static void dump_core(const struct core *core) {
    static const int regs[] = {UC_ARM_REG_R0, UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3,
        UC_ARM_REG_R4, UC_ARM_REG_R5, UC_ARM_REG_R6, UC_ARM_REG_R7, UC_ARM_REG_R8, UC_ARM_REG_R9,
        UC_ARM_REG_R10, UC_ARM_REG_R11, UC_ARM_REG_R12, UC_ARM_REG_SP, UC_ARM_REG_LR,
        UC_ARM_REG_PC};
    fprintf(stderr, "%s: ", sim_core_name[core->id]);
    if (!core->running || core->uc == NULL) {
        fprintf(stderr, "not running\n");
        return;
    }
    fprintf(stderr, "%s, block 0x%08x, %" PRIu64 " instructions\n",
        core->sleeping ? "asleep" : "awake", (unsigned)core->block, core->insns);
    for (unsigned i = 0; i < sizeof(regs) / sizeof(regs[0]); i++) {
        fprintf(
            stderr, "%s r%-2u %08x", i % 4 == 0 ? "   " : "", i, (unsigned)core_reg(core, regs[i]));
        fprintf(stderr, i % 4 == 3 ? "\n" : " ");
    }
    fprintf(stderr, "    xpsr %08x control %x primask %x basepri %x msp %08x psp %08x\n",
        (unsigned)core_reg(core, UC_ARM_REG_XPSR), (unsigned)core_reg(core, UC_ARM_REG_CONTROL),
        (unsigned)core_reg(core, UC_ARM_REG_PRIMASK), (unsigned)core_reg(core, UC_ARM_REG_BASEPRI),
        (unsigned)core_reg(core, UC_ARM_REG_MSP), (unsigned)core_reg(core, UC_ARM_REG_PSP));
    for (unsigned i = 0; i < NVIC_WORDS; i++) {
        uint32_t some = core->nvic.pending[i] | core->nvic.active[i];
        if (some != 0) {
            fprintf(stderr, "    exceptions %u to %u: pending %08x enabled %08x active %08x\n",
                32 * i, 32 * i + 31, (unsigned)core->nvic.pending[i],
                (unsigned)core->nvic.enabled[i], (unsigned)core->nvic.active[i]);
        }
    }
}

void report_dump(struct machine *m) {
    fflush(stdout);
    for (unsigned i = 0; i < CORES; i++) {
        dump_core(&m->core[i]);
    }
    chip_dump(m);
}

void report_mark(struct core *core, uint32_t id) {
    struct machine *m = core->m;
    if (m->stats != NULL) {
        fprintf(m->stats, "mark %u", (unsigned)id);
        chip_counters(m);
    }
}

void report_totals(struct machine *m) {
    if (m->stats != NULL) {
        fprintf(m->stats, "total");
        chip_counters(m);
        chip_totals(m);
        fprintf(m->stats, "resets %u\nend %d\n", m->resets, m->end);
    }
}
