/*
 * The process of a core: signal it, learn how it ended, and forget it in a child of
 * fork(), to which it does not belong.
 *
 * The program may ignore SIGCHLD, or wait for all of its children.  Then the kernel may
 * give the number of a dead core to another process, and the host is not told how the
 * core ended.  So the host refers to the process by a file (pidfd), which means this
 * process for ever.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

// Missing in the headers of some distributions.
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
enum { WAIT_FOR_PIDFD = 3 }; // P_PIDFD, an idtype_t

// ---- Signals ----

// Where the system has no pidfd (-1), the process number is used.
void sim_process_adopt(struct sim_core *core, pid_t pid) {
    core->pidfd = sim_above_stdio((int)syscall(SYS_pidfd_open, pid, 0));
    core->sender = pid;
    core->pid = pid;
}

static int wait_for(const struct sim_core *core, siginfo_t *info, int options) {
    int result;
    do {
        result = core->pidfd >= 0
            ? waitid((idtype_t)WAIT_FOR_PIDFD, (id_t)core->pidfd, info, options)
            : waitid(P_PID, (id_t)core->sender, info, options);
    } while (result != 0 && errno == EINTR);
    return result;
}

// The process number is used where the system has no pidfd, or has no signals by pidfd, as
// under valgrind 3.24; and only while it is the number of a child of this process.
static bool send_signal(const struct sim_core *core, int number) {
    siginfo_t ignored;
    if (core->pidfd >= 0) {
        bool sent = syscall(SYS_pidfd_send_signal, core->pidfd, number, NULL, 0) == 0;
        if (sent || (errno != ENOSYS && errno != EPERM)) {
            return sent;
        }
    }
    return wait_for(core, &ignored, WEXITED | WNOHANG | WNOWAIT) == 0
        && kill(core->sender, number) == 0;
}

bool sim_process_signal(const struct sim_core *core, int number) {
    return core->pid != 0 && send_signal(core, number);
}

// ---- The end ----

// Ask how a process ended for which other code has already waited.  Linux 6.15 and later
// keep that for the holder of a pidfd.
static bool ask_for_status(const struct sim_core *core, int *status) {
    enum { GET_INFO = 11, INFO_EXIT = 8 };
    struct { // struct pidfd_info
        uint64_t mask;
        uint64_t cgroupid;
        uint32_t ids[11];
        int32_t exit_code;
    } info = {.mask = INFO_EXIT};
    bool known = core->pidfd >= 0 && ioctl(core->pidfd, _IOWR(0xFF, GET_INFO, info), &info) == 0
        && (info.mask & INFO_EXIT) != 0;
    *status = info.exit_code;
    return known;
}

static void describe_exit(struct sim_core *core, int code) {
    core->state = AMP_CORE_EXITED;
    snprintf(core->reason, sizeof(core->reason), "exit %d", code);
}

static void describe_signal(struct sim_core *core, int number) {
    const char *name = sigabbrev_np(number);
    if (number == SIGSYS) {
        snprintf(core->reason, sizeof(core->reason), "sandbox violation (SIGSYS)");
    } else if (name != NULL) {
        snprintf(core->reason, sizeof(core->reason), "SIG%s", name);
    } else {
        snprintf(core->reason, sizeof(core->reason), "signal %d", number);
    }
}

// If the system does not tell how the process ended, take the exit code that firmware writes
// into the mailbox.  It may be forged, but only the text of the reason depends on it.
static void describe_unknown(struct sim_core *core) {
    uint32_t exited = core->mailbox->exited;
    int status;
    if (ask_for_status(core, &status)) {
        if (WIFEXITED(status)) {
            describe_exit(core, WEXITSTATUS(status));
        } else {
            describe_signal(core, WTERMSIG(status));
        }
    } else if (exited & AMP_SIM_EXITED) {
        describe_exit(core, (int)(exited & 0xFF));
    } else {
        snprintf(core->reason, sizeof(core->reason), "ended; the system did not say how");
    }
}

static void close_files(struct sim_core *core) {
    close(core->status);
    core->status = -1;
    if (core->pidfd >= 0) {
        close(core->pidfd);
        core->pidfd = -1;
    }
}

// A signal does not change the status of a process that already exits, so killing it is
// safe.  `pid` is cleared first, so that the signal handlers ignore the core from here on.
void sim_process_end(struct sim_core *core) {
    siginfo_t info = {.si_code = 0};
    core->pid = 0;
    core->state = AMP_CORE_FAULTED;
    send_signal(core, SIGKILL);
    if (wait_for(core, &info, WEXITED) != 0) {
        describe_unknown(core); // dead as well: other code has waited for it
    } else if (info.si_code == CLD_EXITED) {
        describe_exit(core, info.si_status);
    } else {
        describe_signal(core, info.si_status);
    }
    close_files(core);
}

// ---- fork() ----

static pid_t owner_pid; // of all cores

// While a core is launched, this process has the writing end of the status pipe open.  If
// another thread forked then, its child would keep that end open, and the pipe would not
// end when the core dies.  So fork() waits for the launch; but not if a signal handler in
// the launching thread forks, which would wait for ever.
static pthread_mutex_t launch = PTHREAD_MUTEX_INITIALIZER;
static __thread volatile bool launching;

static void lock_launch(void) {
    if (!launching) {
        pthread_mutex_lock(&launch);
    }
}

static void unlock_launch(void) {
    if (!launching) {
        pthread_mutex_unlock(&launch);
    }
}

void sim_process_launch(bool begins) {
    if (begins) {
        lock_launch();
        launching = true;
    } else {
        launching = false;
        unlock_launch();
    }
}

// A child of fork() has a copy of this bookkeeping and of the mappings, but the cores are
// the parent's.  The child begins without cores, with the power off.
static void forget_cores(void) {
    owner_pid = getpid();
    for (struct sim_core *core = sim_cores; core != sim_cores_end; ++core) {
        if (core->pid != 0) {
            core->pid = 0;
            close_files(core);
            snprintf(core->reason, sizeof(core->reason), "belongs to the parent process");
        }
        core->sender = 0;
        core->state = AMP_CORE_STOPPED;
        sim_memory_forget(core);
    }
    sim_fault_forget();
}

static void begin_child(void) {
    unlock_launch();
    forget_cores();
}

// For a child that was made without the C library's fork().
void sim_process_check_owner(void) {
    if (owner_pid != getpid()) {
        forget_cores();
    }
}

// A program that calls exit() kills its cores and waits until they are gone.  (When it is
// killed, the kernel kills them: limit_life() of runner.c.)
static void stop_all(void) {
    for (struct sim_core *core = sim_cores; core != sim_cores_end; ++core) {
        sim_core_stop(core);
    }
}

int sim_process_set_up(void) {
    if (owner_pid == 0) {
        if (pthread_atfork(lock_launch, unlock_launch, begin_child) != 0 || atexit(stop_all) != 0) {
            return -1;
        }
        owner_pid = getpid();
    }
    return 0;
}
