/* What the files of this folder share. */
#ifndef OPENAMP_UNIX_UNIX_H
#define OPENAMP_UNIX_UNIX_H

#include "../modopenamp.h"

#include <poll.h>
#include <sys/types.h>
#include <time.h>

// Does this run of the interpreter use the module?  Until it does, every function
// here is the port's own: the program behaves as in a build without the module.
static inline bool openamp_unix_is_active(void) {
    return OPENAMP_RUN() != NULL;
}

// Is there work that mp_handle_pending() would do now?
static inline bool openamp_unix_is_pending(void) {
    return MP_STATE_VM(sched_state) == MP_SCHED_PENDING
        || MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL;
}

// mp_handle_pending(true), from inside a system call of the port, where it has let
// go of the lock around the interpreter.
static inline void openamp_unix_handle_pending(void) {
    MP_THREAD_GIL_ENTER();
    mp_handle_pending(true);
    MP_THREAD_GIL_EXIT();
}

// atomic.c: is a program running, or does the main thread wait at the prompt?
extern bool openamp_unix_in_program;

// sim/unix.c, emu/unix.c: at the first use of the module.
void openamp_unix_begin_platform(void);

// sleep.c: ppoll() that does not begin to sleep with work pending.
int openamp_unix_poll(struct pollfd *fds, nfds_t count, const struct timespec *timeout);

// select.c: poll() where endpoints are among the files.  False: none is.
bool openamp_unix_poll_endpoints(struct pollfd *fds, nfds_t count, int timeout_ms, int *result);

// block.c: the end of a signal's handler in the main thread; `context` is the
// ucontext_t that it came with.
void openamp_unix_interrupted(void *context);

#if MICROPY_PY_THREAD
// lock.c: mp_thread_mutex_lock() and mp_thread_mutex_unlock() of lock objects.
int openamp_unix_lock(mp_thread_mutex_t *mutex, int wait);
void openamp_unix_unlock(mp_thread_mutex_t *mutex);
#endif

// prompt.c: what read() gives at the prompt.
ssize_t openamp_unix_prompt_read(
    ssize_t (*read)(int fd, void *buffer, size_t size), void *buffer, size_t size);

#endif // OPENAMP_UNIX_UNIX_H
