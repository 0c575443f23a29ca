/*
 * An echo with each fault of the sim port switched on: every message comes
 * back, once and in order, or the death is told; and when a fault ends it goes
 * on by itself.  FAULT_MESSAGES: how many with each.
 */
#include "soak.h"

static struct file image;
static struct amp_endpoint ept;
static uint32_t sent;
static uint32_t received;
static uint64_t last_us; // when something came last
static uint64_t longest_us; // between two that came, while some were due

static void echoed(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    (void)src;
    uint32_t number = 0;
    CHECK(len >= sizeof(number) && len == 4 + received % 400);
    memcpy(&number, data, sizeof(number));
    CHECK(number == received);
    received++;
    uint64_t now = now_us();
    longest_us = now - last_us > longest_us ? now - last_us : longest_us;
    last_us = now;
}

// Send what there is room for, at most `most`.
static void send_some(uint32_t most) {
    uint8_t message[404] = {0};
    while (most-- > 0) {
        memcpy(message, &sent, sizeof(sent));
        if (amp_endpoint_send(&ept, message, 4 + sent % 400) < 0) {
            break;
        }
        sent++;
    }
}

static void boot(void) {
    start(&image);
    POLL_UNTIL(amp_endpoint_is_ready(&ept));
    CHECK(rproc.state == AMP_RPROC_RUNNING);
    sent = received = 0;
}

// Bursts of every length, each waited for.
static void echo(uint32_t count) {
    last_us = now_us();
    while (received < count) {
        send_some(1 + rnd(rnd(4) == 0 ? 80 : 3));
        POLL_UNTIL(received == sent);
        last_us = now_us();
    }
}

// Was each kind of fault that the text names seen at least once?
static bool has_happened(const char *text, const struct amp_sim_fault_counts *before,
    const struct amp_sim_fault_counts *after) {
    return (strstr(text, "lose") == NULL || after->lost != before->lost)
        && (strstr(text, "delay") == NULL || after->delayed != before->delayed)
        && (strstr(text, "dup") == NULL || after->doubled != before->doubled)
        && (strstr(text, "stall") == NULL || after->stalls != before->stalls);
}

static void with_fault(const char *text, uint32_t count) {
    struct amp_sim_fault_counts before;
    struct amp_sim_fault_counts after;
    CHECK(amp_sim_faults(text) == 0);
    amp_sim_get_fault_counts(&before);
    longest_us = 0;
    boot();
    uint64_t begun = now_us();
    echo(count);
    amp_sim_get_fault_counts(&after);
    while (!has_happened(text, &before, &after)) {
        CHECK(now_us() - begun < BOUND_MS * UINT64_C(1000));
        echo(received + 10);
        amp_sim_get_fault_counts(&after);
    }
    printf("%-58s %6u messages in %5.2f s, longest wait %4.0f ms, of %llu kicks %llu lost, "
           "%llu late, %llu doubled; %llu stalls, %llu recoveries\n",
        text, count, (double)(now_us() - begun) / 1e6, (double)longest_us / 1e3,
        (unsigned long long)(after.kicks - before.kicks),
        (unsigned long long)(after.lost - before.lost),
        (unsigned long long)(after.delayed - before.delayed),
        (unsigned long long)(after.doubled - before.doubled),
        (unsigned long long)(after.stalls - before.stalls),
        (unsigned long long)(after.recoveries - before.recoveries));
    CHECK(amp_sim_faults(NULL) == 0);
    echo(received + 100);
    CHECK(amp_rproc_stop(&rproc) == 0);
}

// Without the timer nobody finds what was lost, until the fault ends.
static void without_recovery(void) {
    boot();
    CHECK(amp_sim_faults("lose_kicks=1/1,recover=0ms") == 0);
    send_some(3);
    (void)amp_platform_wait(0); // what rang before
    for (int i = 0; i < 10; i++) {
        CHECK(amp_platform_wait(20) == 0);
    }
    CHECK(amp_sim_faults(NULL) == 0);
    CHECK(amp_platform_wait(0) == 1);
    POLL_UNTIL(received == 3);
    CHECK(amp_rproc_stop(&rproc) == 0);
    printf("every kick lost, no recovery: nothing came until the fault ended, then all\n");
}

// Until the process really stands.
static void freeze(void) {
    char path[64];
    char state = 0;
    CHECK(amp_sim_freeze(0, true) == 0);
    snprintf(path, sizeof(path), "/proc/%d/stat", amp_sim_pid(0));
    for (int i = 0; i < BOUND_MS && state != 'T'; i++) {
        FILE *file = fopen(path, "r");
        CHECK(file != NULL && fscanf(file, "%*d (%*[^)]) %c", &state) == 1);
        fclose(file);
        usleep(1000);
    }
    CHECK(state == 'T');
}

