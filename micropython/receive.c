/* Endpoint without a callback: recv() and its like, wait_ready(), irq(), stats(). */
#include "endpoint.h"

#if MICROPY_PY_OPENAMP_RECEIVE

#include <string.h>

#include "py/mphal.h"

// ---- Waiting ----

// Does the platform's wait itself look whether the bus has something, and ring its doorbell?
// Then a poll before it is in vain.
#ifndef MICROPY_PY_OPENAMP_WAIT_LOOKS
#define MICROPY_PY_OPENAMP_WAIT_LOOKS (0)
#endif

void openamp_raise_blocked(const openamp_remote_t *remote) {
    openamp_raise(AMP_EDEADLK, MP_ERROR_TEXT("%s is full: read it, or release what it holds"),
        remote->left->ept.name);
}

// Sleep once while waiting for a message, at most `ms` milliseconds.  *slept is the argument
// and the result of amp_rpmsg_message_timeout().
static void wait_for_message(
    const openamp_endpoint_obj_t *self, mp_uint_t ms, mp_uint_t *blocked_since, uint32_t *slept) {
    openamp_remote_t *remote = self->remote;
    *slept = OPENAMP_BUS(remote, message_timeout, *slept);
    mp_uint_t now = OPENAMP_MAY_BLOCK || *slept != AMP_FOREVER ? mp_hal_ticks_ms() : 0;
    ms = MIN(ms, *slept);
    if (!openamp_is_blocked(remote)) {
        *blocked_since = now;
    } else if (now - *blocked_since >= OPENAMP_DEADLOCK_MS) {
        openamp_raise_blocked(remote);
    } else {
        ms = MIN(ms, OPENAMP_DEADLOCK_MS);
    }
    if (!remote->poll_due) {
        MICROPY_PY_OPENAMP_WAIT(ms, &remote->poll_due);
    }
    if (*slept == AMP_FOREVER || mp_hal_ticks_ms() - now < *slept) {
        *slept = 0; // an event ended the sleep, not the time
    }
}

static bool has_message(openamp_endpoint_obj_t *self) {
    return self->queued != 0;
}

static bool is_ready(openamp_endpoint_obj_t *self) {
    return OPENAMP_OPS(self->remote)->is_ready(&self->ept);
}

// Has the session, or the service, ended during a wait for a message?  A handler may have
// started the core again since, so the link is not down.
static bool missed_end(openamp_endpoint_obj_t *self, bool (*is_so)(openamp_endpoint_obj_t *self)) {
    return is_so == has_message && self->ended;
}

static bool wait_until(openamp_endpoint_obj_t *self, bool (*is_so)(openamp_endpoint_obj_t *self),
    mp_int_t timeout, const char *what, bool needs_link) {
    openamp_remote_t *remote = self->remote;
    mp_uint_t start = OPENAMP_MAY_BLOCK || timeout > 0 ? mp_hal_ticks_ms() : 0;
    mp_uint_t blocked_since = start;
    uint32_t slept = 0;
    for (;;) {
        mp_handle_pending(true); // polls if the doorbell has rung
        if (is_so(self)) {
            return true;
        }
        // Inside a callback no scheduled work runs, so poll here.
        if (!MICROPY_PY_OPENAMP_WAIT_LOOKS || timeout == 0 || remote->poll_due
            || !OPENAMP_BUS(remote, is_up) || MP_STATE_VM(sched_state) == MP_SCHED_LOCKED) {
            openamp_poll(remote);
            if (is_so(self)) {
                return true;
            }
        }
        bool quiet = what == NULL;
        if (openamp_endpoint_is_closed(self)
            || (needs_link && (!OPENAMP_BUS(remote, is_up) || missed_end(self, is_so)))) {
            if (quiet) {
                return false;
            }
            openamp_raise_down(self);
        }
        if (timeout == 0) {
            return false;
        }
        if (OPENAMP_BUS(remote, is_polling)) {
            if (quiet) {
                return false;
            }
            openamp_raise(AMP_EDEADLK, MP_ERROR_TEXT("nothing comes inside a callback"));
        }
        mp_uint_t passed = timeout > 0 ? mp_hal_ticks_ms() - start : 0;
        if (timeout > 0 && passed >= (mp_uint_t)timeout) {
            if (quiet) {
                return false;
            }
            openamp_raise_state(AMP_ETIMEDOUT, remote, self->ept.name, what);
        }
        openamp_measure_unconsumed(remote);
        wait_for_message(self, timeout < 0 ? OPENAMP_WAIT_FOREVER : (mp_uint_t)timeout - passed,
            &blocked_since, &slept);
    }
}

