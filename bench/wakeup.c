/*
 * What the sim port costs: a start of a core, and a doorbell there and back
 * between two processes that both sleep, against a bare futex ping-pong of two
 * processes in the same run.  With an argument: how many round trips.
 *
 * A wake-up costs ten times as much when it has to wake another processor, and
 * the scheduler's choice changes from run to run.  So everything is measured
 * twice, with both processes on one processor and on two.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/processors.h"
#include "sim_board.h"
#include "tests/clock.h"

static uint32_t count = 20000;
static uint64_t *samples;

// Where things run: on one processor, or the other side on another.
static bool apart;

static void pin_other(pid_t pid) {
    pin(pid, processors[apart]);
}

static uint64_t futex_median; // of this run and placement: what ratios are taken against

static uint64_t report(const char *name, uint32_t n) {
    const char *where = apart ? "two_cpus" : "one_cpu";
    sort_times(samples, n);
    printf("BENCH %s_%s_median_ns %llu\n", name, where, (unsigned long long)samples[n / 2]);
    printf("BENCH %s_%s_p99_ns %llu\n", name, where, (unsigned long long)samples[n - 1 - n / 100]);
    return samples[n / 2];
}

static void report_ratio(const char *name, uint64_t median) {
    printf("BENCH ratio_%s_to_futex_%s %.2f\n", name, apart ? "two_cpus" : "one_cpu",
        (double)median / (double)futex_median);
}

// ---- A bare futex ping-pong ----

static void post(uint32_t *word, uint32_t value) {
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void await(uint32_t *word, uint32_t value) {
    uint32_t seen;
    while ((seen = __atomic_load_n(word, __ATOMIC_SEQ_CST)) != value) {
        syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0);
    }
}

static void bench_futex(void) {
    uint32_t *words = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid = fork();
    if (pid == 0) {
        pin_other(0);
        for (uint32_t i = 1; i <= count; i++) {
            await(&words[0], i);
            post(&words[32], i);
        }
        _exit(0);
    }
    for (uint32_t i = 1; i <= count; i++) {
        uint64_t before = now_ns();
        post(&words[0], i);
        await(&words[32], i);
        samples[i - 1] = now_ns() - before;
    }
    waitpid(pid, NULL, 0);
    munmap(words, 4096);
    futex_median = report("futex_round_trip", count);
}

// ---- The port ----

static int bench_start(const struct amp_port *port, amp_da_t entry) {
    uint32_t starts = 300;
    for (uint32_t i = 0; i < starts; i++) {
        uint64_t before = now_ns();
        if (port->ops->core_start(port->ctx, entry) != 0) {
            return -1;
        }
        samples[i] = now_ns() - before;
        port->ops->core_stop(port->ctx);
    }
    report("sim_core_start", starts);
    for (uint32_t i = 0; i < starts; i++) {
        if (boot(port, entry) != 0) {
            return -1;
        }
        uint64_t before = now_ns();
        port->ops->core_stop(port->ctx);
        samples[i] = now_ns() - before;
    }
    report("sim_core_stop", starts);
    return 0;
}

static int bench_doorbell(const struct amp_port *port, amp_da_t entry) {
    if (boot(port, entry) != 0) {
        return -1;
    }
    pin_other(amp_sim_pid(0));
    for (uint32_t i = 0; i < count; i++) {
        uint64_t before = now_ns();
        if (run_command(port, PING, NULL) != 0) {
            return -1;
        }
        samples[i] = now_ns() - before;
    }
    port->ops->core_stop(port->ctx);
    report_ratio("sim_doorbell_round_trip", report("sim_doorbell_round_trip", count));
    return 0;
}

// ---- Messages: through the whole stack to virtual_uart and back ----

static struct amp_rpmsg bus;
static struct amp_endpoint ept;
static uint32_t echoes;
static uint32_t wrong;

static void received(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    (void)src;
    uint32_t number;
    memcpy(&number, data, sizeof(number));
    wrong += len != 16 || number != echoes;
    echoes++;
}

static int read_image(void *ctx, uint64_t offset, void *buffer, size_t len) {
    memcpy(buffer, (const uint8_t *)ctx + offset, len);
    return 0;
}

// Poll until `echoes` have come, asleep when nothing is due.
static int poll_until(struct amp_rproc *rproc, bool (*done)(uint32_t), uint32_t argument) {
    while (!done(argument)) {
        int taken = amp_rproc_poll(rproc);
        if (taken < 0) {
            fprintf(stderr, "the core is gone: %s\n", rproc->reason);
            return -1;
        }
        if (taken == 0 && !done(argument)) {
            amp_sim_wait(-1);
        }
    }
    return 0;
}

static bool is_ready(uint32_t unused) {
    (void)unused;
    return amp_endpoint_is_ready(&ept);
}

static bool echoed(uint32_t total) {
    return echoes >= total;
}

// As many at once as go.
static int stream(struct amp_rproc *rproc) {
    uint64_t before = now_ns();
    uint32_t sent = echoes = 0;
    while (echoes < count) {
        uint32_t message[4] = {sent};
        while (sent < count && amp_endpoint_send(&ept, message, sizeof(message)) > 0) {
            message[0] = ++sent;
        }
        int taken = amp_rproc_poll(rproc);
        if (taken < 0) {
            return -1;
        }
        if (taken == 0 && !(sent < count && amp_rpmsg_want_room(&bus))) {
            amp_sim_wait(-1);
        }
    }
    printf("BENCH sim_echo_stream_%s_ns %llu\n", apart ? "two_cpus" : "one_cpu",
        (unsigned long long)((now_ns() - before) / count));
    return 0;
}

static int bench_messages(const struct amp_port *port) {
    struct amp_rproc rproc;
    struct amp_load_error error;
    size_t len;
    uint8_t *file = read_file(firmware_path("virtual_uart.elf"), &len);
    struct amp_image image = {.read = read_image, .ctx = file, .size = len};
    echoes = 0;
    memset(&ept, 0, sizeof(ept));
    amp_rpmsg_init(&bus, AMP_HOST, port);
    amp_rproc_init(&rproc, port, &bus);
    if (amp_rproc_load(&rproc, &image, &error) != 0) {
        fprintf(stderr, "not loaded: %s, %s %llu\n", error.what, error.unit,
            (unsigned long long)error.where);
        return -1;
    }
    amp_endpoint_create(&bus, &ept, "vuart-channel", AMP_ADDR_ANY, AMP_ADDR_ANY, received);
    if (amp_rproc_start(&rproc) != 0 || poll_until(&rproc, is_ready, 0) != 0) {
        return -1;
    }
    pin_other(amp_sim_pid(0));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t message[4] = {i};
        uint64_t before = now_ns();
        amp_endpoint_send(&ept, message, sizeof(message));
        if (poll_until(&rproc, echoed, i + 1) != 0) {
            return -1;
        }
        samples[i] = now_ns() - before;
    }
    report_ratio("sim_echo_round_trip", report("sim_echo_round_trip", count));
    if (stream(&rproc) != 0) {
        return -1;
    }
    return amp_rproc_shutdown(&rproc) | -(wrong != 0);
}

int main(int argc, char **argv) {
    count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : count;
    setvbuf(stdout, NULL, _IOLBF, 0);
    samples = calloc(count < 300 ? 300 : count, sizeof(*samples));
    const struct amp_port *port = amp_platform_port(0);
    const char *failed = NULL;
    find_processors();
    for (int i = 0; i < 2 && processors[i] >= 0 && failed == NULL; i++) {
        apart = i == 1;
        pin(0, processors[0]);
        port->ops->core_prepare(port->ctx, true);
        amp_da_t entry = load_image(port, "test_bare.elf");
        bench_futex();
        failed = bench_start(port, entry) != 0 ? "start"
            : bench_doorbell(port, entry) != 0 ? "doorbell"
            : bench_messages(port) != 0        ? "messages"
                                               : NULL;
    }
    if (failed != NULL) {
        const char *reason = "";
        port->ops->core_state(port->ctx, &reason);
        fprintf(stderr, "wakeup: %s failed %s\n", failed, reason);
    }
    free(samples);
    return failed != NULL;
}
