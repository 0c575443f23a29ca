/*
 * Starts and stops, with an end at a random moment of every state, under load
 * from both sides.  Every message carries the number of the life it is from:
 * one of a former life fails the test.  Nothing leaks, endpoints bind again.
 * SOAK_CYCLES: how many.
 */
#include "soak.h"

#include <errno.h>

enum ending {
    NEVER_STARTED,
    STOP_AT_ONCE,
    KILL_AT_ONCE,
    KILL_SOON,
    KILL_WHILE_LOADED, // noticed; the next image is loaded without a stop
    KILL_UNNOTICED,
    STOP_WHILE_LOADED,
    STOP_IN_CALLBACK,
    STOP_FROZEN,
    KILL_FROZEN,
    STOP_FULL, // nothing was taken: both rings full
    SHUTDOWN,
    SEGV_WHILE_LOADED,
    ENDINGS,
};

static const char *const ending_names[ENDINGS] = {"never started", "stop at once", "kill at once",
    "kill soon", "kill under load", "kill, not noticed", "stop under load", "stop in a callback",
    "stop when frozen", "kill when frozen", "stop with full rings", "shutdown", "fault under load"};

static struct file flood;
static struct file crash;

static struct amp_endpoint ept; // for all lives
static struct amp_endpoint crash_ept;
static struct amp_endpoint fixed; // the same address in each
static uint32_t life;
static uint32_t expected; // the number of the next message of this life
static bool running;
static bool stop_in_callback;
static uint64_t messages;

static struct amp_endpoint *dying[256];
static unsigned dying_count;

static void released(struct amp_rpmsg *link, struct amp_endpoint *which) {
    (void)link;
    for (unsigned i = 0; i < dying_count; i++) {
        if (dying[i] == which) {
            dying[i] = dying[--dying_count];
            free(which);
            return;
        }
    }
    fail("an endpoint was released that is not dying");
}

static const struct amp_rpmsg_events events = {.released = released};

static void received(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    (void)src;
    uint32_t message[4];
    CHECK(running && len == sizeof(message));
    memcpy(message, data, sizeof(message));
    if (message[2] != 1000000 + life || message[0] != expected || message[1] != ~message[0]) {
        fail("life %u: message %u of life %u", life, message[0], message[2] - 1000000);
    }
    expected++;
    messages++;
    if (stop_in_callback && rnd(20) == 0) {
        running = false;
        CHECK(amp_rproc_stop(&rproc) == 0);
    }
}

static void unexpected(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)src;
    (void)data;
    fail("%s received %zu bytes", self->name, len);
}

// Endpoints that come and go; with full rings they are closed and not yet free.
static void come_and_go(void) {
    if (dying_count == 256) {
        return;
    }
    struct amp_endpoint *e = calloc(1, sizeof(*e));
    CHECK(e != NULL);
    CHECK(amp_endpoint_create(&bus, e, "short-lived", AMP_ADDR_ANY, AMP_ADDR_ANY, unexpected) == 0);
    dying[dying_count++] = e;
    if (amp_endpoint_destroy(e) == 0) {
        dying_count--;
        free(e);
    }
}

// Both sides send as much as they can, for `us`.
static void load_both(uint32_t us) {
    uint8_t text[128] = {0};
    uint64_t end = now_us() + us;
    while (running && now_us() < end) {
        int taken = amp_rproc_poll(&rproc);
        if (!running) {
            return;
        }
        CHECK(taken >= 0);
        (void)amp_endpoint_send(&ept, text, sizeof(text));
        if (rnd(8) == 0) {
            come_and_go();
        }
        if (taken == 0 && rnd(4) == 0) {
            (void)amp_platform_wait(1);
        }
    }
}

static void begin_flood(void) {
    char text[32];
    POLL_UNTIL(amp_endpoint_is_ready(&ept));
    CHECK(rproc.state == AMP_RPROC_RUNNING);
    snprintf(text, sizeof(text), "flood %u", 1000000 + life);
    CHECK(amp_endpoint_send(&ept, text, strlen(text)) > 0);
}

static void notice(const char *reason) {
    POLL_UNTIL(rproc.state == AMP_RPROC_CRASHED);
    CHECK(rproc.state == AMP_RPROC_CRASHED && strcmp(rproc.reason, reason) == 0);
    running = false;
    CHECK(!amp_endpoint_is_ready(&ept) && amp_endpoint_send(&ept, "", 0) < 0);
}

static void stop(void) {
    CHECK(amp_rproc_stop(&rproc) == 0);
    running = false;
    CHECK(!amp_endpoint_is_ready(&ept));
    CHECK(amp_rproc_poll(&rproc) == 0);
}

// ---- The endings ----

static void kill_and_notice(void) {
    CHECK(amp_sim_kill(0) == 0);
    notice("SIGKILL");
}

static void kill_soon(void) {
    uint64_t until = now_us() + rnd(1000);
    while (now_us() < until) {
        CHECK(amp_rproc_poll(&rproc) >= 0);
    }
    kill_and_notice();
    stop();
}

