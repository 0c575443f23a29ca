/*
 * The doorbell as an interrupt of the host: two signals to the main thread.
 *
 * A core that kicks the host sends SIGURG (tgkill), which few programs use and which is
 * ignored by default.  The kernel sends SIGIO when a core's status pipe ends.  Death has
 * a signal of its own because one pending signal can mean several events: with one
 * signal for both, each doorbell would have to look at the pipe, a system call for each
 * message.  A handler does not know which core sent its signal: that of SIGURG looks at
 * every mailbox, that of SIGIO at every pipe, and each calls the doorbell callback of the
 * cores for which it found something.  A signal that comes from elsewhere is passed to
 * the handler that the program had installed.
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

// A kick or a death has come since the last amp_platform_wait().
static volatile sig_atomic_t event;

static void call_back(struct sim_core *core) {
    amp_doorbell_cb callback = core->doorbell_cb;
    if (callback != NULL) {
        callback(core->arg);
    }
}

void sim_signal_deliver(struct sim_core *core) {
    event = 1;
    core->may_have_died = 1;
    call_back(core);
}

// Has the core kicked the host since its callback was called last?
static bool has_kicked(struct sim_core *core) {
    if (core->mailbox == NULL) {
        return false;
    }
    if (__atomic_load_n(&core->mailbox->to_host, __ATOMIC_SEQ_CST) != 0) {
        core->called = 1;
        core->acked = 0;
        return true;
    }
    bool acked = core->acked;
    core->acked = 0;
    return acked;
}

// The handler leaves the bits in the mailbox, so a core that goes on kicking sends no
// more signals until a poll acknowledges them.  A poll inside an endpoint's callback
// acknowledges too, but takes no messages.  So the callback is still called for a signal
// that is on its way when its bits are acknowledged here (`acked`).
void sim_doorbell_ack(void *ctx) {
    struct sim_core *core = ctx;
    if (core->state == AMP_CORE_RUNNING
        && __atomic_load_n(&core->mailbox->to_host, __ATOMIC_RELAXED) != 0) {
        core->acked |= !core->called; // first: the signal may come at any point here
        __atomic_exchange_n(&core->mailbox->to_host, 0, __ATOMIC_SEQ_CST);
        core->called = 0;
    }
}

// ---- Signals of the cores, and signals of the program ----

// The actions that the program had installed before: for SIGURG, for SIGIO.
static struct sigaction programs_actions[2];

static void serve_kicks(void) {
    int saved = errno;
    for (struct sim_core *core = sim_cores; core != sim_cores_end; ++core) {
        if (has_kicked(core)) {
            event = 1;
            call_back(core);
        }
    }
    errno = saved;
}

static void serve_deaths(void) {
    int saved = errno;
    for (struct sim_core *core = sim_cores; core != sim_cores_end; ++core) {
        if (core->pid != 0 && sim_has_ended(core)) {
            sim_signal_deliver(core);
        }
    }
    errno = saved;
}

void (*amp_sim_interrupted)(void *context);

static void call_interrupted(void *context) {
    if (amp_sim_interrupted != NULL) {
        amp_sim_interrupted(context);
    }
}

// Pass a signal that is not from a core to the handler that the program had.  In the main
// thread it may also mean a signal of a core, because of two equal signals that are pending
// for a thread only one is delivered.  (A program's own signal cannot be lost in this way: it
// is sent to the process, and such signals are pending separately.)
// Not inlined, because then each doorbell would save the registers that this needs.
__attribute__((noinline)) static void pass_to_program(
    int signal, siginfo_t *info, void *context, void (*ours)(void)) {
    int saved = errno;
    const struct sigaction *action = &programs_actions[signal == SIGIO];
    bool is_main = gettid() == getpid();
    if (is_main) {
        ours();
    }
    if (action->sa_flags & SA_SIGINFO) {
        action->sa_sigaction(signal, info, context);
    } else if (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN) {
        action->sa_handler(signal);
    }
    if (is_main) {
        call_interrupted(context);
    }
    errno = saved;
}

// Cores signal the main thread only.
static bool is_from_core(const siginfo_t *info) {
    const struct sim_core *core = sim_cores;
    while (core != sim_cores_end && core->sender != info->si_pid) {
        ++core;
    }
    return core != sim_cores_end && info->si_code == SI_TKILL;
}

static void on_doorbell(int signal, siginfo_t *info, void *context) {
    if (is_from_core(info)) {
        serve_kicks();
        call_interrupted(context);
    } else {
        pass_to_program(signal, info, context, serve_kicks);
    }
}

static void on_doorbell_faulty(int signal, siginfo_t *info, void *context) {
    if (is_from_core(info) || sim_fault_is_timer(info)) {
        sim_fault_interrupt();
        call_interrupted(context);
    } else {
        pass_to_program(signal, info, context, sim_fault_interrupt);
    }
}

static bool is_death(const siginfo_t *info) {
    const struct sim_core *core = sim_cores;
    while (core != sim_cores_end && (core->pid == 0 || core->status != info->si_fd)) {
        ++core;
    }
    // si_fd is valid only with the codes POLL_IN, POLL_HUP and so on.
    return core != sim_cores_end && info->si_code > 0 && info->si_code < SI_KERNEL;
}

static void on_death(int signal, siginfo_t *info, void *context) {
    if (is_death(info)) {
        serve_deaths();
        call_interrupted(context);
    } else {
        pass_to_program(signal, info, context, serve_deaths);
    }
}

void sim_signal_set(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGURG);
    sigaddset(set, SIGIO);
}

typedef void (*handler_t)(int signal, siginfo_t *info, void *context);

// No SA_RESTART: a system call that sleeps returns, so that the program can
// poll.
static void install(int signal, handler_t handler, const struct sigaction *before) {
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | (before->sa_flags & SA_ONSTACK);
    action.sa_mask = before->sa_mask;
    sigaddset(&action.sa_mask, SIGURG); // one handler must not interrupt the other
    sigaddset(&action.sa_mask, SIGIO);
    sigaction(signal, &action, NULL);
}

static bool installed;

void sim_signal_install(void) {
    if (installed) {
        return;
    }
    installed = true;
    sigaction(SIGURG, NULL, &programs_actions[0]);
    sigaction(SIGIO, NULL, &programs_actions[1]);
    install(SIGURG, sim_fault_is_on() ? on_doorbell_faulty : on_doorbell, &programs_actions[0]);
    install(SIGIO, on_death, &programs_actions[1]);
    // A parent process may have left them blocked.
    sigset_t ours;
    sim_signal_set(&ours);
    sigprocmask(SIG_UNBLOCK, &ours, NULL);
}

// If the program has replaced the handler since, the program's handler stays.
void sim_signal_set_faulty(bool faulty) {
    struct sigaction now;
    sim_signal_install();
    sigaction(SIGURG, NULL, &now);
    if (now.sa_sigaction == on_doorbell || now.sa_sigaction == on_doorbell_faulty) {
        install(SIGURG, faulty ? on_doorbell_faulty : on_doorbell, &programs_actions[0]);
    }
}

void sim_signal_deliver_blocked(struct sim_core *core) {
    sigset_t ours;
    sigset_t before;
    sim_signal_set(&ours);
    sigprocmask(SIG_BLOCK, &ours, &before);
    sim_signal_deliver(core);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

// The handler runs in the thread that calls this, so it sees the three stores in order, and
// no call of the old callback is under way when this returns.
void sim_set_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg) {
    struct sim_core *core = ctx;
    core->doorbell_cb = NULL;
    core->arg = arg;
    core->doorbell_cb = callback;
}

int sim_signal_on_death(int status) {
    struct f_owner_ex owner = {.type = F_OWNER_TID, .pid = getpid()};
    if (fcntl(status, F_SETSIG, SIGIO) != 0 || fcntl(status, F_SETOWN_EX, &owner) != 0) {
        return -1;
    }
    return fcntl(status, F_SETFL, O_ASYNC | O_NONBLOCK);
}

int amp_platform_wait(int timeout_ms) {
    if (!event && timeout_ms != 0) {
        sigset_t block;
        sigset_t before;
        sim_signal_set(&block);
        sigaddset(&block, SIGINT);
        sigprocmask(SIG_BLOCK, &block, &before);
        if (!event) {
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
    if (!event) {
        return 0;
    }
    event = 0; // an event that comes right now is covered by this return
    return 1;
}
