/*
 * The sim port inside a program that has children of its own: what becomes of
 * them is no harm to a core, and what the program does about their deaths does
 * not keep that of a core from us.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim_program.h"

// Children that stay until the end of their test.
enum { MANY = 500 };
static pid_t children[MANY];
static volatile bool enough;

static pid_t fork_to_stay(unsigned n) {
    children[n] = fork();
    if (children[n] == 0) {
        for (;;) {
            pause();
        }
    }
    return children[n];
}

static int teardown(void **state) {
    (void)state;
    enough = true;
    signal(SIGCHLD, SIG_DFL);
    int error = port->ops->core_stop(port->ctx);
    for (unsigned i = 0; i < MANY; i++) {
        if (children[i] > 0) {
            kill(children[i], SIGKILL);
            waitpid(children[i], NULL, 0);
            children[i] = 0;
        }
    }
    return error;
}

static void assert_ends_well(pid_t child) {
    int status = -1;
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

// ---- Children ----

static void test_child_that_exits(void **state) {
    (void)state;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        exit(0); // with all that the program registered for its end
    }
    assert_ends_well(child);
    assert_lives_and_dies();
    child = fork();
    if (child == 0) {
        _exit(0);
    }
    assert_ends_well(child);
    assert_lives_and_dies();
}

static void test_child_behind_the_library(void **state) {
    (void)state;
    fflush(NULL);
    pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0) {
        exit(0);
    }
    assert_ends_well(child);
    assert_lives_and_dies();
}

static void test_child_that_executes(void **state) {
    (void)state;
    assert_int_equal(system("true"), 0);
    assert_lives_and_dies();
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", "exit 0", (char *)NULL);
        _exit(127);
    }
    assert_ends_well(child);
    assert_lives_and_dies();
}

// It has copies of all files, and keeps them open.
static void test_child_that_stays(void **state) {
    (void)state;
    assert_true(fork_to_stay(0) > 0);
    assert_lives_and_dies();
}

// In a child the board is another one, without a core, which may have one.
static int be_a_host(void) {
    const char *reason = NULL;
    volatile struct control *c = control_of(port);
    if (port->ops->core_state(port->ctx, &reason) != AMP_CORE_STOPPED || reason == NULL
        || amp_sim_pid(0) != 0) {
        return 10;
    }
    c->answers = 1000000;
    if (port->ops->core_stop(port->ctx) != 0) {
        return 11;
    }
    port->ops->core_release(port->ctx);
    if (port->ops->core_start(port->ctx, entry) != -AMP_EIO) {
        return 12; // without power
    }
    if (port->ops->core_prepare(port->ctx, true) != 0) {
        return 13;
    }
    entry = load_image(port, "test_bare.elf");
    if (boot(port, entry) != 0 || run_command(port, PING, NULL) != 0) {
        return 14;
    }
    return run_command(port, SEGV, NULL) == -1 ? 0 : 15;
}

static void test_child_that_is_a_host(void **state) {
    (void)state;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        exit(be_a_host());
    }
    assert_ends_well(child);
    assert_in_range(control_of(port)->answers, 1, 1000);
    assert_lives_and_dies();
}

// Another thread forks while cores are launched: a child that has the core's end of
// the pipe would keep its death from us.
static void *fork_again_and_again(void *arg) {
    (void)arg;
    for (unsigned i = 0; i < MANY && !enough; i++) {
        fork_to_stay(i);
    }
    return NULL;
}

static void test_children_of_another_thread(void **state) {
    (void)state;
    pthread_t thread;
    enough = false;
    assert_int_equal(pthread_create(&thread, NULL, fork_again_and_again, NULL), 0);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(amp_sim_kill(0), 0);
        await_death();
        assert_int_equal(boot(port, entry), 0);
    }
    enough = true;
    pthread_join(thread, NULL);
}

// ---- Who waits for children ----

// Without waiting for it the reason is known to new kernels only.
static void assert_faults_and_exits(void) {
    const uint64_t three[7] = {3};
    for (int i = 0; i < 3; i++) {
        assert_works();
        assert_int_equal(run_command(port, SEGV, NULL), -1);
        const char *reason = NULL;
        assert_int_equal(port->ops->core_state(port->ctx, &reason), AMP_CORE_FAULTED);
        assert_true(strcmp(reason, "SIGSEGV") == 0 || strncmp(reason, "died", 4) == 0);
        assert_int_equal(boot(port, entry), 0);
        assert_int_equal(run_command(port, EXIT, three), -1);
        assert_int_equal(port->ops->core_state(port->ctx, &reason), AMP_CORE_EXITED);
        assert_string_equal(reason, "exit 3");
        assert_int_equal(boot(port, entry), 0);
        assert_int_equal(port->ops->core_stop(port->ctx), 0);
        assert_int_equal(boot(port, entry), 0);
    }
}

static void test_sigchld_is_ignored(void **state) {
    (void)state;
    signal(SIGCHLD, SIG_IGN);
    assert_faults_and_exits();
    assert_lives_and_dies();
}

static void test_sigchld_without_waiting(void **state) {
    (void)state;
    struct sigaction action = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};
    sigaction(SIGCHLD, &action, NULL);
    assert_faults_and_exits();
    assert_lives_and_dies();
}

static void wait_for_all(int number) {
    (void)number;
    int saved = errno;
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
    errno = saved;
}

static void test_sigchld_waits_for_all(void **state) {
    (void)state;
    struct sigaction action = {.sa_handler = wait_for_all, .sa_flags = SA_RESTART};
    sigaction(SIGCHLD, &action, NULL);
    assert_faults_and_exits();
    assert_lives_and_dies();
}

// The number of a core that the program waited for belongs to somebody else.
static void test_number_of_another(void **state) {
    (void)state;
    pid_t number = amp_sim_pid(0);
    sigset_t death;
    sigset_t before;
    sigemptyset(&death);
    sigaddset(&death, SIGIO);
    sigprocmask(SIG_BLOCK, &death, &before); // it dies, and we are not told yet
    kill(number, SIGKILL);
    assert_int_equal(waitpid(number, NULL, 0), number);
    struct clone_args args = {
        .exit_signal = SIGCHLD,
        .set_tid = (uintptr_t)&number,
        .set_tid_size = 1,
    };
    pid_t other = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
    if (other == 0) {
        for (;;) {
            pause();
        }
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (other < 0) {
        skip(); // not for everybody
    }
    assert_int_equal(other, number);
    int killed = amp_sim_kill(0);
    const char *reason = await_death();
    assert_int_equal(port->ops->core_stop(port->ctx), 0);
    assert_int_equal(waitpid(other, NULL, WNOHANG), 0); // it is alive
    kill(other, SIGKILL);
    assert_int_equal(waitpid(other, NULL, 0), other);
    assert_int_equal(killed, -AMP_ENODEV);
    assert_true(strcmp(reason, "SIGKILL") == 0 || strncmp(reason, "died", 4) == 0);
    assert_int_equal(boot(port, entry), 0);
    assert_lives_and_dies();
}

// Where the system refuses the file that names a process, or a signal to it.
static int be_a_host_without(uint32_t call) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = 4, .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
        || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        return 20;
    }
    alarm(60); // one that waits for a core that nobody has killed
    int result = be_a_host();
    const char *reason = "";
    if (result == 0 && port->ops->core_state(port->ctx, &reason) != AMP_CORE_FAULTED) {
        result = 21;
    }
    if (result == 0 && strcmp(reason, "SIGSEGV") != 0) {
        result = 22;
    }
    if (result == 0 && (boot(port, entry) != 0 || port->ops->core_stop(port->ctx) != 0)) {
        result = 23;
    }
    return result;
}

static void test_no_pidfd(void **state) {
    (void)state;
    static const uint32_t refused[] = {SYS_pidfd_open, SYS_pidfd_send_signal};
    if (getenv("OPENAMP_SIM_EMULATOR") != NULL) {
        skip();
    }
    for (int i = 0; i < 2; i++) {
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            exit(be_a_host_without(refused[i]));
        }
        assert_ends_well(child);
        assert_works();
    }
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_child_that_exits),
        TEST(test_child_behind_the_library),
        TEST(test_child_that_executes),
        TEST(test_child_that_stays),
        TEST(test_child_that_is_a_host),
        TEST(test_children_of_another_thread),
        TEST(test_sigchld_is_ignored),
        TEST(test_sigchld_without_waiting),
        TEST(test_sigchld_waits_for_all),
        TEST(test_number_of_another),
        TEST(test_no_pidfd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
