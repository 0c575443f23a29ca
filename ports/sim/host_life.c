/*
 * Start, stop and death of a core, which is a process that executes the runner (runner.c).
 *
 * The status pipe shows whether the process lives.  Only that process holds the writing
 * end: one byte means "about to jump" (or which step failed), the end of the pipe means
 * that the process is dead, whatever killed it.  The kernel then signals the host
 * (host_signal.c), which learns the cause by waiting for the process (host_process.c).
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

// The runner's executable as a sealed file, created once.
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

struct launch {
    int runner;
    int memory;
    int status;
    bool emulated;
    char *argv[RUNNER_ARGUMENTS + 3];
};

// Runs in the child of vfork(), which shares the host's memory until it executes the
// runner, so it makes system calls only.  All signals stay blocked, because what a
// terminal sends to the host's process group (Ctrl-C) is not for the core.
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

// Signals are blocked meanwhile: their handlers must know to which core a process belongs.
static pid_t spawn(struct sim_core *core, const struct launch *l) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = vfork();
    if (pid == 0) {
        become_core(l);
    }
    if (pid > 0) {
        sim_process_adopt(core, pid);
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
    return spawn(core, &l);
}

static void reset_mailbox(struct sim_core *core) {
    memset(core->va[AMP_SIM_MAILBOX], 0, sizeof(struct amp_sim_mailbox));
    core->mailbox->host_pid = getpid();
    core->mailbox->host_tid = getpid();
    core->mailbox->core = core->index;
#if defined(__aarch64__)
    // The image was written through the data cache; the core fetches instructions.
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
        [AMP_SIM_STEP_FAULTS] = "the runner cannot watch for faults",
        [AMP_SIM_STEP_SANDBOX] = "the sandbox cannot be installed",
    };
    const char *why = step < sizeof(steps) / sizeof(steps[0]) ? steps[step] : steps[0];
    sim_process_end(core);
    core->state = AMP_CORE_STOPPED;
    snprintf(core->reason, sizeof(core->reason), "%s", why);
}

// The boot ROM wrote the registers when the core faulted.  Firmware may have written there
// as well, so the numbers are only shown, and nothing depends on them.
bool sim_core_registers(void *ctx, void *registers, size_t len) {
    const struct sim_core *core = ctx;
    const void *from =
        (const uint8_t *)core->va[AMP_SIM_MAILBOX] + offsetof(struct amp_sim_mailbox, registers);
    bool known = core->mailbox->fault != 0;
    size_t most = sizeof(core->mailbox->registers);
    memcpy(registers, from, len < most ? len : most);
    return known;
}

bool sim_has_ended(const struct sim_core *core) {
    struct pollfd end = {.fd = core->status, .events = 0};
    return poll(&end, 1, 0) > 0;
}

// Launch the process with the writing end of a new status pipe.
static int launch_with_pipe(struct sim_core *core, amp_da_t entry) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return sim_file_error(core);
    }
    core->status = sim_above_stdio(ends[0]);
    ends[1] = sim_above_stdio(ends[1]);
    pid_t pid = launch(core, entry, ends[1]);
    int error = pid < 0 ? sim_file_error(core) : 0;
    close(ends[1]);
    if (error != 0) {
        close(core->status);
        core->status = -1;
        return error;
    }
    return 0;
}

int sim_core_start(void *ctx, amp_da_t entry) {
    struct sim_core *core = ctx;
    sim_process_check_owner();
    if (core->pid != 0 || !core->powered) {
        return core->pid != 0 ? -AMP_EBUSY : -AMP_EIO;
    }
    core->reason[0] = '\0';
    // Zeros are empty memory: on neither machine do they begin a program.
    const uint8_t *first = sim_map(core, entry & ~(amp_da_t)3, 4);
    if (first != NULL && memcmp(first, "\0\0\0", 4) == 0) {
        snprintf(core->reason, sizeof(core->reason), "nothing is in place there");
        return -AMP_ENOEXEC;
    }
    reset_mailbox(core);
    sim_fault_core_began(core);
    sim_process_launch(true);
    int error = launch_with_pipe(core, entry);
    sim_process_launch(false);
    if (error != 0) {
        return error;
    }
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
    // If the core died before sim_signal_on_death(), the kernel sends no signal.
    core->may_have_died = 1;
    if (sim_has_ended(core)) {
        sim_signal_deliver_blocked(core);
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
    sim_process_check_owner();
    if (core->pid != 0) {
        (void)fcntl(core->status, F_SETFL, O_NONBLOCK); // no signal of this death
        sim_process_end(core);
    }
    core->state = AMP_CORE_STOPPED; // the reason stays readable until the next start
    return 0;
}

enum amp_core_state sim_core_state(void *ctx, const char **reason) {
    struct sim_core *core = ctx;
    if (core->state == AMP_CORE_RUNNING && core->may_have_died) {
        core->may_have_died = 0;
        if (sim_has_ended(core)) {
            sim_process_end(core);
        }
    }
    if (reason != NULL && core->reason[0] != '\0') {
        *reason = core->reason;
    }
    return core->state;
}