bool openamp_wait_quietly(
    openamp_endpoint_obj_t *self, bool (*is_so)(openamp_endpoint_obj_t *self), mp_int_t timeout) {
    return wait_until(self, is_so, timeout, NULL, false);
}

bool openamp_wait_message(openamp_endpoint_obj_t *self, mp_int_t timeout) {
    openamp_check_thread();
    openamp_look_at_changes(self->remote);
    openamp_mark_read(self);
    if (self->before_end == 0 && OPENAMP_BUS(self->remote, is_up)) {
        self->ended = false; // the program goes on in this session
    }
    if (self->queued == 0) {
        if (self->callback != mp_const_none && !openamp_endpoint_is_closed(self)) {
            openamp_raise(AMP_EINVAL, MP_ERROR_TEXT("%s has a callback, which gets its messages"),
                self->ept.name);
        }
        if (!wait_until(self, has_message, timeout, " got nothing in time: ", true)) {
            return false;
        }
    }
    return true;
}

static mp_obj_t endpoint_wait_ready(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {{MP_QSTR_timeout, MP_ARG_INT, {.u_int = -1}}};
    mp_arg_val_t timeout;
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, 1, allowed, &timeout);
    openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    openamp_check_thread();
    // A device waits for its host, too, so there the link may be down.
    const char *what = " is not ready in time: ";
    self->wants_ready = timeout.u_int == 0;
    if (!wait_until(self, is_ready, timeout.u_int, what, MICROPY_PY_OPENAMP_HOST)) {
        openamp_raise_state(AMP_ETIMEDOUT, self->remote, self->ept.name, what);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(openamp_endpoint_wait_ready_obj, 1, endpoint_wait_ready);

// ---- Messages ----

mp_int_t openamp_get_timeout(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {OPENAMP_ARG_TIMEOUT};
    mp_arg_val_t timeout;
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, 1, allowed, &timeout);
    return timeout.u_int;
}

// The unread bytes of the first message.
static const byte *unread(const openamp_endpoint_obj_t *self, size_t *len) {
    const openamp_entry_t *entry = openamp_entry(self->remote, self->first);
    *len = entry->rx.len - self->offset;
    return (const byte *)entry->rx.data + self->offset;
}

// The next message as bytes, and its source in *src.  None: there is none, and the timeout
// is 0.
static mp_obj_t receive(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args, uint32_t *src) {
    enum { NBYTES, TIMEOUT, COUNT };
    static const mp_arg_t allowed[COUNT] = {
        [NBYTES] = {MP_QSTR_nbytes, MP_ARG_INT, {.u_int = -1}},
        [TIMEOUT] = OPENAMP_ARG_TIMEOUT,
    };
    mp_arg_val_t vals[COUNT];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, COUNT, allowed, vals);
    openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (!openamp_wait_message(self, vals[TIMEOUT].u_int)) {
        return mp_const_none;
    }
    size_t len;
    const byte *data = unread(self, &len);
    *src = openamp_entry(self->remote, self->first)->src;
    mp_int_t nbytes = vals[NBYTES].u_int;
    mp_obj_t bytes = mp_obj_new_bytes(data, nbytes < 0 ? len : MIN(len, (size_t)nbytes));
    openamp_drop_first(self);
    return bytes;
}

