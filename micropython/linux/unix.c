/* Linux' rpmsg under MicroPython's unix port: looks for the bus's files, and sleeps for them. */
#define _GNU_SOURCE
#include "../unix/unix.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "py/runtime.h"

#include "ports/linux/wait.h"

void openamp_unix_begin_platform(void) {
    int file = amp_linux_interrupts();
    if (file < 0) {
        mp_raise_OSError(-file);
    }
}

unsigned char openamp_linux_turns = OPENAMP_LINUX_TURNS;

void openamp_linux_turn(void) {
    openamp_linux_turns = OPENAMP_LINUX_TURNS;
    if (openamp_unix_is_active() && OPENAMP_IS_MAIN_THREAD()) {
        amp_linux_ring(NULL, 0);
    }
}

int openamp_linux_ppoll(
    struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask);

// The shorter of *timeout (NULL: no limit) and `ms`; *longest is storage for the second.
static const struct timespec *shorten(
    const struct timespec *timeout, struct timespec *longest, uint32_t ms) {
    if (ms == AMP_FOREVER) {
        return timeout;
    }
    *longest =
        (struct timespec){.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    return timeout != NULL
            && (timeout->tv_sec < longest->tv_sec
                || (timeout->tv_sec == longest->tv_sec && timeout->tv_nsec <= longest->tv_nsec))
        ? timeout
        : longest;
}

// For a sleep that counts in milliseconds: -1, no limit; 0, not a whole number of milliseconds.
static int to_ms(const struct timespec *time) {
    enum { NS_PER_MS = 1000000, LONGEST_S = 2000000 }; // who sleeps longer asks again for the rest
    if (time == NULL) {
        return -1;
    }
    int s = time->tv_sec < LONGEST_S ? (int)time->tv_sec : LONGEST_S;
    return time->tv_nsec % NS_PER_MS != 0 ? 0 : s * 1000 + (int)(time->tv_nsec / NS_PER_MS);
}

// ppoll() that also waits for the bus's files.  It fails with EINTR when one of them is readable,
// and after a signal since the last sleep; so *mask is not used.
int openamp_linux_ppoll(
    struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask) {
    int files[AMP_LINUX_FILES];
    struct timespec longest;
    const struct timespec *until = shorten(timeout, &longest, amp_linux_timeout());
    unsigned ours = amp_linux_files(files);
    struct pollfd all[count + ours + 1];
    (void)mask;
    memcpy(all, fds, count * sizeof(*fds));
    for (unsigned i = 0; i < ours; ++i) {
        all[count + i] = (struct pollfd){.fd = files[i], .events = POLLIN};
    }
    struct pollfd *interrupts = &all[count + ours];
    *interrupts = (struct pollfd){.fd = amp_linux_interrupts(), .events = POLLIN};
    bool is_simple = count == 0 && ours == 1 && to_ms(until) != 0;
    int result = is_simple ? amp_linux_sleep(&all[0], to_ms(until))
                           : ppoll(all, count + ours + 1, until, NULL);
    int theirs = 0;
    for (nfds_t i = 0; i < count; ++i) {
        fds[i].revents = result > 0 ? all[i].revents : 0;
        theirs += fds[i].revents != 0;
    }
    if (result < 0 || theirs != 0) {
        return result < 0 ? result : theirs;
    }
    bool interrupted = interrupts->revents != 0 && amp_linux_interrupted();
    if (amp_linux_ring(&all[count], ours) || interrupted || until != timeout) {
        errno = EINTR; // who sleeps looks how much time is left
        return -1;
    }
    return 0;
}
