/* What a run tells of itself. */
#include "machine.h"

#include <inttypes.h>

static void dump_core(const struct core *core) {
    static const int regs[] = {UC_ARM_REG_R0, UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3,
        UC_ARM_REG_R4, UC_ARM_REG_R5, UC_ARM_REG_R6, UC_ARM_REG_R7, UC_ARM_REG_R8, UC_ARM_REG_R9,
        UC_ARM_REG_R10, UC_ARM_REG_R11, UC_ARM_REG_R12, UC_ARM_REG_SP, UC_ARM_REG_LR,
        UC_ARM_REG_PC};
    fprintf(stderr, "%s: ", h7_core_name[core->id]);
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
    for (unsigned i = 0; i < CORES; i++) {
        fprintf(stderr, "HSEM C%u: enabled %08x status %08x\n", i + 1, (unsigned)m->hsem.enabled[i],
            (unsigned)m->hsem.status[i]);
    }
}

static void counters(const struct machine *m) {
    fprintf(m->stats,
        " m7 %" PRIu64 " m4 %" PRIu64 " cache_operations %" PRIu64 " doorbells_m7 %" PRIu64
        " doorbells_m4 %" PRIu64 "\n",
        m->core[M7].insns, m->core[M4].insns, m->cache.operations, m->doorbells[M7],
        m->doorbells[M4]);
}

void report_mark(struct core *core, uint32_t id) {
    struct machine *m = core->m;
    if (m->stats != NULL) {
        fprintf(m->stats, "mark %u", (unsigned)id);
        counters(m);
    }
}

void report_totals(struct machine *m) {
    if (m->stats != NULL) {
        fprintf(m->stats, "total");
        counters(m);
        fprintf(m->stats,
            "cache set_way %" PRIu64 " misses %" PRIu64 " written_back %" PRIu64
            " evictions %" PRIu64 "\nresets %u\nend %d\n",
            m->cache.set_way, m->cache.misses, m->cache.written_back, m->cache.evictions, m->resets,
            m->end);
    }
}
