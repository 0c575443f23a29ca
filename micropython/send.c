/* Endpoint.send(), and waiting for room in the transmit ring. */
#include "endpoint.h"

#include "py/mphal.h"
#include "py/objstr.h"

// ---- Errors ----

void openamp_raise_down(const openamp_endpoint_obj_t *self) {
    if (openamp_endpoint_is_closed(self)) {
        openamp_raise(AMP_ENOTCONN,
            self->callback == MP_OBJ_NULL ? MP_ERROR_TEXT("%s was closed by deinit()")
                                          : MP_ERROR_TEXT("%s was closed by shutdown()"),
            self->ept.name);
    }
    openamp_poll(self->remote); // if the core died, report the crash
    openamp_raise_state(AMP_EPIPE, self->remote, "", "");
}

void openamp_raise_unbound(const openamp_endpoint_obj_t *self) {
    if (openamp_endpoint_is_closed(self)) {
        openamp_raise_down(self);
    }
    openamp_raise_state(AMP_ENOTCONN, self->remote, self->ept.name, " is not bound: ");
}

void openamp_raise_size(const openamp_endpoint_obj_t *self, size_t len) {
    openamp_raise(AMP_EMSGSIZE, MP_ERROR_TEXT("message of %u bytes, at most %u"), (unsigned)len,
        (unsigned)OPENAMP_BUS(self->remote, mtu));
}

static void raise_send_error(const openamp_endpoint_obj_t *self, int error, mp_obj_t data) {
    if (error == -AMP_EMSGSIZE) {
        mp_buffer_info_t bufinfo;
        mp_get_buffer_raise(data, &bufinfo, MP_BUFFER_READ);
        openamp_raise_size(self, bufinfo.len);
    }
    if (error == -AMP_ENOTCONN) {
        openamp_raise_unbound(self);
    }
    if (error == -AMP_EOPNOTSUPP) {
        openamp_raise_explained(self->remote, error);
    }
    openamp_raise_down(self);
}

// ---- Waiting for room ----

// Sleep once while waiting for room, at most `ms` milliseconds.  *alive is the last time when
// the peer was able to send; *slept is the argument and result of amp_rpmsg_room_timeout().
static void wait_for_room(
    openamp_remote_t *remote, mp_uint_t now, mp_uint_t ms, mp_uint_t *alive, uint32_t *slept) {
    openamp_poll(remote);
    mp_handle_pending(true);
    openamp_measure_unconsumed(remote);
    *slept = OPENAMP_BUS(remote, room_timeout, *slept);
    if (*slept == 0) {
        return;
    }
    ms = MIN(ms, *slept);
    bool polling = OPENAMP_BUS(remote, is_polling);
    if (!polling && !openamp_is_blocked(remote)) {
        *alive = now;
    } else { // inside a callback, or no message is taken until an endpoint is read
        ms = MIN(ms, OPENAMP_DEADLOCK_MS);
        if (OPENAMP_BUS(remote, peer_can_send)) {
            *alive = now;
        } else if (now - *alive >= OPENAMP_DEADLOCK_MS) {
            // Until this call returns no other callback runs, so no receive buffer goes back
            // to the peer; and a peer that cannot answer takes no message.
            if (!polling) {
                openamp_raise_blocked(remote);
            }
            openamp_raise(AMP_EDEADLK, MP_ERROR_TEXT("remote waits for this callback"));
        }
    }
    if (!remote->poll_due) {
        MICROPY_PY_OPENAMP_WAIT(ms, &remote->poll_due);
    }
    if (mp_hal_ticks_ms() - now < *slept) {
        *slept = 0; // an event ended the sleep, not the time
    }
}

