/* Power, reset, and the end. */
#include "machine.h"

#include <stdarg.h>

const char *const h7_core_name[CORES] = {[M7] = "M7", [M4] = "M4"};

enum {
    M7_VECTORS = 0x08000000,
    POWER_ON = 0x00FE0000, // everything was reset
    BY_PROGRAM = 0x00460000, // the pin, and both cores
    SFT1RSTF = 1 << 24,
    SFT2RSTF = 1 << 25,
};

bool h7_init(struct machine *m) {
    m->end = -1;
    m->reset_by = -1;
    m->last = M4;
    m->cache.random = m->options.evict_seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    for (int i = 0; i < CORES; i++) {
        m->core[i].m = m;
        m->core[i].id = i;
    }
    return memory_init(m);
}

static void start(struct machine *m, uint32_t reset_flags) {
    cache_reset(m);
    m->hsem = (struct hsem){0};
    rcc_reset(m, reset_flags);
    image_reset();
    m->m4_boot = m->options.m4_boot;
    core_open(&m->core[M7], M7_VECTORS);
    if (m->options.bcm4) {
        h7_start_m4(m);
    }
}

void h7_power_on(struct machine *m) {
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
    core_open(m4, m->m4_boot);
}

// Memory keeps what it holds, but what was only in a cache is lost, the SRAMs' own too.
void h7_reset(struct machine *m) {
    uint32_t flags = BY_PROGRAM | (m->reset_by == M7 ? SFT1RSTF : SFT2RSTF);
    m->reset_by = -1;
    core_close(&m->core[M7]);
    core_close(&m->core[M4]);
    ecc_reset(m);
    semihost_close_all();
    if (m->resets == m->options.max_resets) {
        fprintf(stderr, "h7sim: one reset more than the %u that may be\n", m->resets);
        h7_end(m, END_RESETS);
        return;
    }
    m->resets++;
    start(m, flags);
}

void h7_end(struct machine *m, int code) {
    m->end = m->end < 0 ? code : m->end;
}

// The first one counts: what comes after it may be its consequence.
void h7_violation(struct core *core, const char *format, ...) {
    struct machine *m = core->m;
    if (m->end >= 0) {
        return;
    }
    fflush(stdout);
    fprintf(stderr, "h7sim: %s: ", h7_core_name[core->id]);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    h7_end(m, END_VIOLATION);
    core->attention = true;
    report_dump(m);
}
