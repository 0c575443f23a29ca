/*
 * Endpoint as a stream: read(), readinto(), readline(), write(), close(), select.poll().
 *
 * A reader gets the bytes of the messages one after the other: it does not see where a
 * message ends, empty messages are skipped, and the rest of a message that was read in part
 * stays.  Written bytes are gathered in a transmit buffer, which is sent when it is full or
 * at the next poll of the remote: a print() writes pieces of a few bytes, and 64 messages
 * would fill a ring.  The write itself schedules that poll, so no timer is needed.
 *
 * A stream does not wait, unless the constructor was given a timeout.
 */
#include "endpoint.h"

#if MICROPY_PY_OPENAMP_RECEIVE

#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/stream.h"

// The Endpoint of an object, which may be of a subclass.
static openamp_endpoint_obj_t *endpoint_of(mp_obj_t self_in) {
    mp_obj_t native = mp_obj_cast_to_native_base(self_in, MP_OBJ_FROM_PTR(&openamp_endpoint_type));
    if (native == MP_OBJ_NULL || mp_obj_get_type(native) != &openamp_endpoint_type) {
        mp_raise_TypeError(MP_ERROR_TEXT("super().__init__() was not called"));
    }
    openamp_check_thread();
    return MP_OBJ_TO_PTR(native);
}

// Wait until is_so(), for the rest of the stream's timeout, which began at *start.  With the
// timeout 0, poll once.
static bool wait_for(
    openamp_endpoint_obj_t *self, bool (*is_so)(openamp_endpoint_obj_t *self), mp_uint_t *start) {
    mp_int_t limit = self->timeout;
    if (limit > 0) {
        mp_uint_t passed = mp_hal_ticks_ms() - *start;
        limit = passed < (mp_uint_t)limit ? limit - (mp_int_t)passed : 0;
    } else if (limit == 0 && *start == 0) {
        return false;
    }
    *start = limit == 0 ? 0 : *start;
    return openamp_wait_quietly(self, is_so, limit);
}

// ---- Reading ----

// Is there something to read: bytes, or the end?
static bool is_readable(openamp_endpoint_obj_t *self) {
    return self->eof && self->ended ? true : self->queued != 0;
}

static mp_uint_t read_some(openamp_endpoint_obj_t *self, byte *buf, mp_uint_t size) {
    mp_uint_t done = 0;
    while (self->queued != 0 && !(self->ended && self->before_end == 0)) {
        const openamp_entry_t *entry = openamp_entry(self->remote, self->first);
        size_t len = MIN(size - done, entry->rx.len - self->offset);
        memcpy(buf + done, (const byte *)entry->rx.data + self->offset, len);
        done += len;
        self->offset += len;
        if (self->offset != entry->rx.len) {
            break;
        }
        openamp_drop_first(self);
    }
    return done;
}

static mp_uint_t fail(int *errcode, int error) {
    *errcode = error;
    return MP_STREAM_ERROR;
}

static mp_uint_t endpoint_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    openamp_endpoint_obj_t *self = endpoint_of(self_in);
    if (openamp_endpoint_is_closed(self)) {
        return fail(errcode, AMP_ENOTCONN);
    }
    if (self->callback != mp_const_none) {
        return fail(errcode, AMP_EINVAL);
    }
    if (size == 0) {
        return 0;
    }
    openamp_look_at_changes(self->remote);
    openamp_mark_read(self);
    mp_uint_t done;
    mp_uint_t start = mp_hal_ticks_ms();
    do {
        done = read_some(self, buf, size);
        if (done == 0 && self->ended && self->before_end == 0) {
            if (self->in_line && self->eof) {
                return 0; // the end of the line; the next read gets the end of the stream
            }
            self->ended = false;
            if (self->eof) {
                return 0;
            }
            done = read_some(self, buf, size);
        }
    } while (done == 0 && wait_for(self, is_readable, &start));
    self->in_line = self->reads_line;
    return done != 0 ? done : fail(errcode, MP_EAGAIN);
}