int openamp_send_waiting(openamp_endpoint_obj_t *self, mp_int_t timeout, openamp_send_t *try_it,
    openamp_sending_t *arg) {
    openamp_check_thread();
    mp_uint_t now = mp_hal_ticks_ms();
    mp_uint_t alive = now;
    mp_uint_t end = now + (mp_uint_t)timeout;
    uint32_t slept = 0;
    for (;;) {
        int sent = try_it(self, arg);
        if (sent >= 0 || (sent == -AMP_EAGAIN && timeout == 0)) {
            return sent;
        }
        if (sent != -AMP_EAGAIN) {
            raise_send_error(self, sent, arg->data);
        }
        mp_int_t left = timeout < 0 ? OPENAMP_WAIT_FOREVER : (mp_int_t)(end - now);
        if (left <= 0) {
            openamp_raise_state(AMP_ETIMEDOUT, self->remote, "", "no room in time: ");
        }
        wait_for_room(self->remote, now, (mp_uint_t)left, &alive, &slept);
        now = mp_hal_ticks_ms();
    }
}

// ---- send() ----

static int try_send(openamp_endpoint_obj_t *self, openamp_sending_t *arg) {
    // Read again at each try: what ran during a wait may have resized the buffer.
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(arg->data, &bufinfo, MP_BUFFER_READ);
    uint32_t src = arg->src == AMP_ADDR_ANY ? self->ept.addr : arg->src;
    uint32_t dest = arg->dest == AMP_ADDR_ANY ? self->ept.dest : arg->dest;
    if (dest == AMP_ADDR_ANY || openamp_endpoint_is_closed(self)) {
        return OPENAMP_OPS(self->remote)->send(&self->ept, NULL, 0); // for its error
    }
    return OPENAMP_UNINTERRUPTED(
        OPENAMP_BUS(self->remote, send_to, src, dest, bufinfo.buf, bufinfo.len));
}

// send() with all its arguments, which may wait.
static MP_NOINLINE mp_obj_t send(size_t n_args, size_t n_kw, const mp_obj_t *all_args) {
    enum { SRC, DEST, TIMEOUT, COUNT };
    static const mp_arg_t allowed[COUNT] = {
        [SRC] = OPENAMP_ARG_SRC,
        [DEST] = OPENAMP_ARG_DEST,
        [TIMEOUT] = {MP_QSTR_timeout, MP_ARG_INT | MP_ARG_KW_ONLY, {.u_int = -1}},
    };
    mp_arg_val_t args[COUNT];
    mp_arg_check_num(n_args, n_kw, 2, 2, true);
    mp_arg_parse_all_kw_array(0, n_kw, all_args + 2, COUNT, allowed, args);
    openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(all_args[0]);
    openamp_flush(self);
    openamp_sending_t sending = {
        .src = openamp_get_addr(args[SRC].u_obj),
        .dest = openamp_get_addr(args[DEST].u_obj),
        .data = all_args[1],
    };
    int sent = openamp_send_waiting(self, args[TIMEOUT].u_int, try_send, &sending);
    openamp_count_sent(self, sent);
    return MP_OBJ_NEW_SMALL_INT(sent);
}

static mp_obj_t endpoint_send(mp_obj_t fun, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)fun;
    // The ordinary case first: send(data), and there is room.
    if (n_args == 2 && n_kw == 0) {
        openamp_check_thread();
        openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(args[0]);
        mp_buffer_info_t bufinfo;
        openamp_flush(self); // first send what the stream has gathered
        if (mp_obj_is_exact_type(args[1], &mp_type_bytes)) {
            const mp_obj_str_t *bytes = MP_OBJ_TO_PTR(args[1]);
            bufinfo.buf = (void *)bytes->data;
            bufinfo.len = bytes->len;
        } else {
            mp_get_buffer_raise(args[1], &bufinfo, MP_BUFFER_READ);
        }
        int sent = OPENAMP_UNINTERRUPTED(
            OPENAMP_OPS(self->remote)->send(&self->ept, bufinfo.buf, bufinfo.len));
        if (sent >= 0) {
            openamp_count_sent(self, 0);
            return MP_OBJ_NEW_SMALL_INT(sent);
        }
    }
    return send(n_args, n_kw, args);
}

// A function object whose arguments the interpreter passes on unchecked.
// clang-format off
static MP_DEFINE_CONST_OBJ_TYPE(
    send_type, MP_QSTR_function, MP_TYPE_FLAG_BINDS_SELF | MP_TYPE_FLAG_BUILTIN_FUN,
    call, endpoint_send
    );
// clang-format on
const mp_obj_base_t openamp_endpoint_send_obj = {&send_type};
