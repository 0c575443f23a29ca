/* Whose turn is it?  Time is counted in ticks: of each core, so many to a cycle. */
#include "tests/boards/armsim/armsim.h"

static uint64_t time_at(const struct core *core, uint64_t cycles) {
    return core->scaled_time + (cycles - core->scaled_at) * core->scale;
}

uint64_t schedule_time(const struct core *core) {
    return time_at(core, core->cycles);
}

// Rounded down: so a core that wakes comes before the one that woke it goes on.
uint64_t schedule_cycles(const struct core *core, uint64_t time) {
    return time < core->scaled_time ? core->scaled_at
                                    : core->scaled_at + (time - core->scaled_time) / core->scale;
}

// Its clock is another from now on.
void schedule_set_scale(struct core *core, uint32_t scale) {
    core->scaled_time = schedule_time(core);
    core->scaled_at = core->cycles;
    core->scale = scale;
}

static void set_time(struct core *core, uint64_t now) {
    uint64_t cycles = schedule_cycles(core, now);
    if (cycles > core->cycles) {
        core->cycles = cycles;
    }
}

static uint64_t deadline_of(const struct core *core) {
    uint64_t deadline = chip_timer_stops(core) ? UINT64_MAX : systick_deadline(core);
    return deadline == UINT64_MAX ? deadline : time_at(core, deadline);
}

static bool awake(const struct core *core) {
    return core->running && !core->sleeping;
}

// A core that sleeps: its timer goes on, and what is pending wakes it.
static void look_after(struct machine *m, struct core *core) {
    if (!core->running || !core->sleeping) {
        return;
    }
    if (deadline_of(core) <= m->now) {
        set_time(core, deadline_of(core));
        systick_update(core);
    }
    if (chip_wakes(core)) {
        uint64_t before = core->cycles;
        set_time(core, m->now);
        chip_wake(core, core->cycles - before);
        core->sleeping = false;
    }
}

// Nobody runs: on to the next timer.
static void skip(struct machine *m) {
    uint64_t next = UINT64_MAX;
    for (unsigned i = 0; i < CORES; i++) {
        struct core *core = &m->core[i];
        bool waits = core->nvic.pending[0] >> EXC_SYSTICK & 1; // masked: one more changes nothing
        if (core->running && !waits && deadline_of(core) < next) {
            next = deadline_of(core);
        }
    }
    if (next == UINT64_MAX) {
        fprintf(stderr, CHIP_SIM ": both cores sleep for ever\n");
        sim_end(m, END_ASLEEP);
        report_dump(m);
    } else if (next > m->now) {
        m->now = next;
    }
}

// As the options say, or a random number from 1 to that.
static uint64_t slice_length(struct machine *m) {
    if (m->options.seed == 0) {
        return m->options.slice;
    }
    m->random = m->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return 1 + (m->random >> 33) % m->options.slice;
}

// The core that is behind, and how far it may run: not past its slice, nor past
// the moment at which the other wakes.
static void run_one(struct machine *m) {
    struct core *one = &m->core[0];
    struct core *other = &m->core[1];
    bool behind = schedule_time(other) < schedule_time(one)
        || (schedule_time(other) == schedule_time(one) && m->last == 0);
    if (!awake(one) || (awake(other) && behind)) {
        struct core *swap = one;
        one = other;
        other = swap;
    }
    uint64_t limit = one->cycles + slice_length(m);
    if (other->running && other->sleeping && deadline_of(other) != UINT64_MAX) {
        uint64_t wake = schedule_cycles(one, deadline_of(other)) + 1;
        limit = wake > one->cycles && wake < limit ? wake : limit;
    }
    m->last = one->id;
    core_run(one, limit);
    m->now = schedule_time(one) > m->now ? schedule_time(one) : m->now;
    chip_after_slice(m);
}

static void check_bounds(struct machine *m) {
    if (m->end < 0 && m->core[0].insns + m->core[1].insns >= m->options.max_insns) {
        fprintf(stderr, CHIP_SIM ": no progress: %llu instructions\n",
            (unsigned long long)m->options.max_insns);
        sim_end(m, END_NO_PROGRESS);
        report_dump(m);
    }
}

int schedule(struct machine *m) {
    while (m->end < 0) {
        look_after(m, &m->core[0]);
        look_after(m, &m->core[1]);
        if (!awake(&m->core[0]) && !awake(&m->core[1])) {
            skip(m);
            continue;
        }
        run_one(m);
        if (m->reset_by >= 0 && m->end < 0) {
            chip_reset(m);
        }
        check_bounds(m);
    }
    return m->end;
}
