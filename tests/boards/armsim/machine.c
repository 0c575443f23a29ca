/* The beginning of a run, and its end. */
#include "tests/boards/armsim/armsim.h"

#include <stdarg.h>

bool sim_init(struct machine *m) {
    m->end = -1;
    m->reset_by = -1;
    m->last = CORES - 1;
    m->random = m->options.seed;
    for (int i = 0; i < CORES; i++) {
        m->core[i].m = m;
        m->core[i].id = i;
    }
    return memory_init(m) && chip_init(m);
}

bool sim_count_reset(struct machine *m) {
    m->reset_by = -1;
    semihost_close_all();
    if (m->resets == m->options.max_resets) {
        fprintf(stderr, CHIP_SIM ": more resets than the %u allowed\n", m->resets);
        sim_end(m, END_RESETS);
        return false;
    }
    m->resets++;
    return true;
}

void sim_end(struct machine *m, int code) {
    m->end = m->end < 0 ? code : m->end;
}

// The first one counts: what comes after it may be its consequence.
void sim_violation(struct core *core, const char *format, ...) {
    struct machine *m = core->m;
    if (m->end >= 0) {
        return;
    }
    fflush(stdout);
    fprintf(stderr, CHIP_SIM ": %s: ", sim_core_name[core->id]);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    sim_end(m, END_VIOLATION);
    core->attention = true;
    report_dump(m);
}