// read(): the bytes that wait, or at most as many as asked for.  MicroPython's own read() would
// read once more, and so swallow the end of the stream.
static mp_obj_t endpoint_read_method(size_t n_args, const mp_obj_t *args) {
    openamp_endpoint_obj_t *self = endpoint_of(args[0]);
    mp_int_t size = n_args == 1 || args[1] == mp_const_none ? -1 : mp_obj_get_int(args[1]);
    mp_obj_t once[2] = {args[0], MP_OBJ_NEW_SMALL_INT(size)};
    if (size < 0) {
        size_t len = 0;
        openamp_look_at_changes(self->remote);
        for (unsigned index = self->first, left = self->queued; left != 0; --left) {
            len += openamp_entry(self->remote, index)->rx.len;
            index = openamp_entry(self->remote, index)->next;
        }
        once[1] = MP_OBJ_NEW_SMALL_INT(MAX(len - self->offset, 1));
    }
    return mp_call_function_n_kw(MP_OBJ_FROM_PTR(&mp_stream_read1_obj), 2, 0, once);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(openamp_endpoint_read_obj, 1, 2, endpoint_read_method);

static mp_obj_t endpoint_readline(size_t n_args, const mp_obj_t *args) {
    openamp_endpoint_obj_t *self = endpoint_of(args[0]);
    nlr_buf_t nlr;
    self->reads_line = true;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t line = mp_call_function_n_kw(
            MP_OBJ_FROM_PTR(&mp_stream_unbuffered_readline_obj), n_args, 0, args);
        nlr_pop();
        self->reads_line = self->in_line = false;
        return line;
    }
    self->reads_line = self->in_line = false;
    nlr_jump(nlr.ret_val);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(openamp_endpoint_readline_obj, 1, 2, endpoint_readline);

// ---- Writing ----

void openamp_flush_one(openamp_endpoint_obj_t *self) {
    openamp_remote_t *remote = self->remote;
    int sent = -AMP_ENOTCONN;
    MICROPY_PY_OPENAMP_ENTER();
    if (self->ept.dest != AMP_ADDR_ANY) {
        sent = OPENAMP_BUS(
            remote, commit, &self->gather, self->ept.addr, self->ept.dest, self->gathered);
    }
    if (sent < 0) {
        OPENAMP_BUS(remote, cancel, &self->gather); // nobody would receive it
    }
    self->gathered = 0;
    MICROPY_PY_OPENAMP_LEAVE();
    openamp_count_sent(self, sent);
}

void openamp_flush_all(openamp_remote_t *remote) {
    openamp_endpoint_obj_t *self = OPENAMP_RUN_OF(remote)->endpoints;
    remote->gathers = false;
    for (; self != NULL; self = self->next) {
        openamp_flush(self);
    }
}

// Gather and send as many bytes of `buf` as there is room for.
static mp_uint_t write_some(openamp_endpoint_obj_t *self, const byte *buf, mp_uint_t size) {
    openamp_remote_t *remote = self->remote;
    mp_uint_t done = 0;
    while (done < size) {
        if (self->gathered == 0
            && OPENAMP_UNINTERRUPTED(OPENAMP_BUS(remote, claim, &self->gather)) < 0) {
            break;
        }
        size_t len = MIN(size - done, self->gather.size - self->gathered);
        memcpy((byte *)self->gather.data + self->gathered, buf + done, len);
        self->gathered += len;
        done += len;
        if (self->gathered == self->gather.size) {
            openamp_flush_one(self);
        }
    }
    if (self->gathered != 0 && !remote->gathers) {
        remote->gathers = true;
        openamp_doorbell(remote);
    }
    return done;
}

static bool has_room(openamp_endpoint_obj_t *self) {
    openamp_remote_t *remote = self->remote;
    return OPENAMP_OPS(remote)->is_ready(&self->ept)
        && (self->gathered != 0 || OPENAMP_BUS(remote, room_timeout, 0) == 0);
}

// A console (eof=False) waits for room only: not while no peer is bound, and not if its last
// write waited in vain, because its reader may have stopped.
static bool is_worth_waiting(const openamp_endpoint_obj_t *self) {
    return self->eof || (OPENAMP_OPS(self->remote)->is_ready(&self->ept) && !self->stalled);
}

static mp_uint_t endpoint_write(mp_obj_t self_in, const void *buf, mp_uint_t size, int *errcode) {
    openamp_endpoint_obj_t *self = endpoint_of(self_in);
    openamp_remote_t *remote = self->remote;
    self->wants_ready = false;
    openamp_look_at_changes(remote);
    mp_uint_t done = 0;
    mp_uint_t start = mp_hal_ticks_ms();
    do {
        if (openamp_endpoint_is_closed(self)) {
            return fail(errcode, AMP_ENOTCONN);
        }
        if (self->eof && !OPENAMP_BUS(remote, is_up)) {
            return fail(errcode, AMP_EPIPE);
        }
        if (OPENAMP_OPS(remote)->is_ready(&self->ept)) {
            done += write_some(self, (const byte *)buf + done, size - done);
        }
    } while (done < size && is_worth_waiting(self) && wait_for(self, has_room, &start));
    self->stalled = done < size && OPENAMP_OPS(remote)->is_ready(&self->ept);
    return done != 0 || size == 0 ? done : fail(errcode, MP_EAGAIN);
}

// ---- select.poll() ----

mp_uint_t openamp_endpoint_poll(openamp_endpoint_obj_t *self, mp_uint_t events) {
    openamp_remote_t *remote = self->remote;
    mp_uint_t result = 0;
    if (openamp_endpoint_is_closed(self)) {
        return MP_STREAM_POLL_NVAL;
    }
    openamp_look_at_changes(remote);
    if (events & MP_STREAM_POLL_RD) {
        openamp_mark_read(self);
        if (self->queued == 0) {
            openamp_poll(remote);
        }
        result |= is_readable(self) ? MP_STREAM_POLL_RD : 0;
    }
    if (self->eof && self->ended && self->before_end == 0) {
        result |= MP_STREAM_POLL_HUP;
    }
    if (events & MP_STREAM_POLL_WR) {
        bool became_ready = self->wants_ready && OPENAMP_OPS(remote)->is_ready(&self->ept);
        if (became_ready || has_room(self)) {
            self->wants_ready = false;
            result |= MP_STREAM_POLL_WR;
        } else if (self->eof && !self->wants_ready && !OPENAMP_BUS(remote, is_up)) {
            result |= MP_STREAM_POLL_HUP;
        }
    }
    return result;
}

static mp_uint_t endpoint_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    openamp_endpoint_obj_t *self = endpoint_of(self_in);
    switch (request) {
        case MP_STREAM_POLL:
            return openamp_endpoint_poll(self, arg);
        case MP_STREAM_FLUSH:
            openamp_flush(self);
            return 0;
        case MP_STREAM_CLOSE:
            openamp_endpoint_close(self);
            return 0;
#ifdef MICROPY_PY_OPENAMP_FILENO
        case MP_STREAM_GET_FILENO:
            return (mp_uint_t)MICROPY_PY_OPENAMP_FILENO(self);
#endif
        default:
            return fail(errcode, MP_EINVAL);
    }
}

const mp_stream_p_t openamp_endpoint_stream = {
    .read = endpoint_read,
    .write = endpoint_write,
    .ioctl = endpoint_ioctl,
};

#endif // MICROPY_PY_OPENAMP_RECEIVE
