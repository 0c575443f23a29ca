/* The sim port's sandbox: what a core cannot do, whatever it tries. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim_program.h"

static void test_sandbox_kills(void **state) {
    (void)state;
    if (getenv("OPENAMP_SIM_EMULATOR") != NULL) {
        skip();
    }
    const uint64_t pid = (uint64_t)getpid();
    const uint64_t word = AMP_SIM_POOL_DA;
    const uint64_t calls[][7] = {
        {SYS_openat, (uint64_t)-100, word},
        {SYS_kill, pid, 0},
        {SYS_tgkill, pid, pid, SIGKILL},
        {SYS_tgkill, 1, 1, SIGURG},
        {SYS_ptrace, 0},
        {SYS_mmap, 0, 4096, 3, 0x22, (uint64_t)-1},
        {SYS_mprotect, AMP_SIM_DATA_DA, 4096, 7},
        {SYS_munmap, AMP_SIM_DATA_DA, 4096},
        {SYS_execve, word},
        {SYS_clone, 0},
        {SYS_socket, 1, 1},
        {SYS_read, 0, word, 1},
        {SYS_write, 1, word, 1},
        {SYS_close, 3},
        {SYS_getppid},
        {SYS_prctl, 1, 0},
        {SYS_seccomp, 0},
        {SYS_futex, word, FUTEX_LOCK_PI},
        {SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG},
        {SYS_clock_gettime, CLOCK_REALTIME, word + 64},
        {SYS_rt_sigaction, SIGSEGV},
        {SYS_exit_group | 0x40000000}, // the x32 ABI
        {(uint64_t)-1},
    };
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        assert_int_equal(run_command(port, SYSCALL, calls[i]), -1);
        assert_state(AMP_CORE_FAULTED, "sandbox violation (SIGSYS)");
        assert_int_equal(boot(port, entry), 0);
    }
}

static void test_sandbox_allows(void **state) {
    (void)state;
    const uint64_t wake[7] = {SYS_futex, AMP_SIM_POOL_DA, FUTEX_WAKE, 1};
    assert_int_equal(run_command(port, SYSCALL, wake), 0);
    assert_int_equal(control_of(port)->result, 0);
    // A signal to itself, by which a fault ends (ports/sim/runner_fault.c).
    uint64_t self = (uint64_t)amp_sim_pid(0);
    const uint64_t fault[7] = {SYS_tgkill, self, self, SIGFPE};
    assert_int_equal(run_command(port, SYSCALL, fault), -1);
    assert_state(AMP_CORE_FAULTED, "SIGFPE");
    assert_int_equal(boot(port, entry), 0);
    const uint64_t leave[7] = {SYS_exit, 7};
    assert_int_equal(run_command(port, SYSCALL, leave), -1);
    assert_state(AMP_CORE_EXITED, "exit 7");
}

// Where the system refuses the sandbox, no core runs.
static void test_no_sandbox_no_core(void **state) {
    (void)state;
    if (getenv("OPENAMP_SIM_EMULATOR") != NULL) {
        skip();
    }
    pid_t host = fork();
    if (host == 0) {
        struct sock_filter filter[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = {.len = 4, .filter = filter};
        const struct amp_port *own = amp_platform_port(2);
        const char *reason = "";
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
            || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
            _exit(10);
        }
        int error = own->ops->core_start(own->ctx, load_image(own, "test_bare.elf"));
        int named = own->ops->core_state(own->ctx, &reason) == AMP_CORE_STOPPED
            && strstr(reason, "sandbox") != NULL;
        _exit(error != -AMP_EIO ? 11 : named ? 0 : 12);
    }
    int status = -1;
    assert_int_equal(waitpid(host, &status, 0), host);
    assert_int_equal(status, 0);
}

static void test_no_emulator(void **state) {
    (void)state;
    port->ops->core_stop(port->ctx);
    if (getenv("OPENAMP_SIM_EMULATOR") != NULL) {
        skip();
    }
    assert_int_equal(setenv("OPENAMP_SIM_EMULATOR", "/nonexistent", 1), 0);
    assert_int_equal(port->ops->core_start(port->ctx, entry), -AMP_EIO);
    assert_int_equal(amp_sim_pid(0), 0);
    unsetenv("OPENAMP_SIM_EMULATOR");
    assert_int_equal(boot(port, entry), 0);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, stop_core)
    const struct CMUnitTest tests[] = {
        TEST(test_sandbox_kills),
        TEST(test_sandbox_allows),
        TEST(test_no_sandbox_no_core),
        TEST(test_no_emulator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
