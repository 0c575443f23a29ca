/*
 * Sleeping in MicroPython's unix port without losing an interrupt.
 *
 * The port looks for scheduled work and then sleeps in select(), poll() or usleep();
 * a signal that comes between the two is only noticed when the sleep ends.  Here the
 * three are replaced (--wrap and calls.h, see openamp.mk) by functions that close this
 * gap: they block all signals, look for scheduled work once more, and sleep in ppoll(),
 * which unblocks the signals and begins to sleep in one step.  A signal then ends the
 * sleep with EINTR, after which the port itself runs the work and sleeps for the rest of
 * the time.  (block.c does the same for other calls.)
 */
#define _GNU_SOURCE
#include "unix.h"

#include <errno.h>
#include <signal.h>
#include <sys/select.h>
#include <unistd.h>

#define OPENAMP_UNIX_NO_CALLS
#include "calls.h"

// The sleep itself.  emu runs its cores in it, and linux waits for the kernel's files, too.
#ifdef MICROPY_PY_OPENAMP_PPOLL
int MICROPY_PY_OPENAMP_PPOLL(
    struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask);
#else
#define MICROPY_PY_OPENAMP_PPOLL ppoll
#endif

#ifdef MICROPY_PY_OPENAMP_WAKE

// A signal that schedules work has the next ppoll() of this platform fail with EINTR, also one
// that begins later.
#define block_signals(before) (*(before) = (sigset_t){{0}})
#define unblock_signals(before) ((void)(before))

#else

// Block all signals; *before is the former mask, with which to sleep.
static void block_signals(sigset_t *before) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, before);
}

static void unblock_signals(const sigset_t *before) {
    int saved = errno;
    pthread_sigmask(SIG_SETMASK, before, NULL);
    errno = saved;
}

#endif

static int fail_interrupted(void) {
    errno = EINTR;
    return -1;
}

int openamp_unix_poll(struct pollfd *fds, nfds_t count, const struct timespec *timeout) {
    sigset_t before;
    block_signals(&before);
    int result = openamp_unix_is_pending() ? fail_interrupted()
                                           : MICROPY_PY_OPENAMP_PPOLL(fds, count, timeout, &before);
    unblock_signals(&before);
    return result;
}

static struct timespec from_us(unsigned long us) {
    return (struct timespec){
        .tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000) * 1000};
}

void openamp_unix_wait(unsigned long ms, const volatile bool *unless) {
    struct timespec timeout = {
        .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    sigset_t before;
    block_signals(&before);
    if (!*unless && !openamp_unix_is_pending()) {
        MICROPY_PY_OPENAMP_PPOLL(NULL, 0, &timeout, &before);
    }
    unblock_signals(&before);
}

int __real_poll(struct pollfd *fds, nfds_t count, int timeout_ms);
int __real_usleep(useconds_t us);
void __real_mp_event_wait_ms(mp_uint_t timeout_ms);
void __real_mp_event_wait_indefinite(void);

// Must the port's own function be called?  Yes, in other threads, and until the module is used.
static bool is_stock(void) {
    return !openamp_unix_is_active() || !mp_thread_is_main_thread();
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout_ms) {
#if MICROPY_PY_OPENAMP_RECEIVE
    int result;
    if (!is_stock() && openamp_unix_poll_endpoints(fds, count, timeout_ms, &result)) {
        return result;
    }
#endif
    if (timeout_ms == 0 || is_stock()) {
        return __real_poll(fds, count, timeout_ms);
    }
    struct timespec timeout = from_us((unsigned long)timeout_ms * 1000);
    return openamp_unix_poll(fds, count, timeout_ms < 0 ? NULL : &timeout);
}

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

// Where the port waits for an event it calls usleep(); here an event ends the wait.
void __wrap_mp_event_wait_ms(mp_uint_t timeout_ms) {
    if (is_stock()) {
        __real_mp_event_wait_ms(timeout_ms);
        return;
    }
    // The sleep may be shorter than `timeout_ms`, and has to be: another thread can schedule
    // work without waking this one.
    mp_event_handle_nowait();
    struct timespec timeout = from_us(500);
    openamp_unix_poll(NULL, 0, &timeout);
}

void __wrap_mp_event_wait_indefinite(void) {
    if (is_stock()) {
        __real_mp_event_wait_indefinite();
        return;
    }
    __wrap_mp_event_wait_ms(0);
}

// For time.sleep_us(), which runs no scheduled work, and ends early only for an exception.
int __wrap_usleep(useconds_t us) {
    if (is_stock()) {
        return __real_usleep(us);
    }
    struct timespec timeout;
    int64_t end = now_us() + us;
    int64_t left = us;
    sigset_t before;
    block_signals(&before);
    while (left > 0 && MP_STATE_MAIN_THREAD(mp_pending_exception) == MP_OBJ_NULL) {
        timeout = from_us((unsigned long)left);
        MICROPY_PY_OPENAMP_PPOLL(NULL, 0, &timeout, &before);
        left = end - now_us();
    }
    unblock_signals(&before);
    return 0;
}

// time.sleep() calls select() without files.  After EINTR the port runs the scheduled work
// and sleeps again for the time in *timeout.  That does not count the time of the work, so
// the end of an interrupted sleep is remembered here.
static struct {
    const struct timeval *timeout;
    int64_t left;
    int64_t end;
} interrupted_sleep;

int openamp_unix_select(
    int count, fd_set *read, fd_set *write, fd_set *except, struct timeval *timeout) {
    if (count != 0 || timeout == NULL || is_stock()) {
        return select(count, read, write, except, timeout);
    }
    int64_t length = (int64_t)timeout->tv_sec * 1000000 + timeout->tv_usec;
    int64_t end = now_us() + length;
    if (timeout == interrupted_sleep.timeout && length == interrupted_sleep.left) {
        end = interrupted_sleep.end;
    }
    interrupted_sleep.timeout = NULL;
    sigset_t before;
    block_signals(&before);
    int64_t left = end - now_us();
    if (left > 0 && !openamp_unix_is_pending()) {
        struct timespec duration = from_us((unsigned long)left);
        MICROPY_PY_OPENAMP_PPOLL(NULL, 0, &duration, &before);
        left = end - now_us();
    }
    unblock_signals(&before);
    if (left <= 0) {
        return 0;
    }
    // Make it less than `length`, so that a new sleep of that length is not taken for the rest
    // of this one.
    left = MIN(left, length - 1);
    timeout->tv_sec = (time_t)(left / 1000000);
    timeout->tv_usec = (suseconds_t)(left % 1000000);
    interrupted_sleep.timeout = timeout;
    interrupted_sleep.left = left;
    interrupted_sleep.end = end;
    return fail_interrupted();
}