static void stop_in_a_callback(void) {
    stop_in_callback = true;
    begin_flood();
    while (running) {
        load_both(1000);
    }
    CHECK(rproc.state == AMP_RPROC_OFFLINE);
}

static void end_frozen(bool by_kill) {
    begin_flood();
    load_both(rnd(2000));
    CHECK(amp_sim_freeze(0, true) == 0);
    load_both(rnd(500));
    if (by_kill) {
        kill_and_notice();
    }
    stop();
}

static void stop_full(void) {
    begin_flood();
    CHECK(amp_sim_freeze(0, true) == 0);
    while (amp_endpoint_send(&ept, "full", 4) >= 0) {
    }
    for (int i = 0; i < 5; i++) {
        come_and_go();
    }
    stop();
    CHECK(dying_count == 0);
}

static void fault(void) {
    POLL_UNTIL(amp_endpoint_is_ready(&crash_ept));
    for (uint32_t n = rnd(30); n > 0; n--) {
        (void)amp_endpoint_send(&crash_ept, "fill", 4);
    }
    while (amp_endpoint_send(&crash_ept, "segv", 4) < 0) {
        CHECK(amp_rproc_poll(&rproc) >= 0);
    }
    notice("SIGSEGV");
    stop();
}

static void end_while_loaded(enum ending ending) {
    begin_flood();
    load_both(rnd(2000));
    if (ending == SHUTDOWN) {
        CHECK(amp_rproc_shutdown(&rproc) == 0);
        running = false;
    } else if (ending == KILL_WHILE_LOADED) {
        kill_and_notice();
    } else {
        CHECK(ending != KILL_UNNOTICED || amp_sim_kill(0) == 0);
        stop();
    }
}

static void end_life(enum ending ending) {
    switch (ending) {
        case STOP_AT_ONCE:
            stop();
            break;
        case KILL_AT_ONCE:
            kill_and_notice();
            stop();
            break;
        case KILL_SOON:
            kill_soon();
            break;
        case STOP_IN_CALLBACK:
            stop_in_a_callback();
            break;
        case STOP_FROZEN:
        case KILL_FROZEN:
            end_frozen(ending == KILL_FROZEN);
            break;
        case STOP_FULL:
            stop_full();
            break;
        case SEGV_WHILE_LOADED:
            fault();
            break;
        default:
            end_while_loaded(ending);
            break;
    }
}

static void one_life(enum ending ending) {
    expected = 0;
    life++;
    running = true;
    stop_in_callback = false;
    CHECK(amp_endpoint_create(&bus, &fixed, "fixed", 77, AMP_ADDR_ANY, unexpected) == 0);
    load(ending == SEGV_WHILE_LOADED ? &crash : &flood);
    if (ending == NEVER_STARTED) {
        stop();
        CHECK(amp_rproc_start(&rproc) == -AMP_EINVAL);
    } else {
        CHECK(amp_rproc_start(&rproc) == 0);
        end_life(ending);
    }
    CHECK(dying_count == 0); // the end of a life releases all
    CHECK(amp_endpoint_destroy(&fixed) == 0);
    CHECK(amp_sim_pid(0) == 0);
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

static void echoed(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    (void)src;
    CHECK(len == 4 && memcmp(data, "fill", 4) == 0);
}

int main(void) {
    unsigned cycles = (unsigned)setting("SOAK_CYCLES", 300);
    seed = setting("SOAK_SEED", 1);
    begin();
    read_firmware(&flood, "test_flood.elf");
    read_firmware(&crash, "test_crash.elf");
    amp_rpmsg_set_events(&bus, &events);
    CHECK(amp_endpoint_create(&bus, &ept, "test-flood", AMP_ADDR_ANY, AMP_ADDR_ANY, received) == 0);
    CHECK(amp_endpoint_create(&bus, &crash_ept, "test-crash", AMP_ADDR_ANY, AMP_ADDR_ANY, echoed)
        == 0);
    // Each ending once, which opens and touches whatever is kept.
    for (unsigned i = 0; i < ENDINGS; i++) {
        one_life((enum ending)i);
    }
    unsigned files = count_files();
    unsigned maps = count_maps();
    long memory = memory_kib();
    uint64_t begun = now_us();
    unsigned counts[ENDINGS] = {0};
    for (unsigned i = 0; i < cycles; i++) {
        enum ending ending = (enum ending)rnd(ENDINGS);
        counts[ending]++;
        one_life(ending);
        CHECK(count_files() == files);
    }
    CHECK(count_maps() <= maps + 1); // the heap may have got a part
    long more = memory_kib() - memory;
    printf("%u lives in %.1f s: %llu messages, each of its own life; files %u, mappings %u as "
           "before, memory %ld KiB and %+ld KiB\n",
        cycles, (double)(now_us() - begun) / 1e6, (unsigned long long)messages, files, maps, memory,
        more);
    for (unsigned i = 0; i < ENDINGS; i++) {
        printf("  %6u %s\n", counts[i], ending_names[i]);
    }
#ifndef __SANITIZE_ADDRESS__ // which keeps what was freed, and finds leaks itself
    CHECK(more < 256);
#endif
    return 0;
}