// A core that stands still takes nothing; the host is told by a full ring (the
// binding: ETIMEDOUT).  Afterwards everything is there.
static void frozen(void) {
    boot();
    echo(10);
    freeze();
    do {
        send_some(1000);
    } while (amp_rpmsg_want_room(&bus));
    CHECK(amp_rproc_poll(&rproc) >= 0); // what was under way
    uint32_t stuck = received;
    for (int i = 0; i < 5; i++) {
        CHECK(amp_rproc_poll(&rproc) == 0);
        (void)amp_platform_wait(20);
    }
    CHECK(received == stuck && received < sent && rproc.state == AMP_RPROC_RUNNING);
    CHECK(amp_endpoint_send(&ept, "", 0) == -AMP_EAGAIN);
    uint32_t waiting = sent - received;
    CHECK(amp_sim_freeze(0, false) == 0);
    POLL_UNTIL(received == sent);
    echo(sent + 100);
    // Frozen again, for good: stop() and a new life help.
    CHECK(amp_sim_freeze(0, true) == 0);
    CHECK(amp_rproc_stop(&rproc) == 0);
    boot();
    echo(100);
    CHECK(amp_rproc_stop(&rproc) == 0);
    printf("frozen with %u messages under way: all came when it went on; stop() and start() work\n",
        waiting);
}

static void killed(void) {
    uint64_t longest = 0;
    for (int i = 0; i < 100; i++) {
        boot();
        echo(rnd(20));
        send_some(rnd(60));
        uint64_t before = now_us();
        CHECK(amp_sim_kill(0) == 0);
        POLL_UNTIL(rproc.state == AMP_RPROC_CRASHED);
        CHECK(rproc.state == AMP_RPROC_CRASHED && strcmp(rproc.reason, "SIGKILL") == 0);
        CHECK(!amp_endpoint_is_ready(&ept) && amp_endpoint_send(&ept, "", 0) == -AMP_EPIPE);
        longest = now_us() - before > longest ? now_us() - before : longest;
    }
    boot();
    echo(100);
    CHECK(amp_rproc_stop(&rproc) == 0);
    printf(
        "killed 100 times: seen as crashed within %.1f ms, then goes on\n", (double)longest / 1e3);
}

static double cpu_us(int who) {
    struct rusage r;
    getrusage(who, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e6
        + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}

// What the recovery costs a host and a core that have nothing to do.
static void cost(const char *text) {
    double idle[2];
    for (int i = 0; i < 2; i++) {
        CHECK(amp_sim_faults(i == 0 ? NULL : text) == 0);
        boot();
        echo(10);
        double before = cpu_us(RUSAGE_SELF) + cpu_us(RUSAGE_CHILDREN);
        uint64_t end = now_us() + 1000000;
        while (now_us() < end) {
            CHECK(amp_rproc_poll(&rproc) >= 0);
            (void)amp_platform_wait((int)((end - now_us()) / 1000));
        }
        CHECK(amp_rproc_stop(&rproc) == 0); // the core's time counts from here on
        idle[i] = cpu_us(RUSAGE_SELF) + cpu_us(RUSAGE_CHILDREN) - before;
    }
    CHECK(amp_sim_faults(NULL) == 0);
    printf("%s costs %.0f us of processor in a second, of which a stop costs %.0f\n", text, idle[1],
        idle[0]);
}

static void texts(void) {
    static const char *const bad[] = {"lose_kicks", "lose_kicks=", "lose_kicks=2/3",
        "lose_kicks=1/0", "lose_kicks=1/5,", ",", "delay_kicks=5", "delay_kicks=5s",
        "delay_kicks=-5us", "delay_kicks=99999999999ms", "seed=x", "seed=1 ", "unknown=1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK(amp_sim_faults(bad[i]) == -AMP_EINVAL);
    }
    CHECK(amp_sim_faults("") == 0);
    CHECK(amp_sim_freeze(0, true) == -AMP_ENODEV && amp_sim_kill(0) == -AMP_ENODEV);
}

int main(void) {
    uint32_t count = (uint32_t)setting("FAULT_MESSAGES", 2000);
    seed = setting("SOAK_SEED", 1);
    begin();
    CHECK(
        amp_endpoint_create(&bus, &ept, "vuart-channel", AMP_ADDR_ANY, AMP_ADDR_ANY, echoed) == 0);
    read_firmware(&image, "virtual_uart.elf");
    texts();
    with_fault("lose_kicks=1/50", count);
    with_fault("lose_kicks=1/2,recover=20ms", count / 10);
    with_fault("delay_kicks=2000us", count / 4);
    with_fault("dup_kicks=1/3", count);
    with_fault("stall_core=300us", count);
    with_fault("lose_kicks=1/20,dup_kicks=1/10,delay_kicks=500us,stall_core=300us,recover=20ms",
        count / 2);
    without_recovery();
    frozen();
    killed();
    cost("recover=100ms");
    return 0;
}
