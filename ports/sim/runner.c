/*
 * The runner: the program with which the process of a core begins; the boot ROM of the
 * simulated board.
 *
 * It is a small static program without a C library and without data.  Its arguments are
 * numbers on the command line.  It maps the core's memory, gives up everything else,
 * and jumps to the firmware's entry:
 *
 *  1. arrange to be killed when the host dies, and limit its rights;
 *  2. map the board's windows at their device addresses;
 *  3. close every file but the status pipe, whose end tells the host of death;
 *  4. move to a stack inside the mailbox window, and unmap all that is not the
 *     board or its own text: the old stack, the vdso, everything;
 *  5. install a handler that writes the registers of a fault to the mailbox (runner_fault.c);
 *  6. allow itself only the system calls of a core (runner_sandbox.c);
 *  7. report "ready", and jump.
 *
 * If a step fails, one byte on the status pipe tells which one.
 */
#include <asm/unistd.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/signal.h>

#include "arch/arch.h"
#include "board.h"
#include "runner.h"

AMP_SIM_RUNNER_START;

// Missing in the kernel headers of some distributions.
#define MAP_SHARED_FIXED_NOREPLACE (0x01 | 0x100000)
#ifndef __NR_close_range
#define __NR_close_range 436
#endif

extern const char __text_begin[];
extern const char __text_end[];

const uint8_t runner_ready = AMP_SIM_STEP_READY;

static const struct amp_sim_window board[AMP_SIM_WINDOWS] = AMP_SIM_BOARD;

static long call1(long number, long a) {
    return sim_call(number, a, 0, 0, 0, 0, 0);
}

static long call2(long number, long a, long b) {
    return sim_call(number, a, b, 0, 0, 0, 0);
}

static long set_option(long option, long a, long b) {
    return sim_call(__NR_prctl, option, a, b, 0, 0, 0);
}

static __attribute__((noreturn)) void fail(long status, uint8_t step) {
    sim_call(__NR_write, status, (long)&step, 1, 0, 0, 0);
    for (;;) {
        call1(__NR_exit_group, 1);
    }
}

// An argument is a decimal number that the host wrote, so it is not checked further.
static long number(const char *text) {
    long value = 0;
    while (*text >= '0' && *text <= '9') {
        value = value * 10 + (*text++ - '0');
    }
    return value;
}

static void limit_life(const struct runner *r) {
    // The host may have died before the kernel was asked for this signal.
    if (set_option(PR_SET_PDEATHSIG, 9, 0) != 0 || call1(__NR_getppid, 0) != r->host_pid) {
        fail(r->status, AMP_SIM_STEP_PARENT);
    }
    static const struct {
        uint64_t now;
        uint64_t max;
    } none = {0, 0};
    long result = sim_call(__NR_prlimit64, 0, RLIMIT_CORE, (long)&none, 0, 0, 0);
    char name[] = "amp-core0";
    name[8] = (char)('0' + r->core);
    result |= set_option(PR_SET_NAME, (long)name, 0);
    result |= set_option(PR_SET_NO_NEW_PRIVS, 1, 0);
    if (r->flags & AMP_SIM_RUN_DEBUG) {
        // Any process of this user may attach.  This fails in a kernel without Yama, where it
        // is not needed.
        set_option(PR_SET_PTRACER, (long)PR_SET_PTRACER_ANY, 0);
        // become_core() left all signals blocked, and a debugger interrupts by a signal.
        static const uint64_t nothing = 0;
        result |= sim_call(__NR_rt_sigprocmask, SIG_SETMASK, (long)&nothing, 0, 8, 0, 0);
    } else {
        result |= set_option(PR_SET_DUMPABLE, 0, 0);
    }
    if (result != 0 && !(r->flags & AMP_SIM_RUN_EMULATED)) {
        fail(r->status, AMP_SIM_STEP_LIMITS);
    }
}

static void map_board(const struct runner *r) {
    long offset = 0;
    for (unsigned i = 0; i < AMP_SIM_WINDOWS; i++) {
        long at = sim_call(__NR_mmap, (long)board[i].da, (long)board[i].len, (long)board[i].access,
            MAP_SHARED_FIXED_NOREPLACE, r->memory, offset);
        if (at != (long)board[i].da) {
            fail(r->status, AMP_SIM_STEP_MAP);
        }
        offset += (long)board[i].len;
    }
}

