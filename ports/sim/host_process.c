/*
 * The process of a core: signal it, learn how it ended, and give it up in a child of
 * fork(), to which it does not belong.
 *
 * The program may do with its children what it likes.  It may ignore SIGCHLD, or wait
 * for all of them: then the number of a dead process can be given to another one, and
 * nobody is told how it ended.  So the host names a core by a file (pidfd), which stands
 * for this process for ever.
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

// Not in the headers of every distribution we build on.
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
enum { WAIT_FOR_PIDFD = 3 }; // P_PIDFD, an idtype_t

// ---- Signals ----

// Where the system has no such file (-1), the process number is used.
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

// By number only while it is that of a child of ours, and where the system knows
// the file but no signal to it, as valgrind 3.24 does.
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

// A process that somebody else waited for, if the kernel has kept how it ended:
// Linux 6.15 and later do so for whoever has the file.
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

// Where the system does not tell how a process ended, the mailbox does, in which firmware
// that exits writes its code.  It may be a lie; only the text of the reason depends on it.
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
        snprintf(core->reason, sizeof(core->reason), "died, of what was not told");
    }
}

static void let_go(struct sim_core *core) {
    close(core->status);
    core->status = -1;
    if (core->pidfd >= 0) {
        close(core->pidfd);
        core->pidfd = -1;
    }
}

// Kill it, if it is not dead already, and say how it ended.  A signal does not
// change the status of a process that already exits.  `pid` first: from here on
// the signals' handlers leave it alone.
void sim_process_end(struct sim_core *core) {
    siginfo_t info = {.si_code = 0};
    core->pid = 0;
    core->state = AMP_CORE_FAULTED;
    send_signal(core, SIGKILL);
    if (wait_for(core, &info, WEXITED) != 0) {
        describe_unknown(core); // somebody else waited for it: it is dead, too
    } else if (info.si_code == CLD_EXITED) {
        describe_exit(core, info.si_status);
    } else {
        describe_signal(core, info.si_status);
    }
    let_go(core);
}

// ---- fork() ----

static pid_t owner; // of all cores

// While a core is launched we have its end of the status pipe open.  A child that
// another thread makes then would have it as well, and keep the core's death from
// us; so it has to wait.  (Not a child that a signal's handler makes in between.)
static pthread_mutex_t launch = PTHREAD_MUTEX_INITIALIZER;
static __thread volatile bool launching;

static void wait_for_launch(void) {
    if (!launching) {
        pthread_mutex_lock(&launch);
    }
}

static void let_launch(void) {
    if (!launching) {
        pthread_mutex_unlock(&launch);
    }
}

void sim_process_launch(bool begins) {
    if (begins) {
        wait_for_launch();
        launching = true;
    } else {
        launching = false;
        let_launch();
    }
}

// A child of fork() has a copy of all this, with the parent's board mapped, but the
// cores are the parent's: the child begins with none, and with the power off.
static void begin_anew(void) {
    owner = getpid();
    for (struct sim_core *core = sim_cores; core != sim_cores_end; ++core) {
        if (core->pid != 0) {
            core->pid = 0;
            let_go(core);
            snprintf(core->reason, sizeof(core->reason), "is the parent process's");
        }
        core->sender = 0;
        core->state = AMP_CORE_STOPPED;
        sim_memory_leave(core);
    }
    sim_fault_begin_anew();
}

static void begin_child(void) {
    let_launch();
    begin_anew();
}

// For a child that was made without the C library's fork().
void sim_process_check_owner(void) {
    if (owner != getpid()) {
        begin_anew();
    }
}

// A program that ends in order waits for its cores to be gone.  (One that is
// killed leaves it to the kernel: the runner asked to die with its parent.)
static void stop_all(void) {
    for (struct sim_core *core = sim_cores; core != sim_cores_end; ++core) {
        sim_core_stop(core);
    }
}

int sim_process_set_up(void) {
    if (owner == 0) {
        if (pthread_atfork(wait_for_launch, let_launch, begin_child) != 0
            || atexit(stop_all) != 0) {
            return -1;
        }
        owner = getpid();
    }
    return 0;
}
