/*
 * The life of a core: a process that runs the runner (runner.c).
 *
 * The status pipe tells its life.  Its writing end is held by the core's
 * process alone: one byte means "about to jump" (or which step failed), its end
 * means that the process is dead, whatever killed it.  The kernel then signals
 * the host as if the core had rung (host_signal.c).
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "openamp/error.h"

#include "host.h"
#include "runner.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

static const char *emulator(void) {
    const char *name = getenv("OPENAMP_SIM_EMULATOR");
    return name != NULL && name[0] != '\0' ? name : NULL;
}

static bool debugging(void) {
    const char *value = getenv("OPENAMP_SIM_GDB");
    return value != NULL && value[0] != '\0' && strcmp(value, "0") != 0;
}

// The runner's executable as a file that nobody can change, made once.
static int runner_file(void) {
    static int file = -1;
    if (file >= 0) {
        return file;
    }
    int fd = memfd_create("amp-core", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (fd < 0) {
        fd = memfd_create("amp-core", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    }
    fd = sim_above_stdio(fd);
    size_t len = (size_t)sim_runner_len;
    if (fd >= 0 && write(fd, sim_runner, len) != (ssize_t)len) {
        close(fd);
        return -1;
    }
    if (fd >= 0) {
        (void)fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    }
    file = fd;
    return file;
}

static void describe_death(struct sim_core *core, int status) {
    if (WIFEXITED(status)) {
        core->state = AMP_CORE_EXITED;
        snprintf(core->reason, sizeof(core->reason), "exit %d", WEXITSTATUS(status));
        return;
    }
    core->state = AMP_CORE_FAULTED;
    const char *name = sigabbrev_np(WTERMSIG(status));
    if (WTERMSIG(status) == SIGSYS) {
        snprintf(core->reason, sizeof(core->reason), "sandbox violation (SIGSYS)");
    } else if (name != NULL) {
        snprintf(core->reason, sizeof(core->reason), "SIG%s", name);
    } else {
        snprintf(core->reason, sizeof(core->reason), "signal %d", WTERMSIG(status));
    }
}

// The process is dead or dying: end it, wait for its end, say how it ended.
// A signal does not change the status of a process that already exits.
static void reap(struct sim_core *core) {
    int status = 0;
    pid_t done;
    pid_t pid = core->pid;
    core->pid = 0; // first: a fault that is due (host_fault.c) must not hit another process
    kill(pid, SIGKILL);
    do {
        done = waitpid(pid, &status, 0);
    } while (done < 0 && errno == EINTR);
    close(core->status);
    if (done == pid) {
        describe_death(core, status);
    } else { // the program waits for all children, or ignores SIGCHLD
        core->state = AMP_CORE_FAULTED;
        snprintf(core->reason, sizeof(core->reason), "died");
    }
    core->status = -1;
}

struct launch {
    int runner;
    int memory;
    int status;
    bool emulated;
    char *argv[RUNNER_ARGUMENTS + 3];
};

// In the child, which shares the host's memory until it executes the runner:
// system calls only.  All signals stay blocked: what a terminal sends to the
// host's group (Ctrl-C) is not for the core.
static __attribute__((noreturn)) void become_core(const struct launch *l) {
    fcntl(l->memory, F_SETFD, 0);
    fcntl(l->status, F_SETFD, 0);
    if (l->emulated) {
        fcntl(l->runner, F_SETFD, 0);
        execvp(l->argv[0], l->argv);
    } else {
        static char *no_environment[] = {NULL};
        syscall(SYS_execveat, l->runner, "", l->argv, no_environment, AT_EMPTY_PATH);
    }
    uint8_t step = AMP_SIM_STEP_EXEC;
    if (write(l->status, &step, 1) != 1) {
        _exit(126);
    }
    _exit(127);
}

static pid_t spawn(const struct launch *l) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = vfork();
    if (pid == 0) {
        become_core(l);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return pid;
}

static pid_t launch(struct sim_core *core, amp_da_t entry, int status) {
    char text[RUNNER_ARGUMENTS + 1][40];
    struct launch l = {
        .runner = runner_file(),
        .memory = core->memory,
        .status = status,
        .emulated = emulator() != NULL,
    };
    if (l.runner < 0) {
        return -1;
    }
    unsigned flags =
        (l.emulated ? AMP_SIM_RUN_EMULATED : 0U) | (debugging() ? AMP_SIM_RUN_DEBUG : 0U);
    const unsigned long numbers[RUNNER_ARGUMENTS] = {
        (unsigned long)status,
        (unsigned long)core->memory,
        (unsigned long)getpid(),
        (unsigned long)getpid(), // the main thread's id
        flags,
        core->index,
        entry,
    };
    unsigned argc = 0;
    union {
        const char *shared;
        char *own;
    } name = {.shared = emulator()};
    snprintf(text[0], sizeof(text[0]), l.emulated ? "/proc/self/fd/%d" : "amp-core", l.runner);
    if (l.emulated) {
        l.argv[argc++] = name.own;
    }
    l.argv[argc++] = text[0];
    for (unsigned i = 0; i < RUNNER_ARGUMENTS; i++) {
        snprintf(text[i + 1], sizeof(text[i + 1]), "%lu", numbers[i]);
        l.argv[argc++] = text[i + 1];
    }
    l.argv[argc] = NULL;
    return spawn(&l);
}

static void reset_mailbox(struct sim_core *core) {
    memset(core->va[AMP_SIM_MAILBOX], 0, sizeof(struct amp_sim_mailbox));
    core->mailbox->host_pid = getpid();
    core->mailbox->host_tid = getpid();
    core->mailbox->core = core->index;
#if defined(__aarch64__)
    // The image was written as data.
    __builtin___clear_cache(
        (char *)core->va[AMP_SIM_CODE], (char *)core->va[AMP_SIM_CODE] + AMP_SIM_CODE_LEN);
#endif
}

static void explain_failed_start(struct sim_core *core, uint8_t step) {
    static const char *const steps[] = {
        [0] = "the runner died before its first step",
        [AMP_SIM_STEP_EXEC] = "the runner cannot be executed",
        [AMP_SIM_STEP_ARGUMENTS] = "the runner's arguments are wrong",
        [AMP_SIM_STEP_PARENT] = "the runner has another parent",
        [AMP_SIM_STEP_LIMITS] = "the runner cannot limit itself",
        [AMP_SIM_STEP_MAP] = "the runner cannot map the board",
        [AMP_SIM_STEP_UNMAP] = "the runner cannot leave its memory",
        [AMP_SIM_STEP_SANDBOX] = "the sandbox cannot be installed",
    };
    const char *why = step < sizeof(steps) / sizeof(steps[0]) ? steps[step] : steps[0];
    reap(core);
    core->state = AMP_CORE_STOPPED;
    snprintf(core->reason, sizeof(core->reason), "%s", why);
}

// A program that ends in order waits for its cores to be gone.  (One that is
// killed leaves it to the kernel: the runner asked to die with its parent.)
static void stop_all(void) {
    for (unsigned i = 0; i < AMP_SIM_CORES; i++) {
        sim_core_stop(&sim_cores[i]);
    }
}

static void stop_all_at_exit(void) {
    static bool registered;
    if (!registered) {
        registered = atexit(stop_all) == 0;
    }
}

int sim_core_start(void *ctx, amp_da_t entry) {
    struct sim_core *core = ctx;
    stop_all_at_exit();
    if (core->pid != 0 || !core->powered) {
        return core->pid != 0 ? -AMP_EBUSY : -AMP_EIO;
    }
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -AMP_EIO;
    }
    ends[0] = sim_above_stdio(ends[0]);
    ends[1] = sim_above_stdio(ends[1]);
    reset_mailbox(core);
    sim_fault_core_began(core);
    core->reason[0] = '\0';
    pid_t pid = launch(core, entry, ends[1]);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return -AMP_EIO;
    }
    core->pid = pid;
    core->status = ends[0];
    uint8_t step = 0;
    ssize_t got;
    do {
        got = read(core->status, &step, 1);
    } while (got < 0 && errno == EINTR);
    if (got != 1 || step != AMP_SIM_STEP_READY || sim_signal_on_death(core->status) < 0) {
        explain_failed_start(core, step);
        return -AMP_EIO;
    }
    core->state = AMP_CORE_RUNNING;
    // If it died before the signal was asked for, nobody will send one.
    core->check = 1;
    struct pollfd now = {.fd = core->status, .events = 0};
    if (poll(&now, 1, 0) > 0) {
        syscall(SYS_tgkill, getpid(), getpid(), SIGURG);
    }
    if (debugging()) {
        fprintf(stderr,
            "core %u waits at reset; attach with\n"
            "    gdb -p %d -ex 'handle SIGSTOP nostop noprint nopass' -ex 'symbol-file "
            "FIRMWARE.elf'\n"
            "or let it go with kill -CONT %d\n",
            core->index, (int)core->pid, (int)core->pid);
    }
    return 0;
}

int sim_core_stop(void *ctx) {
    struct sim_core *core = ctx;
    if (core->pid != 0) {
        (void)fcntl(core->status, F_SETFL, O_NONBLOCK); // this death is no news
        reap(core);
    }
    core->state = AMP_CORE_STOPPED; // the reason stays readable until the next start
    return 0;
}

// Also the acknowledgement of the doorbell: amp_rproc_poll() asks for the state
// before it reads the rings, so what a core writes after this exchange comes
// with a new signal, and what it wrote before is seen.  Whoever else asks for
// the state must not take a doorbell away from the listener: the signal of what
// was taken here, which may still be on its way, tells it all the same.
enum amp_core_state sim_core_state(void *ctx, const char **reason) {
    struct sim_core *core = ctx;
    if (core->state == AMP_CORE_RUNNING) {
        if (__atomic_load_n(&core->mailbox->to_host, __ATOMIC_RELAXED) != 0) {
            core->taken |= !core->told; // first: the signal may come at any point here
            __atomic_exchange_n(&core->mailbox->to_host, 0, __ATOMIC_SEQ_CST);
            core->told = 0;
        }
        if (core->check) {
            core->check = 0;
            struct pollfd end = {.fd = core->status, .events = 0};
            if (poll(&end, 1, 0) > 0) {
                reap(core);
            }
        }
    }
    if (reason != NULL && core->reason[0] != '\0') {
        *reason = core->reason;
    }
    return core->state;
}
