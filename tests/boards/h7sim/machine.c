/* Power and reset, and what this chip's cores do otherwise than others. */
#include "machine.h"

#include <inttypes.h>
#include <stdlib.h>

const char *const sim_core_name[CORES] = {[M7] = "M7", [M4] = "M4"};

enum {
    M7_VECTORS = 0x08000000,
    POWER_ON = 0x00FE0000, // everything was reset
    BY_PROGRAM = 0x00460000, // the pin, and both cores
    SFT1RSTF = 1 << 24,
    SFT2RSTF = 1 << 25,
};

bool chip_init(struct machine *m) {
    enum { PAGE_SHIFT = 12 };
    m->chip.cache.random = m->options.chip.evict_seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    m->chip.m4_code = calloc(MEMORIES, chip_memories[SDRAM].size >> PAGE_SHIFT);
    return m->chip.m4_code != NULL;
}

static void start(struct machine *m, uint32_t reset_flags) {
    cache_reset(m);
    m->chip.hsem = (struct hsem){0};
    rcc_reset(m, reset_flags);
    image_reset();
    m->chip.m4_boot = m->options.chip.m4_boot;
    core_open(&m->core[M7], M7_VECTORS);
    if (m->options.chip.bcm4) {
        h7_start_m4(m);
    }
}

void chip_power_on(struct machine *m, const struct program *program) {
    (void)program; // it boots from its flash
    start(m, POWER_ON);
}

// Once per reset: whoever comes later finds it running.
void h7_start_m4(struct machine *m) {
    struct core *m4 = &m->core[M4];
    if (m4->running) {
        return;
    }
    uint64_t now = schedule_cycles(m4, schedule_time(&m->core[M7]));
    m4->cycles = now > m4->cycles ? now : m4->cycles;
    core_open(m4, m->chip.m4_boot);
}

// Memory keeps what it holds, but what was only in a cache is lost, the SRAMs' own too.
void chip_reset(struct machine *m) {
    uint32_t flags = BY_PROGRAM | (m->reset_by == M7 ? SFT1RSTF : SFT2RSTF);
    core_close(&m->core[M7]);
    core_close(&m->core[M4]);
    ecc_reset(m);
    if (sim_count_reset(m)) {
        start(m, flags);
    }
}

// ---- What the cores do ----

int chip_cpu_model(const struct core *core) {
    return core->id == M7 ? UC_CPU_ARM_CORTEX_M7 : UC_CPU_ARM_CORTEX_M4;
}

void chip_map(struct core *core) {
    core->nvic.fpccr = 0xC0000000;
    memory_map(core);
    image_map(core);
}

void chip_before_block(struct core *core) {
    if (core->id == M4) {
        memory_runs_code(core, core->block);
        power_check_flash(core, core->block);
    }
}

void chip_after_run(struct core *core, uc_err error) {
    enum { FPCA = 4, CP10_CP11 = 0xF << 20 };
    (void)error;
    if ((core_reg(core, UC_ARM_REG_CONTROL) & FPCA)
        && (core->nvic.cpacr & CP10_CP11) != CP10_CP11) {
        sim_violation(core, "the FPU was used, and CPACR does not let");
    }
}

void chip_sleep(struct core *core) {
    power_sleep(core);
    if (core->id == M7 && core->m->options.chip.image) {
        image_idle(core);
    }
}

void chip_yield(struct core *core) {
    (void)core; // WFE does not sleep
}

void chip_after_slice(struct machine *m) {
    cache_evict(m);
}

bool chip_takes_faults(const struct core *core) {
    return core->id == M4 && core->m->options.chip.faults;
}

void chip_lockup(struct core *core, const char *what) {
    sim_violation(core, "lockup: %s in a fault handler", what);
}

// ---- What a run tells of itself ----

void chip_dump(struct machine *m) {
    for (unsigned i = 0; i < CORES; i++) {
        fprintf(stderr, "HSEM C%u: enabled %08x status %08x\n", i + 1,
            (unsigned)m->chip.hsem.enabled[i], (unsigned)m->chip.hsem.status[i]);
    }
}

void chip_counters(const struct machine *m) {
    fprintf(m->stats,
        " m7 %" PRIu64 " m4 %" PRIu64 " cache_operations %" PRIu64 " doorbells_m7 %" PRIu64
        " doorbells_m4 %" PRIu64 "\n",
        m->core[M7].insns, m->core[M4].insns, m->chip.cache.operations, m->chip.doorbells[M7],
        m->chip.doorbells[M4]);
}

void chip_totals(const struct machine *m) {
    const struct cache *cache = &m->chip.cache;
    fprintf(m->stats,
        "cache set_way %" PRIu64 " misses %" PRIu64 " written_back %" PRIu64 " evictions %" PRIu64
        "\n",
        cache->set_way, cache->misses, cache->written_back, cache->evictions);
}