// Close what the host program did not mark close-on-exec.
static void close_files(const struct runner *r) {
    if (r->flags & AMP_SIM_RUN_EMULATED) {
        call1(__NR_close, r->memory); // other files may be the emulator's
        return;
    }
    if ((r->status == 0 || call2(__NR_close_range, 0, r->status - 1) == 0)
        && call2(__NR_close_range, r->status + 1, ~0U) == 0) {
        return;
    }
    uint64_t limit[2] = {0, 0}; // the kernel writes it, which no analyzer sees
    if (sim_call(__NR_prlimit64, 0, RLIMIT_NOFILE, 0, (long)limit, 0, 0) != 0
        || limit[0] > 1 << 20) {
        limit[0] = 1 << 20;
    }
    for (long fd = 0; fd < (long)limit[0]; fd++) {
        if (fd != r->status) {
            call1(__NR_close, fd);
        }
    }
}

static void unmap_rest(const struct runner *r) {
    long from = (long)__text_end;
    long result = call2(__NR_munmap, 0, (long)__text_begin);
    for (unsigned i = 0; i < AMP_SIM_WINDOWS; i++) {
        if ((long)board[i].da > from) {
            result |= call2(__NR_munmap, from, (long)board[i].da - from);
        }
        from = (long)board[i].da + (long)board[i].len;
    }
    // A program cannot ask where the address space ends (47 bits on x86-64, 36 to 52 on
    // AArch64), and a range that is too long is refused: try the longest first.
    long bits = 52;
    while (bits > 32 && call2(__NR_munmap, from, (1L << bits) - 4096 - from) != 0
        && call2(__NR_munmap, from, (1L << bits) - from) != 0) {
        bits--;
    }
    if (result != 0 || bits == 32) {
        fail(r->status, AMP_SIM_STEP_UNMAP);
    }
}

// Steps 4 to 7, on the new stack.
static void leave_reset(void *argument) {
    const struct runner *r = argument;
    if (!(r->flags & AMP_SIM_RUN_EMULATED)) {
        unmap_rest(r);
    }
    if (runner_watch_faults() != 0) {
        fail(r->status, AMP_SIM_STEP_FAULTS);
    }
    if (r->flags & AMP_SIM_RUN_DEBUG) {
        // Ready is reported first: the host's core_start() must not wait for the debugger.
        sim_call(__NR_write, r->status, (long)&runner_ready, 1, 0, 0, 0);
        call2(__NR_kill, call1(__NR_getpid, 0), 19);
    }
    if (!(r->flags & AMP_SIM_RUN_EMULATED) && runner_sandbox(r) != 0) {
        fail(r->status, AMP_SIM_STEP_SANDBOX);
    }
    if (!(r->flags & AMP_SIM_RUN_DEBUG)) {
        sim_call(__NR_write, r->status, (long)&runner_ready, 1, 0, 0, 0);
    }
    sim_jump((uintptr_t)r->entry);
}

// `stack` as the kernel left it: argc, argv[], NULL, ...
__attribute__((used, noreturn)) void runner_main(const long *stack) {
    const char *const *argv = (const char *const *)(stack + 1);
    if (stack[0] != 1 + RUNNER_ARGUMENTS) {
        fail(2, AMP_SIM_STEP_ARGUMENTS);
    }
    // It is copied to the end of the mailbox window when that is mapped.
    struct runner r = {
        .status = number(argv[1]),
        .memory = number(argv[2]),
        .host_pid = number(argv[3]),
        .host_tid = number(argv[4]),
        .flags = number(argv[5]),
        .core = number(argv[6]),
        .entry = number(argv[7]),
    };
    limit_life(&r);
    map_board(&r);
    close_files(&r);
    uintptr_t top = AMP_SIM_MAILBOX_DA + AMP_SIM_MAILBOX_LEN;
    struct runner *safe_copy = (struct runner *)(top - sizeof(struct runner));
    *safe_copy = r;
    sim_switch_stack((uintptr_t)safe_copy, leave_reset, safe_copy);
}