static mp_obj_t endpoint_recv(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    uint32_t src;
    return receive(n_args, args, kw_args, &src);
}
MP_DEFINE_CONST_FUN_OBJ_KW(openamp_endpoint_recv_obj, 1, endpoint_recv);

static mp_obj_t endpoint_recvfrom(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    uint32_t src;
    mp_obj_t items[2] = {mp_const_none, mp_const_none};
    items[0] = receive(n_args, args, kw_args, &src);
    if (items[0] == mp_const_none) {
        return mp_const_none;
    }
    items[1] = mp_obj_new_int_from_uint(src);
    return mp_obj_new_tuple(2, items);
}
MP_DEFINE_CONST_FUN_OBJ_KW(openamp_endpoint_recvfrom_obj, 1, endpoint_recvfrom);

static mp_obj_t read_into(openamp_endpoint_obj_t *self, const mp_buffer_info_t *buf) {
    size_t len;
    const byte *data = unread(self, &len);
    len = MIN(len, buf->len);
    memcpy(buf->buf, data, len);
    openamp_drop_first(self);
    return MP_OBJ_NEW_SMALL_INT(len);
}

static MP_NOINLINE mp_obj_t recvinto(size_t n_args, size_t n_kw, const mp_obj_t *args) {
    enum { BUF, TIMEOUT, COUNT };
    static const mp_arg_t allowed[COUNT] = {
        [BUF] = {MP_QSTR_buf, MP_ARG_OBJ | MP_ARG_REQUIRED, {.u_obj = MP_OBJ_NULL}},
        [TIMEOUT] = OPENAMP_ARG_TIMEOUT,
    };
    mp_arg_val_t vals[COUNT];
    mp_arg_check_num(n_args, n_kw, 1, 2, true);
    mp_arg_parse_all_kw_array(n_args - 1, n_kw, args + 1, COUNT, allowed, vals);
    openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_buffer_info_t buf;
    mp_get_buffer_raise(vals[BUF].u_obj, &buf, MP_BUFFER_WRITE);
    if (!openamp_wait_message(self, vals[TIMEOUT].u_int)) {
        return mp_const_none;
    }
    // Get the buffer again: code that ran meanwhile may have resized it.
    mp_get_buffer_raise(vals[BUF].u_obj, &buf, MP_BUFFER_WRITE);
    return read_into(self, &buf);
}

static mp_obj_t endpoint_recvinto(mp_obj_t fun, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)fun;
    // The ordinary case first: recvinto(bytearray).
    if (n_args == 2 && n_kw == 0 && mp_obj_is_exact_type(args[1], &mp_type_bytearray)
        && openamp_wait_message(MP_OBJ_TO_PTR(args[0]), -1)) {
        const mp_obj_array_t *array = MP_OBJ_TO_PTR(args[1]);
        const mp_buffer_info_t buf = {.buf = array->items, .len = array->len};
        return read_into(MP_OBJ_TO_PTR(args[0]), &buf);
    }
    return recvinto(n_args, n_kw, args);
}

// A function object whose arguments the interpreter passes on unchecked.
// clang-format off
static MP_DEFINE_CONST_OBJ_TYPE(
    recvinto_type, MP_QSTR_function, MP_TYPE_FLAG_BINDS_SELF | MP_TYPE_FLAG_BUILTIN_FUN,
    call, endpoint_recvinto
    );
// clang-format on
const mp_obj_base_t openamp_endpoint_recvinto_obj = {&recvinto_type};

static mp_obj_t endpoint_any(mp_obj_t self_in) {
    openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(self_in);
    openamp_check_thread();
    openamp_look_at_changes(self->remote);
    if (self->queued == 0) {
        openamp_poll(self->remote);
    }
    return MP_OBJ_NEW_SMALL_INT(self->queued);
}
MP_DEFINE_CONST_FUN_OBJ_1(openamp_endpoint_any_obj, endpoint_any);

