/* The functions that the files of this folder share. */
#ifndef OPENAMP_UNIX_UNIX_H
#define OPENAMP_UNIX_UNIX_H

#include "../modopenamp.h"

#include <poll.h>
#include <sys/types.h>
#include <time.h>

// Does this run of the interpreter use the module?  Until it does, every function here
// only calls the port's own, so a program behaves as in a build without the module.
static inline bool openamp_unix_is_active(void) {
    return OPENAMP_RUN() != NULL;
}

// Is there work that mp_handle_pending() would do now?
static inline bool openamp_unix_is_pending(void) {
    return MP_STATE_VM(sched_state) == MP_SCHED_PENDING
        || MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL;
}

// mp_handle_pending(true) inside a system call of the port, where the lock around the
// interpreter is released.
static inline void openamp_unix_handle_pending(void) {
    MP_THREAD_GIL_ENTER();
    mp_handle_pending(true);
    MP_THREAD_GIL_EXIT();
}

// atomic.c: is a program running, or does the main thread wait at the prompt?
extern bool openamp_unix_in_program;

// sim/unix.c, emu/unix.c, linux/unix.c: the platform's set-up at the first use of the module.
void openamp_unix_begin_platform(void);

// sleep.c: ppoll() that fails with EINTR instead of sleeping if there is scheduled work.
int openamp_unix_poll(struct pollfd *fds, nfds_t count, const struct timespec *timeout);

// select.c: poll() with endpoints among the files.  False: there are none, nothing was done.
bool openamp_unix_poll_endpoints(struct pollfd *fds, nfds_t count, int timeout_ms, int *result);

// block.c: to be called at the end of a signal handler in the main thread, with its
// ucontext_t.
void openamp_unix_interrupted(void *context);

#if MICROPY_PY_THREAD
// lock.c: replace mp_thread_mutex_lock() and mp_thread_mutex_unlock() for lock objects.
int openamp_unix_lock(mp_thread_mutex_t *mutex, int wait);
void openamp_unix_unlock(mp_thread_mutex_t *mutex);
#endif

// prompt.c: replaces read() of standard input at the prompt.
ssize_t openamp_unix_prompt_read(
    ssize_t (*read)(int fd, void *buffer, size_t size), void *buffer, size_t size);

#endif // OPENAMP_UNIX_UNIX_H
