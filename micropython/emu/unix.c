/*
 * The emulated cores under MicroPython's unix port: they run at some jumps of the VM, and
 * in each sleep.
 */
#define _GNU_SOURCE
#include "../unix/unix.h"

#include <errno.h>
#include <signal.h>

#include "ports/emu/emu.h"

// Nothing to set up: the emulated cores send no signals.
void openamp_unix_begin_platform(void) {
}

unsigned char openamp_emu_turns = OPENAMP_EMU_TURNS;

void openamp_emu_turn(void) {
    openamp_emu_turns = OPENAMP_EMU_TURNS;
    if (OPENAMP_IS_MAIN_THREAD()) {
        (void)amp_emu_run(OPENAMP_EMU_SLICE);
    }
}

int openamp_emu_ppoll(
    struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask);

static int64_t to_ns(const struct timespec *time) {
    return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

// Monotonic time.
static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return to_ns(&now);
}

// Run the cores with the signal mask `mask`: another thread that collects garbage waits for
// the handler of a signal in this thread.
static uint64_t run_cores(const sigset_t *mask) {
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, mask, &blocked);
    uint64_t idle_us = amp_emu_run(OPENAMP_EMU_LONG_SLICE);
    pthread_sigmask(SIG_SETMASK, &blocked, NULL);
    return idle_us;
}

// ppoll() that runs the cores while it sleeps.  It fails with EINTR after a doorbell of
// a core, as it does after a signal.
int openamp_emu_ppoll(
    struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask) {
    const int64_t longest = INT64_C(3600) * 1000000000;
    int64_t end = timeout == NULL ? INT64_MAX : now_ns() + to_ns(timeout);
    uint32_t events = amp_emu_events();
    int result;
    int64_t left;
    do {
        uint64_t idle_us = run_cores(mask);
        if (amp_emu_events() != events || MP_STATE_VM(sched_state) == MP_SCHED_PENDING
            || MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL) {
            errno = EINTR;
            return -1;
        }
        left = end - now_ns();
        int64_t part = left < 0 ? 0 : MIN(left, longest);
        if (idle_us < (uint64_t)part / 1000) {
            part = (int64_t)idle_us * 1000;
        }
        struct timespec sleep = {
            .tv_sec = (time_t)(part / 1000000000), .tv_nsec = (long)(part % 1000000000)};
        result = ppoll(fds, count, &sleep, mask);
    } while (result == 0 && left > 0);
    return result;
}