// `for message in ept` goes on until the service or the session has ended.
static bool has_message_or_ended(openamp_endpoint_obj_t *self) {
    return self->queued != 0 || self->ended || !OPENAMP_BUS(self->remote, is_up);
}

static mp_obj_t endpoint_next(mp_obj_t self_in) {
    openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->callback == mp_const_none && self->queued == 0 && !openamp_endpoint_is_closed(self)) {
        openamp_check_thread();
        openamp_mark_read(self);
        wait_until(self, has_message_or_ended, -1, "", false);
    }
    if (openamp_endpoint_is_closed(self)
        || (self->callback == mp_const_none && openamp_at_end(self))) {
        self->ended = false;
        return MP_OBJ_STOP_ITERATION;
    }
    mp_map_t none;
    mp_map_init_fixed_table(&none, 0, NULL);
    return endpoint_recv(1, &self_in, &none);
}

static mp_obj_t endpoint_iter(mp_obj_t self_in, mp_obj_iter_buf_t *iter_buf) {
    (void)iter_buf;
    openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->before_end == 0 && is_ready(self)) {
        self->ended = false; // the loop begins in this session
    }
    return self_in;
}

const mp_getiter_iternext_custom_t openamp_endpoint_iter = {endpoint_iter, endpoint_next};

// ---- irq(), stats() ----

void openamp_due(openamp_endpoint_obj_t *self, unsigned event) {
    event &= self->trigger;
    if (event != 0) {
        self->due = true;
        self->remote->handlers = true;
        openamp_doorbell(self->remote);
    }
}

void openamp_run_handlers(openamp_remote_t *remote) {
    uint32_t turns = remote->endpoint_count; // a limit, as handlers may make each other due
    openamp_endpoint_obj_t *self = OPENAMP_RUN_OF(remote)->endpoints;
    remote->handlers = false;
    while (self != NULL) {
        if (!self->due) {
            self = self->next;
        } else if (turns-- == 0) {
            remote->handlers = true;
            openamp_doorbell(remote);
            return;
        } else {
            self->due = false;
            if (self->handler != mp_const_none) {
                openamp_call(self->handler, MP_OBJ_FROM_PTR(self));
            }
            self = OPENAMP_RUN_OF(remote)->endpoints; // the handler may have closed any
        }
    }
}

static mp_obj_t endpoint_irq(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    enum { ALL = OPENAMP_IRQ_RX | OPENAMP_IRQ_READY | OPENAMP_IRQ_GONE };
    mp_obj_t handler;
    unsigned trigger = openamp_get_irq(n_args, args, kw_args, OPENAMP_IRQ_RX, ALL, &handler);
    openamp_check_thread();
    if (openamp_endpoint_is_closed(self)) {
        openamp_raise_down(self);
    }
    self->handler = handler;
    self->trigger = (uint8_t)trigger;
    if (trigger & OPENAMP_IRQ_RX) {
        openamp_mark_read(self); // the handler will read it
    }
    if (self->queued != 0) {
        openamp_due(self, OPENAMP_IRQ_RX);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(openamp_endpoint_irq_obj, 1, endpoint_irq);

static mp_obj_t endpoint_stats(mp_obj_t self_in) {
    static const qstr names[] = {
        MP_QSTR_received, MP_QSTR_sent, MP_QSTR_dropped, MP_QSTR_queued, MP_QSTR_held};
    const openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(self_in);
    const uint32_t counts[MP_ARRAY_SIZE(names)] = {
        self->received, self->sent, self->dropped, self->queued, self->held};
    return openamp_new_stats(names, counts, MP_ARRAY_SIZE(names));
}
MP_DEFINE_CONST_FUN_OBJ_1(openamp_endpoint_stats_obj, endpoint_stats);

#endif // MICROPY_PY_OPENAMP_RECEIVE
