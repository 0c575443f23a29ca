/* Whose turn is it?  Time is counted in ticks: of each core, so many to a cycle. */
#include "machine.h"

static uint64_t time_of(const struct machine *m, const struct core *core) {
    return core->cycles * m->scale[core->id];
}

// Rounded down: so a core that wakes comes before the one that woke it goes on.
static void set_time(struct machine *m, struct core *core, uint64_t now) {
    uint64_t cycles = now / m->scale[core->id];
    if (cycles > core->cycles) {
        core->cycles = cycles;
    }
}

static uint64_t deadline_of(const struct machine *m, const struct core *core) {
    uint64_t deadline = systick_deadline(core);
    return deadline == UINT64_MAX ? deadline : deadline * m->scale[core->id];
}

static bool awake(const struct core *core) {
    return core->running && !core->sleeping;
}

// A core that sleeps: its timer goes on, and what is pending wakes it.
static void look_after(struct machine *m, struct core *core) {
    if (!core->running || !core->sleeping) {
        return;
    }
    if (deadline_of(m, core) <= m->now) {
        set_time(m, core, deadline_of(m, core));
        systick_update(core);
    }
    if (nvic_wakes(core)) {
        core->sleeping = false;
        set_time(m, core, m->now);
    }
}

// Nobody runs: on to the next timer.
static void skip(struct machine *m) {
    uint64_t next = UINT64_MAX;
    for (unsigned i = 0; i < CORES; i++) {
        struct core *core = &m->core[i];
        bool waits = core->nvic.pending[0] >> EXC_SYSTICK & 1; // masked: one more changes nothing
        if (core->running && !waits && deadline_of(m, core) < next) {
            next = deadline_of(m, core);
        }
    }
    if (next == UINT64_MAX) {
        fprintf(stderr, "h7sim: both cores sleep for ever\n");
        h7_end(m, END_ASLEEP);
        report_dump(m);
    } else if (next > m->now) {
        m->now = next;
    }
}

// The core that is behind, and how far it may run: not past its slice, nor past
// the moment at which the other wakes.
static void run_one(struct machine *m) {
    struct core *one = &m->core[M7];
    struct core *other = &m->core[M4];
    bool behind = time_of(m, other) < time_of(m, one)
        || (time_of(m, other) == time_of(m, one) && m->last == M7);
    if (!awake(one) || (awake(other) && behind)) {
        struct core *swap = one;
        one = other;
        other = swap;
    }
    uint64_t limit = one->cycles + m->options.slice;
    if (other->running && other->sleeping && deadline_of(m, other) != UINT64_MAX) {
        uint64_t wake = deadline_of(m, other) / m->scale[one->id] + 1;
        limit = wake > one->cycles && wake < limit ? wake : limit;
    }
    m->last = one->id;
    core_run(one, limit);
    m->now = time_of(m, one) > m->now ? time_of(m, one) : m->now;
    cache_evict(m);
}

static void check_bounds(struct machine *m) {
    if (m->end < 0 && m->core[M7].insns + m->core[M4].insns >= m->options.max_insns) {
        fprintf(stderr, "h7sim: no progress: %llu instructions\n",
            (unsigned long long)m->options.max_insns);
        h7_end(m, END_NO_PROGRESS);
        report_dump(m);
    }
}

int schedule(struct machine *m) {
    while (m->end < 0) {
        look_after(m, &m->core[M7]);
        look_after(m, &m->core[M4]);
        if (!awake(&m->core[M7]) && !awake(&m->core[M4])) {
            skip(m);
            continue;
        }
        run_one(m);
        if (m->reset_by >= 0 && m->end < 0) {
            h7_reset(m);
        }
        check_bounds(m);
    }
    return m->end;
}
