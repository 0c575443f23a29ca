/*
 * The sim port inside a program that has its own use for SIGURG and SIGIO: its
 * handlers are called for what is not ours, and for nothing else.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim_program.h"

// ---- The program's own SIGURG and SIGIO ----

static volatile sig_atomic_t urgent;
static volatile sig_atomic_t ready;
static volatile sig_atomic_t ready_file;

static void count_urgent(int number) {
    urgent += number == SIGURG;
}

static void count_ready(int number, siginfo_t *info, void *context) {
    ready += number == SIGIO && context != NULL;
    ready_file = info->si_fd;
}

static void *raise_both(void *arg) {
    (void)arg;
    pthread_kill(pthread_self(), SIGURG);
    pthread_kill(pthread_self(), SIGIO);
    return NULL;
}

static void test_handlers_of_the_program(void **state) {
    (void)state;
    urgent = ready = 0;
    raise(SIGURG);
    assert_int_equal(urgent, 1);
    raise(SIGIO);
    assert_int_equal(ready, 1);
    kill(getpid(), SIGURG);
    assert_int_equal(urgent, 2);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, raise_both, NULL), 0);
    pthread_join(thread, NULL);
    assert_int_equal(urgent, 3);
    assert_int_equal(ready, 2);
    assert_works();
}

// Those that the kernel sends, for a file of the program.
static void test_files_of_the_program(void **state) {
    (void)state;
    int ends[2];
    urgent = ready = 0;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETOWN, getpid()), 0);
    assert_int_equal(fcntl(ends[0], F_SETSIG, SIGIO), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK), 0);
    assert_int_equal(write(ends[1], "a", 1), 1);
    assert_int_equal(ready, 1);
    assert_int_equal(ready_file, ends[0]);
    assert_int_equal(fcntl(ends[0], F_SETSIG, SIGURG), 0);
    assert_int_equal(write(ends[1], "a", 1), 1);
    assert_int_equal(urgent, 1);
    close(ends[0]);
    close(ends[1]);
    assert_lives_and_dies();
}

// Ours are none of the program's business.
static void test_handlers_hear_nothing_of_ours(void **state) {
    (void)state;
    urgent = ready = 0;
    assert_works();
    for (int i = 0; i < 3; i++) {
        assert_int_equal(amp_sim_kill(0), 0);
        await_death();
        assert_int_equal(boot(port, entry), 0);
    }
    assert_int_equal(amp_sim_faults("delay_kicks=100us,recover=1ms"), 0);
    assert_works();
    assert_int_equal(amp_sim_faults(NULL), 0);
    assert_int_equal(urgent, 0);
    assert_int_equal(ready, 0);
}

static unsigned rung;

static void count_ring(void *arg) {
    ++*(volatile unsigned *)arg;
}

// Two signals that are pending at once for one thread are one: none is lost.
static void test_two_at_once(void **state) {
    (void)state;
    volatile struct control *c = control_of(port);
    uint32_t answers = c->answers;
    sigset_t both;
    sigset_t before;
    siginfo_t ignored;
    sigemptyset(&both);
    sigaddset(&both, SIGURG);
    sigaddset(&both, SIGIO);
    urgent = ready = 0;
    rung = 0;
    port->ops->set_doorbell_cb(port->ctx, count_ring, &rung);
    sigprocmask(SIG_BLOCK, &both, &before);
    raise(SIGURG);
    raise(SIGIO);
    c->command = PING;
    port->ops->kick(port->ctx, 0);
    for (uint64_t end = now_ms() + 10000; c->answers == answers; usleep(1000)) {
        assert_true(now_ms() < end); // until it has rung
    }
    kill(amp_sim_pid(0), SIGKILL);
    assert_int_equal(waitid(P_PID, (id_t)amp_sim_pid(0), &ignored, WEXITED | WNOWAIT), 0);
    sigprocmask(SIG_SETMASK, &before, NULL);
    assert_int_equal(urgent, 1);
    assert_int_equal(ready, 1);
    assert_int_equal(*(volatile unsigned *)&rung, 2);
    port->ops->set_doorbell_cb(port->ctx, NULL, NULL);
    await_death();
}

int main(void) {
    struct sigaction action = {.sa_handler = count_urgent};
    sigaction(SIGURG, &action, NULL);
    action = (struct sigaction){.sa_sigaction = count_ready, .sa_flags = SA_SIGINFO};
    sigaction(SIGIO, &action, NULL);
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, stop_core)
    const struct CMUnitTest tests[] = {
        TEST(test_handlers_of_the_program),
        TEST(test_files_of_the_program),
        TEST(test_handlers_hear_nothing_of_ours),
        TEST(test_two_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
