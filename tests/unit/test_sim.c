/* The sim port alone: board, life, doorbell, sandbox. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ports/sim/host.h"
#include "sim_program.h"

static unsigned count_files(const char *folder) {
    DIR *dir = opendir(folder);
    unsigned count = 0;
    while (dir != NULL && readdir(dir) != NULL) {
        count++;
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return count;
}

// ---- Board ----

static void test_map_stays_inside_windows(void **state) {
    (void)state;
    void *ctx = port->ctx;
    assert_non_null(port->ops->map(ctx, AMP_SIM_CODE_DA, AMP_SIM_CODE_LEN));
    assert_non_null(port->ops->map(ctx, AMP_SIM_CODE_DA + AMP_SIM_CODE_LEN, 0));
    assert_null(port->ops->map(ctx, AMP_SIM_CODE_DA - 1, 1));
    assert_null(port->ops->map(ctx, AMP_SIM_CODE_DA, AMP_SIM_CODE_LEN + 1));
    assert_null(port->ops->map(ctx, AMP_SIM_CODE_DA + 1, SIZE_MAX));
    assert_null(port->ops->map(ctx, UINTPTR_MAX, 2));
    assert_null(port->ops->map(ctx, AMP_SIM_MAILBOX_DA, 4));
    assert_null(port->ops->map(ctx, 0, 1));
    assert_null(amp_platform_port(AMP_SIM_CORES));
    assert_ptr_equal(amp_platform_port(0), port);
}

static void test_memory_outlives_reset(void **state) {
    (void)state;
    assert_int_equal(control_of(port)->result, 42000);
    assert_int_equal(port->ops->core_stop(port->ctx), 0);
    // .data as the firmware left it, .bss cleared by its reset code
    assert_int_equal(boot(port, entry), 0);
    assert_int_equal(control_of(port)->result, 43000);
}

static void test_release_forgets(void **state) {
    (void)state;
    port->ops->core_stop(port->ctx);
    port->ops->core_release(port->ctx);
    assert_int_equal(port->ops->core_start(port->ctx, entry), -AMP_EIO);
    assert_int_equal(port->ops->core_prepare(port->ctx, true), 0);
    const uint32_t *code = port->ops->map(port->ctx, AMP_SIM_CODE_DA, 4);
    assert_int_equal(*code, 0);
}

static void test_core_has_only_the_board(void **state) {
    (void)state;
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/maps", amp_sim_pid(0));
    FILE *maps = fopen(path, "r");
    if (maps == NULL || getenv("OPENAMP_SIM_EMULATOR") != NULL) {
        skip(); // not root: a core is not dumpable
    }
    char line[256];
    unsigned count = 0;
    while (fgets(line, sizeof(line), maps) != NULL) {
        count += strstr(line, "[vsyscall]") == NULL; // the kernel's, no memory
    }
    fclose(maps);
    assert_int_equal(count, AMP_SIM_WINDOWS + 1); // and the runner's text
    snprintf(path, sizeof(path), "/proc/%d/fd", amp_sim_pid(0));
    assert_int_equal(count_files(path), 3); // ".", "..", the status pipe
}

static void test_trace_keeps_the_newest(void **state) {
    (void)state;
    const uint64_t lines[7] = {1000};
    const char *text = port->ops->map(port->ctx, AMP_SIM_TRACE_DA, AMP_SIM_TRACE_LEN);
    const uint64_t two[7] = {2};
    assert_int_equal(run_command(port, TRACE, two), 0);
    assert_string_equal(text, "line 0 0x0\nline 1 0x1\n");
    assert_int_equal(run_command(port, TRACE, lines), 0);
    size_t len = strnlen(text, AMP_SIM_TRACE_LEN);
    assert_in_range(len, AMP_SIM_TRACE_LEN / 2, AMP_SIM_TRACE_LEN - 1);
    assert_string_equal(text + len - 15, "line 999 0x3e7\n");
}

static void test_two_cores(void **state) {
    (void)state;
    const struct amp_port *other = amp_platform_port(1);
    amp_da_t other_entry = load_image(other, "test_bare.elf");
    assert_int_equal(boot(other, other_entry), 0);
    assert_int_equal(run_command(port, SEGV, NULL), -1);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(run_command(other, PING, NULL), 0);
    }
    assert_state(AMP_CORE_FAULTED, "SIGSEGV");
    assert_int_equal(other->ops->core_stop(other->ctx), 0);
    other->ops->core_release(other->ctx);
}

// ---- Life ----

static void test_start_while_running(void **state) {
    (void)state;
    assert_int_equal(port->ops->core_start(port->ctx, entry), -AMP_EBUSY);
    assert_int_equal(run_command(port, PING, NULL), 0);
}

// The address where it faulted, of elf_gregset_t, 0 if none is known.
static uint64_t fault_pc(void) {
#if defined(__x86_64__)
    enum { PC = 16, COUNT = 27 };
#else
    enum { PC = 32, COUNT = 34 };
#endif
    uint64_t registers[COUNT];
    return port->ops->core_registers(port->ctx, registers, sizeof(registers)) ? registers[PC] : 0;
}

static void test_faults_and_exits(void **state) {
    (void)state;
    const uint64_t three[7] = {3};
    const uint64_t flash[7] = {0x1234}; // nothing is there
    const uint64_t data[7] = {AMP_SIM_DATA_DA}; // not executable
    const struct {
        uint32_t command;
        const uint64_t *arguments;
        enum amp_core_state state;
        const char *reason;
        uint64_t pc;
        uint64_t pc_len;
    } deaths[] = {
        {SEGV, NULL, AMP_CORE_FAULTED, "SIGSEGV", AMP_SIM_CODE_DA, AMP_SIM_CODE_LEN},
        {ILL, NULL, AMP_CORE_FAULTED, "SIGILL", AMP_SIM_CODE_DA, AMP_SIM_CODE_LEN},
        {EXIT, three, AMP_CORE_EXITED, "exit 3", 0, 1},
        {READ, flash, AMP_CORE_FAULTED, "SIGSEGV", AMP_SIM_CODE_DA, AMP_SIM_CODE_LEN},
        {JUMP, data, AMP_CORE_FAULTED, "SIGSEGV", AMP_SIM_DATA_DA, 1},
    };
    for (size_t i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++) {
        assert_int_equal(run_command(port, deaths[i].command, deaths[i].arguments), -1);
        assert_state(deaths[i].state, deaths[i].reason);
        assert_int_equal(amp_sim_pid(0), 0);
        assert_true(fault_pc() - deaths[i].pc < deaths[i].pc_len);
        assert_int_equal(port->ops->core_stop(port->ctx), 0);
        assert_state(AMP_CORE_STOPPED, NULL);
        assert_int_equal(boot(port, entry), 0);
    }
}

static void test_kill_from_outside(void **state) {
    (void)state;
    uint64_t before = now_us();
    kill(amp_sim_pid(0), SIGKILL);
    await_death();
    assert_state(AMP_CORE_FAULTED, "SIGKILL");
    assert_true(now_us() - before < 50000);
}

static void test_stop_whatever_it_does(void **state) {
    (void)state;
    volatile struct control *c = control_of(port);
    c->command = SPIN;
    port->ops->kick(port->ctx, 0);
    assert_int_equal(port->ops->core_stop(port->ctx), 0);
    assert_int_equal(port->ops->core_stop(port->ctx), 0);
    assert_int_equal(boot(port, entry), 0);
    kill(amp_sim_pid(0), SIGSTOP);
    assert_int_equal(port->ops->core_stop(port->ctx), 0);
}

static void test_restarts_leak_nothing(void **state) {
    (void)state;
    unsigned files = count_files("/proc/self/fd");
    for (int i = 0; i < 200; i++) {
        assert_int_equal(port->ops->core_stop(port->ctx), 0);
        assert_int_equal(boot(port, entry), 0);
    }
    assert_int_equal(count_files("/proc/self/fd"), files);
    assert_int_equal(port->ops->core_stop(port->ctx), 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); // no child is left
}

// The first instruction faults: death comes while core_start() returns.
static void test_death_at_once_is_noticed(void **state) {
    (void)state;
    port->ops->core_stop(port->ctx);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(port->ops->core_start(port->ctx, 0x50000000), 0);
        await_death();
        assert_state(AMP_CORE_FAULTED, "SIGSEGV");
    }
}

static void test_core_dies_with_its_host(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    assert_int_equal(pipe(ends), 0);
    pid_t host = fork();
    if (host == 0) { // another host, with a core of its own
        const struct amp_port *own = amp_platform_port(3);
        int pid = boot(own, load_image(own, "test_bare.elf")) == 0 ? amp_sim_pid(3) : -1;
        _exit(write(ends[1], &pid, sizeof(pid)) == sizeof(pid) && pause());
    }
    int core = -1;
    assert_int_equal(read(ends[0], &core, sizeof(core)), sizeof(core));
    assert_true(core > 0);
    kill(host, SIGKILL);
    assert_int_equal(waitpid(host, NULL, 0), host);
    // Its orphan comes to us; what has not died by then never ends this wait.
    assert_int_equal(waitpid(core, NULL, 0), core);
    close(ends[0]);
    close(ends[1]);
}

// ---- Doorbell ----

static unsigned rung;

static void count_ring(void *arg) {
    ++*(volatile unsigned *)arg;
}

static void test_listen(void **state) {
    (void)state;
    rung = 0;
    port->ops->set_doorbell_cb(port->ctx, count_ring, &rung);
    assert_int_equal(run_command(port, PING, NULL), 0);
    assert_true(*(volatile unsigned *)&rung >= 1);
    port->ops->set_doorbell_cb(port->ctx, NULL, NULL);
    unsigned before = rung;
    assert_int_equal(run_command(port, PING, NULL), 0);
    assert_int_equal(rung, before);
}

// Have the core ring while its signal, SIGURG, is blocked: it is pending then.
static void ring_once(void) {
    sigset_t pending;
    control_of(port)->command = PING;
    port->ops->kick(port->ctx, 0);
    uint64_t end = now_us() + 10000000;
    do {
        assert_true(now_us() < end);
        usleep(100);
        sigpending(&pending);
    } while (!sigismember(&pending, SIGURG));
}

// To ask is not to act: the doorbell is still there to be acknowledged, and one that
// was acknowledged before its signal came is told all the same.
static void test_asking_takes_no_doorbell(void **state) {
    (void)state;
    const volatile uint32_t *to_host = &sim_cores[0].mailbox->to_host;
    sigset_t urgent;
    sigset_t before;
    sigemptyset(&urgent);
    sigaddset(&urgent, SIGURG);
    // It rings before it sleeps; then that of the start is taken.
    for (uint64_t end = now_us() + 10000000; sim_cores[0].mailbox->core_sleeps == 0;) {
        assert_true(now_us() < end);
        usleep(100);
    }
    port->ops->doorbell_ack(port->ctx);
    assert_int_equal(*to_host, 0);
    for (unsigned early = 0; early < 2; early++) {
        amp_sim_wait(0);
        rung = 0;
        port->ops->set_doorbell_cb(port->ctx, count_ring, &rung);
        sigprocmask(SIG_BLOCK, &urgent, &before);
        ring_once();
        for (unsigned i = 0; i < 3; i++) {
            assert_state(AMP_CORE_RUNNING, NULL);
            assert_int_not_equal(*to_host, 0);
        }
        if (early) {
            port->ops->doorbell_ack(port->ctx);
            assert_int_equal(*to_host, 0);
        }
        sigprocmask(SIG_SETMASK, &before, NULL);
        assert_int_equal(*(volatile unsigned *)&rung, 1);
        assert_int_equal(amp_sim_wait(0), 1);
        port->ops->doorbell_ack(port->ctx);
        assert_int_equal(*to_host, 0);
        assert_int_equal(*(volatile unsigned *)&rung, 1);
        port->ops->set_doorbell_cb(port->ctx, NULL, NULL);
    }
}

// Both sides sleep and wake at every possible moment; none sleeps for ever.
static void test_no_doorbell_is_lost(void **state) {
    (void)state;
    srand(1);
    for (int i = 0; i < 20000; i++) {
        assert_int_equal(run_command(port, PING, NULL), 0);
        for (int spin = rand() % 3000; spin > 0; spin--) {
            __asm__ volatile("" ::: "memory");
        }
    }
}

static void test_wait_times_out(void **state) {
    (void)state;
    // The doorbell of the last answer may still be on its way.
    uint64_t before;
    int tries = 0;
    do {
        before = now_us();
        assert_in_range(++tries, 1, 10);
    } while (amp_sim_wait(30) != 0);
    assert_in_range(now_us() - before, 29000, 5000000);
    const uint64_t sleep[7] = {30000};
    assert_int_equal(run_command(port, SLEEP, sleep), 0);
    assert_in_range(control_of(port)->result, 30000, 5000000);
    assert_int_equal(control_of(port)->argument[1], 0);
}

// A core that sleeps with a timeout is stopped and goes on: the kernel resumes
// its sleep by a system call of its own.
static void test_freeze_and_thaw(void **state) {
    (void)state;
    volatile struct control *c = control_of(port);
    uint32_t answers = c->answers;
    c->argument[0] = 100000;
    c->command = SLEEP;
    port->ops->kick(port->ctx, 0);
    usleep(20000);
    kill(amp_sim_pid(0), SIGSTOP);
    usleep(20000);
    kill(amp_sim_pid(0), SIGCONT);
    assert_int_equal(await_answers(port, answers + 1), 0);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, stop_core)
    const struct CMUnitTest tests[] = {
        TEST(test_map_stays_inside_windows),
        TEST(test_memory_outlives_reset),
        TEST(test_release_forgets),
        TEST(test_core_has_only_the_board),
        TEST(test_trace_keeps_the_newest),
        TEST(test_two_cores),
        TEST(test_start_while_running),
        TEST(test_faults_and_exits),
        TEST(test_kill_from_outside),
        TEST(test_stop_whatever_it_does),
        TEST(test_restarts_leak_nothing),
        TEST(test_death_at_once_is_noticed),
        TEST(test_core_dies_with_its_host),
        TEST(test_listen),
        TEST(test_asking_takes_no_doorbell),
        TEST(test_no_doorbell_is_lost),
        TEST(test_wait_times_out),
        TEST(test_freeze_and_thaw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
