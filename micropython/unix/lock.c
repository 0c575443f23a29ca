/*
 * _thread's lock.acquire() in the main thread of MicroPython's unix port.
 *
 * The port waits in pthread_mutex_lock(), which no signal ends, so that neither doorbells
 * nor Ctrl-C would have an effect.  Here the main thread tries to lock, and sleeps in
 * ppoll() until a lock is released or a signal comes.  Only lock objects are locked here:
 * for py/modthread.c alone mp_thread_mutex_lock is defined as openamp_unix_lock (see
 * openamp.mk).  The interpreter's own mutexes are not affected, because nothing may run
 * while it waits for one.
 */
#define _GNU_SOURCE
#include "unix.h"

#if MICROPY_PY_THREAD

#include <errno.h>
#include <sys/eventfd.h>

// An eventfd: a thread that releases a lock while the main thread waits for one writes to it.
static int released = -1;
static bool waits;

// Try to lock; if that fails, sleep until some lock is released.  Returns the result of the
// try: 1, it is locked now; 0, another thread has it; or a negative errno.
static int sleep_and_try(mp_thread_mutex_t *mutex) {
    // `waits` is set before the try, so a thread that releases the lock after it sees that.
    __atomic_store_n(&waits, true, __ATOMIC_SEQ_CST);
    eventfd_t count;
    eventfd_read(released, &count);
    int result = mp_thread_mutex_lock(mutex, 0);
    if (result == 0) {
        struct pollfd file = {.fd = released, .events = POLLIN};
        openamp_unix_poll(&file, 1, NULL);
    }
    __atomic_store_n(&waits, false, __ATOMIC_SEQ_CST);
    return result;
}

static bool is_ours(const mp_thread_mutex_t *mutex) {
#if MICROPY_PY_THREAD_GIL
    if (mutex == &MP_STATE_VM(gil_mutex)) {
        return false; // the lock around the interpreter, which the port's macros use
    }
#endif
    return openamp_unix_is_active() && mp_thread_is_main_thread();
}

int openamp_unix_lock(mp_thread_mutex_t *mutex, int wait) {
    if (!wait || !is_ours(mutex)) {
        return mp_thread_mutex_lock(mutex, wait);
    }
    int result = mp_thread_mutex_lock(mutex, 0);
    if (result == 0 && released < 0) {
        released = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        result = released < 0 ? -errno : 0;
    }
    while (result == 0) {
        result = sleep_and_try(mutex);
        if (result == 0) {
            openamp_unix_handle_pending();
        }
    }
    return result;
}

void openamp_unix_unlock(mp_thread_mutex_t *mutex) {
    mp_thread_mutex_unlock(mutex);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (__atomic_load_n(&waits, __ATOMIC_SEQ_CST)) {
        eventfd_write(released, 1);
    }
}

#endif // MICROPY_PY_THREAD
