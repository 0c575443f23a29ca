/*
 * The doorbell as an interrupt of the host: two signals to the main thread.
 *
 * SIGURG is the doorbell.  A core that kicks the host sends it (tgkill); nobody else
 * uses it, and it is ignored by default.  SIGIO comes from the kernel when a core's
 * status pipe ends.  Death has a signal of its own because one pending signal can
 * stand for several events: with one signal for both, each doorbell would have to look
 * at the pipe, a system call for each message.  A handler does not know which core
 * sent its signal: that of SIGURG looks at every mailbox, that of SIGIO at every pipe,
 * and each calls the doorbell callback of the cores for which it found something.
 * Either signal may be the program's own: then its handler is called.
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

static void call_back(struct sim_core *core) {
    amp_doorbell_cb callback = core->doorbell_cb;
    if (callback != NULL) {
        callback(core->arg);
    }
}

void sim_signal_deliver(struct sim_core *core) {
    happened = 1;
    core->check = 1;
    call_back(core);
}

// Has it kicked us since its callback was called last?
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

// The handler leaves the bits in the mailbox, so a core that goes on kicking sends no
// more signals until a poll acknowledges them.  A poll from inside an endpoint's
// callback acknowledges, too, but takes no messages.  Therefore the signal of bits that
// were taken here, which may still be on its way, calls the callback all the same.
void sim_doorbell_ack(void *ctx) {
    struct sim_core *core = ctx;
    if (core->state == AMP_CORE_RUNNING
        && __atomic_load_n(&core->mailbox->to_host, __ATOMIC_RELAXED) != 0) {
        core->taken |= !core->told; // first: the signal may come at any point here
        __atomic_exchange_n(&core->mailbox->to_host, 0, __ATOMIC_SEQ_CST);
        core->told = 0;
    }
}

// ---- What is ours, and what is the program's ----

// What was there before us: of SIGURG, of SIGIO.
static struct sigaction before_us[2];

static void serve_kicks(void) {
    int saved = errno;
    for (struct sim_core *core = sim_cores; core != sim_cores_end; ++core) {
        if (has_rung(core)) {
            happened = 1;
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

static void leave_handler(void *context) {
    if (amp_sim_interrupted != NULL) {
        amp_sim_interrupted(context);
    }
}

// A signal that is not ours goes to the handler that the program had.  In the main
// thread it may stand for one of ours as well, because of two signals that are pending
// for a thread only one is delivered.  (The reverse cannot be: a program's own signal is
// sent to the process, and those are pending separately.)
// Not inlined, because then each doorbell would save the registers that this needs.
__attribute__((noinline)) static void hand_on(
    int signal, siginfo_t *info, void *context, void (*ours)(void)) {
    int saved = errno;
    const struct sigaction *action = &before_us[signal == SIGIO];
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
        leave_handler(context);
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

static void interrupted(int signal, siginfo_t *info, void *context) {
    if (is_from_core(info)) {
        serve_kicks();
        leave_handler(context);
    } else {
        hand_on(signal, info, context, serve_kicks);
    }
}

static void interrupted_faulty(int signal, siginfo_t *info, void *context) {
    if (is_from_core(info) || sim_fault_is_timer(info)) {
        sim_fault_interrupt();
        leave_handler(context);
    } else {
        hand_on(signal, info, context, sim_fault_interrupt);
    }
}

static bool is_death(const siginfo_t *info) {
    const struct sim_core *core = sim_cores;
    while (core != sim_cores_end && (core->pid == 0 || core->status != info->si_fd)) {
        ++core;
    }
    // Only with POLL_IN, POLL_HUP and so on is there such a field.
    return core != sim_cores_end && info->si_code > 0 && info->si_code < SI_KERNEL;
}

static void died(int signal, siginfo_t *info, void *context) {
    if (is_death(info)) {
        serve_deaths();
        leave_handler(context);
    } else {
        hand_on(signal, info, context, serve_deaths);
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
    sigaddset(&action.sa_mask, SIGURG); // a callback is not called twice at once
    sigaddset(&action.sa_mask, SIGIO);
    sigaction(signal, &action, NULL);
}

static bool installed;

void sim_signal_install(void) {
    if (installed) {
        return;
    }
    installed = true;
    sigaction(SIGURG, NULL, &before_us[0]);
    sigaction(SIGIO, NULL, &before_us[1]);
    install(SIGURG, sim_fault_is_on() ? interrupted_faulty : interrupted, &before_us[0]);
    install(SIGIO, died, &before_us[1]);
    // A parent may have left them blocked.
    sigset_t ours;
    sim_signal_set(&ours);
    sigprocmask(SIG_UNBLOCK, &ours, NULL);
}

// A handler that the program has put in place of ours since then stays.
void sim_signal_set_faulty(bool faulty) {
    struct sigaction now;
    sim_signal_install();
    sigaction(SIGURG, NULL, &now);
    if (now.sa_sigaction == interrupted || now.sa_sigaction == interrupted_faulty) {
        install(SIGURG, faulty ? interrupted_faulty : interrupted, &before_us[0]);
    }
}

void sim_signal_as_if(struct sim_core *core) {
    sigset_t ours;
    sigset_t before;
    sim_signal_set(&ours);
    sigprocmask(SIG_BLOCK, &ours, &before);
    sim_signal_deliver(core);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

// The handler runs in the thread that calls this: it sees the three steps in
// order, and none of them once set_doorbell_cb() has returned.
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
