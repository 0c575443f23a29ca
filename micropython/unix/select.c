/*
 * select.poll() of endpoints in MicroPython's unix port, without an interval.
 *
 * The port asks an object that has no file descriptor every millisecond.  So an endpoint
 * says that it has one: a number above all that the kernel gives, which is no file.  poll()
 * is ours (sleep.c): it looks at the endpoints of such numbers itself, and sleeps as every
 * sleep here does, until a doorbell's signal comes.  The port then runs the work that is due
 * and calls again.
 */
#define _GNU_SOURCE
#include "../endpoint.h"
#include "unix.h"

#include <errno.h>

#if MICROPY_PY_OPENAMP_RECEIVE

#include "py/stream.h"

enum { FIRST_FILE = 0x40000000 };

int openamp_unix_fileno(openamp_endpoint_obj_t *self) {
    static int last = FIRST_FILE;
    if (self->file == 0) {
        self->file = ++last;
    }
    return self->file;
}

static openamp_endpoint_obj_t *find(int file) {
    for (unsigned i = 0; i < MICROPY_PY_OPENAMP_CORES; ++i) {
        openamp_endpoint_obj_t *self =
            openamp_remotes[i].open ? OPENAMP_RUN()->core[i].endpoints : NULL;
        for (; self != NULL; self = self->next) {
            if (self->file == file) {
                return self;
            }
        }
    }
    return NULL;
}

// Look at one.  *ms is how long to sleep before looking again.
static short look(const struct pollfd *file, uint32_t *ms) {
    openamp_endpoint_obj_t *self = find(file->fd);
    if (self == NULL) {
        return POLLNVAL; // it was closed
    }
    if (file->events & POLLOUT) {
        uint32_t limit = OPENAMP_BUS(self->remote, room_timeout, 0);
        if (limit != 0 && limit < *ms) {
            *ms = limit; // some peers never kick for room
        }
    }
    // The numbers are the same.
    return (short)openamp_endpoint_poll(self, (mp_uint_t)(unsigned short)file->events);
}

// How many of ours are among them; *ready of which are ready.
static nfds_t look_at_all(struct pollfd *fds, nfds_t count, int *ready, uint32_t *ms) {
    nfds_t ours = 0;
    *ready = 0;
    MP_THREAD_GIL_ENTER();
    for (nfds_t i = 0; i < count; ++i) {
        if (fds[i].fd > FIRST_FILE) {
            fds[i].revents = look(&fds[i], ms);
            *ready += fds[i].revents != 0;
            ++ours;
        }
    }
    MP_THREAD_GIL_EXIT();
    return ours;
}

// Hide ours from the kernel, which ignores negative numbers; and show them again.
static void turn(struct pollfd *fds, nfds_t count, bool hide) {
    for (nfds_t i = 0; i < count; ++i) {
        if (hide ? fds[i].fd > FIRST_FILE : fds[i].fd < -FIRST_FILE) {
            fds[i].fd = ~fds[i].fd;
        }
    }
}

bool openamp_unix_poll_endpoints(struct pollfd *fds, nfds_t count, int timeout_ms, int *result) {
    int ready;
    uint32_t ms = AMP_FOREVER;
    if (look_at_all(fds, count, &ready, &ms) == 0) {
        return false;
    }
    bool shortened = timeout_ms < 0 ? ms != AMP_FOREVER : ms < (uint32_t)timeout_ms;
    ms = shortened ? ms : (uint32_t)timeout_ms;
    struct timespec timeout = {
        .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    if (ready != 0 || timeout_ms == 0) {
        timeout = (struct timespec){0};
    }
    short revents[count]; // of ours: the kernel clears them
    for (nfds_t i = 0; i < count; ++i) {
        revents[i] = fds[i].revents;
    }
    MICROPY_PY_OPENAMP_ENTER(); // no Ctrl-C jumps out while they are hidden
    turn(fds, count, true);
    bool forever = ready == 0 && timeout_ms < 0 && !shortened;
    int others = ready != 0 || timeout_ms == 0
        ? ppoll(fds, count, &timeout, NULL)
        : openamp_unix_poll(fds, count, forever ? NULL : &timeout);
    turn(fds, count, false);
    MICROPY_PY_OPENAMP_LEAVE();
    for (nfds_t i = 0; i < count; ++i) {
        if (fds[i].fd > FIRST_FILE) {
            fds[i].revents = revents[i];
        }
    }
    *result = others < 0 && ready != 0 ? ready : others < 0 ? others : others + ready;
    if (*result == 0 && shortened) {
        errno = EINTR; // the port looks how much time is left, and calls again
        *result = -1;
    }
    return true;
}

#endif // MICROPY_PY_OPENAMP_RECEIVE
