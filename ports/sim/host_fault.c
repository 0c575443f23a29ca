/*
 * Faults on demand: doorbells that are lost, late or doubled, a core that
 * stalls, stops or dies.  All faults are made here, on the host's side of the
 * mailbox, in both directions, so the firmware need not change for them.
 *
 * They cost nothing while they are off: only while they are on do the port's kick() and
 * the signal handler lead to this file (host.c, host_signal.c).
 *
 * A timer recovers lost doorbells: at every interval of `recover` it rings both sides,
 * which is allowed because doorbells may be spurious.  A board whose doorbells
 * can be lost does the same in its port.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "openamp/error.h"

#include "host.h"
#include "sim.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum direction { TO_HOST, TO_CORE };

// The settings of amp_sim_faults(), by their names there; 0: off.
struct faults {
    uint64_t lose_kicks; // one in so many
    uint64_t dup_kicks; // one in so many
    uint64_t delay_kicks; // nanoseconds, at most
    uint64_t stall_core; // nanoseconds, at most
    uint64_t recover; // nanoseconds between two
    uint64_t seed;
};

static struct faults faults;
static struct amp_sim_fault_counts counts;

// When something is due, in nanoseconds of the monotonic clock; 0: nothing is.  Touched
// only with SIGURG blocked, or in its handler.
static uint64_t doorbell_due[AMP_SIM_CORES][2];
static uint64_t stall_due;
static uint64_t recover_due;
static bool stalled;
static bool frozen[AMP_SIM_CORES];
static timer_t timer;
static bool have_timer;
static bool on;

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

// A random number less than n (splitmix64).
static uint64_t rnd(uint64_t n) {
    uint64_t z = faults.seed += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (z ^ (z >> 31)) % n;
}

static bool happens(uint64_t one_in) {
    return one_in != 0 && rnd(one_in) == 0;
}

static void block(sigset_t *before) {
    sigset_t ours;
    sim_signal_set(&ours);
    sigprocmask(SIG_BLOCK, &ours, before);
}

// ---- Doorbells ----

static void deliver(struct sim_core *core, enum direction direction) {
    if (direction == TO_HOST) {
        sim_signal_deliver(core);
    } else {
        sim_wake_core(core, 1); // which bit does not matter: the remote half takes all
    }
}

static void deliver_later(struct sim_core *core, enum direction direction, uint64_t at_most) {
    uint64_t due = now_ns() + 1 + rnd(at_most);
    uint64_t *slot = &doorbell_due[core->index][direction];
    if (*slot == 0 || due < *slot) {
        *slot = due; // two waiting doorbells become one, as in the mailbox
    }
}

static void deliver_now(struct sim_core *core, enum direction direction) {
    deliver(core, direction);
    if (happens(faults.dup_kicks)) {
        ++counts.doubled;
        deliver_later(core, direction, 500000);
    }
}

// A doorbell was rung: lose it, delay it, or deliver it.
static void pass_doorbell(struct sim_core *core, enum direction direction) {
    ++counts.kicks;
    if (happens(faults.lose_kicks)) {
        ++counts.lost;
        return;
    }
    if (faults.delay_kicks != 0) {
        ++counts.delayed;
        deliver_later(core, direction, faults.delay_kicks);
        return;
    }
    deliver_now(core, direction);
}

// ---- Time ----

static void each_running(void (*function)(struct sim_core *core)) {
    for (unsigned i = 0; i < AMP_SIM_CORES; i++) {
        if (sim_cores[i].pid != 0 && sim_cores[i].state == AMP_CORE_RUNNING) {
            function(&sim_cores[i]);
        }
    }
}

static void ring_both_sides(struct sim_core *core) {
    deliver(core, TO_HOST);
    deliver(core, TO_CORE);
}

static void stall_core(struct sim_core *core) {
    if (!frozen[core->index]) {
        (void)sim_process_signal(core, stalled ? SIGSTOP : SIGCONT);
    }
}

static bool is_due(uint64_t *slot, uint64_t now) {
    if (*slot == 0 || *slot > now) {
        return false;
    }
    *slot = 0;
    return true;
}

static void keep_earlier(uint64_t *first, uint64_t due) {
    if (due != 0 && (*first == 0 || due < *first)) {
        *first = due;
    }
}

// Do what is due, and set the timer to the moment when something is due next.
static void do_due_work(void) {
    uint64_t now = now_ns();
    uint64_t first = 0;
    if (is_due(&recover_due, now)) {
        ++counts.recoveries;
        recover_due = now + faults.recover;
        each_running(ring_both_sides);
    }
    if (is_due(&stall_due, now)) {
        stalled = !stalled;
        counts.stalls += stalled;
        stall_due = now + 1 + rnd(stalled ? faults.stall_core : 10 * faults.stall_core);
        each_running(stall_core);
    }
    for (unsigned i = 0; i < AMP_SIM_CORES; i++) {
        for (unsigned d = TO_HOST; d <= TO_CORE; d++) {
            if (is_due(&doorbell_due[i][d], now) && sim_cores[i].pid != 0) {
                deliver_now(&sim_cores[i], (enum direction)d);
            }
            keep_earlier(&first, doorbell_due[i][d]);
        }
    }
    keep_earlier(&first, recover_due);
    keep_earlier(&first, stall_due);
    struct itimerspec when = {.it_value = {.tv_sec = (time_t)(first / 1000000000),
                                  .tv_nsec = (long)(first % 1000000000)}};
    timer_settime(timer, TIMER_ABSTIME, &when, NULL);
}

// Called in the handler of the signal, which can mean a doorbell, a death and the timer at
// once.  A death is not a doorbell, so it is never lost.
void sim_fault_interrupt(void) {
    int saved = errno;
    for (unsigned i = 0; i < AMP_SIM_CORES; i++) {
        struct sim_core *core = &sim_cores[i];
        if (core->mailbox != NULL
            && __atomic_exchange_n(&core->mailbox->to_host, 0, __ATOMIC_SEQ_CST) != 0) {
            pass_doorbell(core, TO_HOST);
        }
        if (core->pid != 0 && sim_has_ended(core)) {
            sim_signal_deliver(core);
        }
    }
    do_due_work();
    errno = saved;
}

void sim_fault_kick(void *ctx, uint32_t notify_id) {
    (void)notify_id;
    sigset_t before;
    block(&before);
    pass_doorbell(ctx, TO_CORE);
    do_due_work();
    sigprocmask(SIG_SETMASK, &before, NULL);
}

bool sim_fault_is_on(void) {
    return on;
}

// ---- On and off ----

// Read a value: `unit` '/': "1/NUMBER"; 't': "NUMBERus" or "NUMBERms", to nanoseconds;
// 'n': "NUMBER".  Returns the end of the value, or NULL.
static const char *read_value(const char *text, char unit, uint64_t *value) {
    char *end;
    uint64_t number = strtoul(text, &end, 10);
    if (end == text || *text < '0' || *text > '9') {
        return NULL;
    }
    if (unit == '/') {
        if (number != 1 || *end != '/' || end[1] < '1' || end[1] > '9') {
            return NULL;
        }
        number = strtoul(end + 1, &end, 10);
    } else if (unit == 't') {
        number *= *end == 'm' ? 1000000 : 1000;
        if ((*end != 'm' && *end != 'u') || end[1] != 's' || number > UINT64_C(60000000000)) {
            return NULL;
        }
        end += 2;
    }
    *value = number;
    return end;
}

// False: `text` is not a list as sim.h describes it.
static bool read_faults(const char *text, struct faults *f) {
    *f = (struct faults){.recover = 100000000, .seed = 1};
    const struct {
        const char *name;
        char unit;
        uint64_t *value;
    } names[] = {
        {"lose_kicks=", '/', &f->lose_kicks},
        {"dup_kicks=", '/', &f->dup_kicks},
        {"delay_kicks=", 't', &f->delay_kicks},
        {"stall_core=", 't', &f->stall_core},
        {"recover=", 't', &f->recover},
        {"seed=", 'n', &f->seed},
    };
    while (text != NULL) {
        size_t i = 0;
        while (i < sizeof(names) / sizeof(names[0])
            && strncmp(text, names[i].name, strlen(names[i].name)) != 0) {
            i++;
        }
        if (i == sizeof(names) / sizeof(names[0])) {
            return false;
        }
        text = read_value(text + strlen(names[i].name), names[i].unit, names[i].value);
        if (text == NULL || (*text != ',' && *text != '\0')) {
            return false;
        }
        text = *text == ',' ? text + 1 : NULL;
    }
    return true;
}

static bool create_timer(void) {
    if (!have_timer) {
        struct sigevent event;
        memset(&event, 0, sizeof(event));
        event.sigev_notify = SIGEV_THREAD_ID;
        event.sigev_signo = SIGURG;
        event.sigev_notify_thread_id = getpid();
        event.sigev_value.sival_ptr = &timer;
        have_timer = timer_create(CLOCK_MONOTONIC, &event, &timer) == 0;
    }
    return have_timer;
}

// Undo what faults are still doing: both sides are rung, in place of delayed and lost
// doorbells, and stalled cores go on.
static void make_good(void) {
    memset(doorbell_due, 0, sizeof(doorbell_due));
    recover_due = stall_due = 0;
    do_due_work(); // the timer stops
    if (stalled) {
        stalled = false;
        each_running(stall_core);
    }
    each_running(ring_both_sides);
}

int amp_sim_faults(const char *text) {
    struct faults wanted;
    bool none = text == NULL || text[0] == '\0';
    if (!none && !read_faults(text, &wanted)) {
        return -AMP_EINVAL;
    }
    if (!none && !create_timer()) {
        return -AMP_EIO;
    }
    sigset_t before;
    block(&before);
    if (on) {
        make_good();
    }
    on = !none;
    sim_set_faulty(on);
    if (on) {
        faults = wanted;
        uint64_t now = now_ns();
        recover_due = faults.recover != 0 ? now + faults.recover : 0;
        stall_due = faults.stall_core != 0 ? now + 1 : 0;
        do_due_work();
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return 0;
}

int sim_fault_environment(void) {
    const char *text = getenv("OPENAMP_SIM_FAULTS");
    int error = on || text == NULL ? 0 : amp_sim_faults(text);
    if (error != 0) {
        fprintf(stderr, "OPENAMP_SIM_FAULTS: cannot read \"%s\"\n", text);
    }
    return error;
}

void amp_sim_get_fault_counts(struct amp_sim_fault_counts *out) {
    *out = counts;
}

// ---- The core ----

int amp_sim_freeze(unsigned core, bool freeze) {
    if (amp_sim_pid(core) == 0) {
        return -AMP_ENODEV;
    }
    frozen[core] = freeze;
    return sim_process_signal(&sim_cores[core], freeze ? SIGSTOP : SIGCONT) ? 0 : -AMP_EIO;
}

int amp_sim_kill(unsigned core) {
    bool killed = amp_sim_pid(core) != 0 && sim_process_signal(&sim_cores[core], SIGKILL);
    return killed ? 0 : -AMP_ENODEV;
}

void sim_fault_core_began(const struct sim_core *core) {
    frozen[core->index] = false;
    if (on && !have_timer && create_timer()) { // in a child of fork()
        sigset_t before;
        block(&before);
        do_due_work();
        sigprocmask(SIG_SETMASK, &before, NULL);
    }
}

// A child of fork() has no copy of the parent's timer.
void sim_fault_forget(void) {
    have_timer = false;
    memset(doorbell_due, 0, sizeof(doorbell_due));
    stalled = false;
}

bool sim_fault_is_timer(const siginfo_t *info) {
    return info->si_code == SI_TIMER && info->si_ptr == &timer;
}
