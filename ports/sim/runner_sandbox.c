/*
 * The system calls of a core, as a seccomp filter.  A core may
 *
 *   sleep and wake           futex, the plain WAIT and WAKE only
 *   kick the host            tgkill of the host's main thread with SIGURG
 *   end by a signal          getpid; tgkill of itself (runner_fault.c)
 *   read the time            clock_gettime of the monotonic clock
 *   stop by itself           exit, exit_group
 *   be frozen and resumed    restart_syscall, which the kernel puts in place of
 *                            a futex wait that a stop signal cut short
 *   report that it is ready  write of the one byte runner_ready, so that the
 *                            filter can be in place before the report
 *
 * and any other call, or a call of another ABI (32-bit, x32), ends it.
 */
#include <asm/unistd.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <linux/signal.h>
#include <linux/time.h>
#include <stddef.h>

#include "arch/arch.h"
#include "runner.h"

#define FIELD(name) ((uint32_t)offsetof(struct seccomp_data, name))
// The low and the high half of an argument (little-endian machines).
#define LOW(n) (FIELD(args) + 8 * (n))
#define HIGH(n) (FIELD(args) + 8 * (n) + 4)

// Load a word; skip `skip` instructions if it is not (ELSE_SKIP) or is (IF_SKIP) `value`.
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define ELSE_SKIP(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, (skip))
#define IF_SKIP(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), (skip), 0)
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define KILL BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

long runner_sandbox(const struct runner *r) {
    long self = sim_call(__NR_getpid, 0, 0, 0, 0, 0, 0);
    uintptr_t byte = (uintptr_t)&runner_ready;
    struct sock_filter filter[] = {
        LOAD(FIELD(arch)),
        IF_SKIP(AMP_SIM_AUDIT_ARCH, 1),
        KILL,
        LOAD(FIELD(nr)),
        ELSE_SKIP(__NR_futex, 5),
        LOAD(LOW(1)),
        IF_SKIP(FUTEX_WAIT, 1),
        ELSE_SKIP(FUTEX_WAKE, 1),
        ALLOW,
        KILL,
        ELSE_SKIP(__NR_tgkill, 9),
        LOAD(LOW(0)),
        IF_SKIP(self, 5),
        ELSE_SKIP(r->host_pid, 5),
        LOAD(LOW(1)),
        ELSE_SKIP(r->host_tid, 3),
        LOAD(LOW(2)),
        ELSE_SKIP(SIGURG, 1),
        ALLOW,
        KILL,
        ELSE_SKIP(__NR_clock_gettime, 3),
        LOAD(LOW(0)),
        ELSE_SKIP(CLOCK_MONOTONIC, 9),
        ALLOW,
        IF_SKIP(__NR_getpid, 3),
        IF_SKIP(__NR_exit_group, 2),
        IF_SKIP(__NR_exit, 1),
        ELSE_SKIP(__NR_restart_syscall, 1),
        ALLOW,
        ELSE_SKIP(__NR_write, 2),
        LOAD(LOW(0)),
        IF_SKIP(r->status, 1),
        KILL,
        LOAD(LOW(1)),
        ELSE_SKIP(byte & 0xFFFFFFFF, 7),
        LOAD(HIGH(1)),
        ELSE_SKIP(byte >> 32, 5),
        LOAD(LOW(2)),
        ELSE_SKIP(1, 3),
        LOAD(HIGH(2)),
        ELSE_SKIP(0, 1),
        ALLOW,
        KILL,
    };
    struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
    return sim_call(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, (long)&program, 0, 0, 0);
}
