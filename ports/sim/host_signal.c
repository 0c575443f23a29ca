/*
 * The doorbell as an interrupt of the host: two signals to the main thread.
 *
 * SIGURG is the doorbell, sent by a core that rang (tgkill), because nobody
 * else uses it and because it is ignored by default.  SIGIO comes from the
 * kernel when a core's status pipe ends: a signal of its own, as one that is
 * pending stands for several events, and to have each doorbell look at the pipe
 * would be a system call for each message.  So the handlers believe nothing:
 * SIGURG has every mailbox looked at, and tells the listeners of those that rang
 * (what one core does costs the others nothing); SIGIO tells all, and has every
 * core's life checked once at its next core_state().
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host.h"
#include "sim.h"

// Since the last amp_platform_wait().
static volatile sig_atomic_t happened;

static void tell(struct sim_core *core) {
    amp_notified_t notified = core->notified;
    if (notified != NULL) {
        notified(core->arg);
    }
}

void sim_signal_deliver(struct sim_core *core) {
    happened = 1;
    core->check = 1;
    tell(core);
}

// Since its listener was told last?
static bool has_rung(struct sim_core *core) {
    if (core->mailbox == NULL) {
        return false;
    }
    if (__atomic_load_n(&core->mailbox->to_host, __ATOMIC_SEQ_CST) != 0) {
        core->told = 1;
        core->taken = 0;
        return true;
    }
    bool taken = core->taken;
    core->taken = 0;
    return taken;
}

static void interrupted(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)context;
    if (info->si_code == SI_USER) {
        return; // sent to the process from outside: any thread may run this
    }
    int saved = errno;
    happened = 1;
    for (struct sim_core *core = sim_cores; core != sim_cores_end; ++core) {
        if (has_rung(core)) {
            tell(core);
        }
    }
    errno = saved;
}

static void interrupted_faulty(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)context;
    if (info->si_code == SI_USER) {
        return;
    }
    int saved = errno;
    sim_fault_interrupt();
    errno = saved;
}

static void died(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)context;
    if (info->si_code == SI_USER) {
        return;
    }
    int saved = errno;
    for (struct sim_core *core = sim_cores; core != sim_cores_end; ++core) {
        sim_signal_deliver(core);
    }
    errno = saved;
}

void sim_signal_set(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGURG);
    sigaddset(set, SIGIO);
}

// No SA_RESTART: a system call that sleeps returns, so that the program can
// poll.
void sim_signal_install(bool faulty) {
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_sigaction = faulty ? interrupted_faulty : interrupted;
    action.sa_flags = SA_SIGINFO;
    sim_signal_set(&action.sa_mask); // a listener is not told twice at once
    sigaction(SIGURG, &action, NULL);
    action.sa_sigaction = died;
    sigaction(SIGIO, &action, NULL);
    // A parent may have left them blocked.
    sigprocmask(SIG_UNBLOCK, &action.sa_mask, NULL);
}

// The handler runs in the thread that calls this: it sees the three steps in
// order, and none of them once listen() has returned.
void sim_listen(void *ctx, amp_notified_t notified, void *arg) {
    struct sim_core *core = ctx;
    core->notified = NULL;
    core->arg = arg;
    core->notified = notified;
}

int sim_signal_on_death(int status) {
    struct f_owner_ex owner = {.type = F_OWNER_TID, .pid = getpid()};
    if (fcntl(status, F_SETSIG, SIGIO) != 0 || fcntl(status, F_SETOWN_EX, &owner) != 0) {
        return -1;
    }
    return fcntl(status, F_SETFL, O_ASYNC | O_NONBLOCK);
}

int amp_platform_wait(int timeout_ms) {
    if (!happened && timeout_ms != 0) {
        sigset_t block;
        sigset_t before;
        sim_signal_set(&block);
        sigaddset(&block, SIGINT);
        sigprocmask(SIG_BLOCK, &block, &before);
        if (!happened) {
            sigset_t asleep = before;
            sigdelset(&asleep, SIGURG);
            sigdelset(&asleep, SIGIO);
            sigdelset(&asleep, SIGINT);
            struct timespec timeout = {
                .tv_sec = timeout_ms / 1000,
                .tv_nsec = (timeout_ms % 1000) * 1000000L,
            };
            ppoll(NULL, 0, timeout_ms < 0 ? NULL : &timeout, &asleep);
        }
        sigprocmask(SIG_SETMASK, &before, NULL);
    }
    if (!happened) {
        return 0;
    }
    happened = 0; // one that comes right now is the one we report
    return 1;
}
