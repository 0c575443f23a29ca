/*
 * select.poll() of endpoints in MicroPython's unix port, without an interval.
 *
 * The port asks an object without a file descriptor every millisecond.  So an endpoint
 * claims to have one: a number above all those of the kernel, which is no file.  poll() is
 * replaced (sleep.c): it looks at the endpoints of such numbers itself, and sleeps until
 * the signal of a doorbell.  The port then runs the scheduled work and calls poll() again.
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

// The events of one endpoint.  *ms is lowered to the time after which to look again.
static short look(const struct pollfd *file, uint32_t *ms) {
    openamp_endpoint_obj_t *self = find(file->fd);
    if (self == NULL) {
        return POLLNVAL; // the endpoint was closed
    }
    if (file->events & POLLOUT) {
        uint32_t limit = OPENAMP_BUS(self->remote, room_timeout, 0);
        if (limit != 0 && limit < *ms) {
            *ms = limit; // some peers never kick for room
        }
    }
    // POLLIN and so on have the same numbers as MP_STREAM_POLL_RD and so on.
    return (short)openamp_endpoint_poll(self, (mp_uint_t)(unsigned short)file->events);
}

// Look at all endpoints among the files.  Returns their number; *ready of them are ready.
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

// Hide the endpoints from the kernel, which ignores negative numbers; or show them again.
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
    short revents[count]; // of endpoints, as the kernel clears them
    for (nfds_t i = 0; i < count; ++i) {
        revents[i] = fds[i].revents;
    }
    MICROPY_PY_OPENAMP_ENTER(); // Ctrl-C must not jump out while numbers are hidden
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
        errno = EINTR; // makes the port call again for the time that is left
        *result = -1;
    }
    return true;
}

#endif // MICROPY_PY_OPENAMP_RECEIVE
