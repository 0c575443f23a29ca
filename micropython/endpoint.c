/* The class Endpoint. */
#include "modopenamp.h"

#include <string.h>

#include "py/mphal.h"
#include "py/objstr.h"

// A send from inside a callback that has waited so long, with the peer unable to send
// anything, is a deadlock.  This is no polling interval: room ends the wait at once.
#define DEADLOCK_MS (100)

// ---- The remote's list, which keeps endpoints alive ----

void openamp_endpoint_released(struct amp_bus *bus, struct amp_endpoint *ept) {
    openamp_remote_t *remote = bus->user;
    openamp_endpoint_obj_t *self = openamp_endpoint_of(ept);
    openamp_endpoint_obj_t **p = &OPENAMP_RUN_OF(remote)->endpoints;
    while (*p != NULL && *p != self) {
        p = &(*p)->next;
    }
    if (*p != NULL) {
        *p = self->next;
        --remote->endpoint_count;
    }
}

#if MICROPY_PY_OPENAMP_HOST
void openamp_endpoints_close_bound(openamp_remote_t *remote) {
    openamp_endpoint_obj_t *self;
    openamp_endpoint_obj_t *next = OPENAMP_RUN_OF(remote)->endpoints;
    while ((self = next) != NULL) {
        next = self->next;
        if (amp_endpoint_was_bound(&self->ept)) {
            self->callback = MP_OBJ_SENTINEL;
            OPENAMP_OPS(remote)->abandon(&self->ept);
            openamp_endpoint_released(remote->bus, &self->ept);
        }
    }
}
#endif

static bool is_closed(const openamp_endpoint_obj_t *self) {
    return self->callback == MP_OBJ_NULL || self->callback == MP_OBJ_SENTINEL;
}

// A bucket for each endpoint, so that finding one costs the same for any
// number.
static void grow_buckets(openamp_remote_t *remote) {
    uint32_t count = remote->bucket_count;
    if (remote->endpoint_count < count || OPENAMP_OPS(remote)->set_buckets == NULL) {
        return;
    }
    struct amp_endpoint **buckets = m_new_maybe(struct amp_endpoint *, 2 * count);
    if (buckets == NULL) {
        return; // No memory: keep the small table; lookups get slower.
    }
    MICROPY_PY_OPENAMP_ENTER();
    OPENAMP_BUS(remote, set_buckets, buckets, 2 * count);
    OPENAMP_RUN_OF(remote)->buckets = buckets;
    remote->bucket_count = 2 * count;
    MICROPY_PY_OPENAMP_LEAVE();
}

// ---- Arguments ----

// Endpoint() takes all but TIMEOUT, send() those from SRC to TIMEOUT.
enum { NAME, CALLBACK, REMOTE, ANNOUNCE, SRC, DEST, TIMEOUT, END };
static const mp_arg_t allowed_args[END] = {
    [NAME] = {MP_QSTR_name, MP_ARG_OBJ | MP_ARG_REQUIRED, {.u_obj = MP_OBJ_NULL}},
    [CALLBACK] = {MP_QSTR_callback, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    [REMOTE] = {MP_QSTR_remote, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
    [ANNOUNCE] = {MP_QSTR_announce, MP_ARG_BOOL | MP_ARG_KW_ONLY, {.u_bool = true}},
    [SRC] = {MP_QSTR_src, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_INT(-1)}},
    [DEST] = {MP_QSTR_dest, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_INT(-1)}},
    [TIMEOUT] = {MP_QSTR_timeout, MP_ARG_INT | MP_ARG_KW_ONLY, {.u_int = -1}},
};

// ---- Sending ----

static void raise_send_error(const openamp_endpoint_obj_t *self, int error, mp_obj_t data) {
    openamp_remote_t *remote = self->remote;
    if (error == -AMP_EMSGSIZE) {
        mp_buffer_info_t bufinfo;
        mp_get_buffer_raise(data, &bufinfo, MP_BUFFER_READ);
        openamp_raise(AMP_EMSGSIZE, MP_ERROR_TEXT("message of %u bytes, at most %u"),
            (unsigned)bufinfo.len, (unsigned)OPENAMP_BUS(remote, mtu));
    }
    if (is_closed(self)) {
        openamp_raise(AMP_ENOTCONN,
            self->callback == MP_OBJ_NULL ? MP_ERROR_TEXT("%s was closed by deinit()")
                                          : MP_ERROR_TEXT("%s was closed by shutdown()"),
            self->ept.name);
    }
    if (error == -AMP_ENOTCONN) {
        openamp_raise_state(AMP_ENOTCONN, remote, self->ept.name, " is not bound: ");
    }
    openamp_poll(remote); // it may have died without our noticing yet
    openamp_raise_state(AMP_EPIPE, remote, "", "");
}

// One sleep of a send that waits for room, at most `ms` long.  *alive is when
// the peer was last seen able to send; *slept is of amp_rpmsg_room_timeout().
static void wait_for_room(
    openamp_remote_t *remote, mp_uint_t now, mp_uint_t ms, mp_uint_t *alive, uint32_t *slept) {
    openamp_poll(remote);
    mp_handle_pending(true);
    openamp_look(remote);
    *slept = OPENAMP_BUS(remote, room_timeout, *slept);
    if (*slept == 0) {
        return;
    }
    ms = MIN(ms, *slept);
    if (!OPENAMP_BUS(remote, is_polling)) {
        *alive = now;
    } else { // inside a callback
        ms = MIN(ms, DEADLOCK_MS);
        if (OPENAMP_BUS(remote, peer_can_send)) {
            *alive = now;
        } else if (now - *alive >= DEADLOCK_MS) {
            // No callback but ours runs until we return, so no buffer goes back
            // to the peer, and it takes no message while it cannot answer.
            openamp_raise(AMP_EDEADLK, MP_ERROR_TEXT("remote waits for this callback"));
        }
    }
    if (!remote->poll_due) {
        MICROPY_PY_OPENAMP_WAIT(ms, &remote->poll_due);
    }
    if (mp_hal_ticks_ms() - now < *slept) {
        *slept = 0; // it was not the time that ended the sleep
    }
}

static int try_send(openamp_endpoint_obj_t *self, uint32_t src, uint32_t dest, mp_obj_t data) {
    // Read again at each try: what ran during a wait may have resized the buffer.
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(data, &bufinfo, MP_BUFFER_READ);
    src = src == AMP_ADDR_ANY ? self->ept.addr : src;
    dest = dest == AMP_ADDR_ANY ? self->ept.dest : dest;
    if (dest == AMP_ADDR_ANY || is_closed(self)) {
        return OPENAMP_OPS(self->remote)->send(&self->ept, NULL, 0); // says why it cannot
    }
    return OPENAMP_CORE_CALL(
        OPENAMP_BUS(self->remote, send_to, src, dest, bufinfo.buf, bufinfo.len));
}

// send() with all of its arguments, and waiting.
static MP_NOINLINE mp_obj_t send(size_t n_args, size_t n_kw, const mp_obj_t *all_args) {
    mp_arg_val_t args[END - SRC];
    mp_arg_check_num(n_args, n_kw, 2, 2, true);
    mp_arg_parse_all_kw_array(0, n_kw, all_args + 2, END - SRC, allowed_args + SRC, args);
    openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(all_args[0]);
    uint32_t src = openamp_get_addr(args[0].u_obj);
    uint32_t dest = openamp_get_addr(args[DEST - SRC].u_obj);
    mp_int_t timeout = args[TIMEOUT - SRC].u_int;

    openamp_check_thread();
    mp_uint_t now = mp_hal_ticks_ms();
    mp_uint_t alive = now;
    mp_uint_t end = now + (mp_uint_t)timeout;
    uint32_t slept = 0;
    for (;;) {
        int sent = try_send(self, src, dest, all_args[1]);
        if (sent >= 0 || (sent == -AMP_EAGAIN && timeout == 0)) {
            return MP_OBJ_NEW_SMALL_INT(sent);
        }
        if (sent != -AMP_EAGAIN) {
            raise_send_error(self, sent, all_args[1]);
        }
        mp_int_t left = timeout < 0 ? OPENAMP_WAIT_FOREVER : (mp_int_t)(end - now);
        if (left <= 0) {
            openamp_raise_state(AMP_ETIMEDOUT, self->remote, "", "no room in time: ");
        }
        wait_for_room(self->remote, now, (mp_uint_t)left, &alive, &slept);
        now = mp_hal_ticks_ms();
    }
}

static mp_obj_t endpoint_send(mp_obj_t fun, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)fun;
    // The ordinary case first: send(data), and there is room.
    if (n_args == 2 && n_kw == 0) {
        openamp_check_thread();
        openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(args[0]);
        mp_buffer_info_t bufinfo;
        if (mp_obj_is_exact_type(args[1], &mp_type_bytes)) {
            const mp_obj_str_t *bytes = MP_OBJ_TO_PTR(args[1]);
            bufinfo.buf = (void *)bytes->data;
            bufinfo.len = bytes->len;
        } else {
            mp_get_buffer_raise(args[1], &bufinfo, MP_BUFFER_READ);
        }
        int sent = OPENAMP_CORE_CALL(
            OPENAMP_OPS(self->remote)->send(&self->ept, bufinfo.buf, bufinfo.len));
        if (sent >= 0) {
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
static const mp_obj_base_t endpoint_send_obj = {&send_type};

// ---- Life ----

static mp_obj_t endpoint_deinit(mp_obj_t self_in) {
    openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(self_in);
    openamp_check_thread();
    if (is_closed(self)) {
        return mp_const_none;
    }
    MICROPY_PY_OPENAMP_ENTER();
    self->callback = MP_OBJ_NULL;
    // With no room for its withdrawal it stays on the list until there is.
    if (OPENAMP_OPS(self->remote)->destroy(&self->ept) == 0) {
        openamp_endpoint_released(self->remote->bus, &self->ept);
    }
    MICROPY_PY_OPENAMP_LEAVE();
    openamp_announces(self->remote);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(endpoint_deinit_obj, endpoint_deinit);

#if MICROPY_PY_OPENAMP_HOST
// Is one bound by that name, from here on in the list?
static bool is_bound(const openamp_endpoint_obj_t *ept, const char *name) {
    while (
        ept != NULL && !(amp_endpoint_was_bound(&ept->ept) && strcmp(ept->ept.name, name) == 0)) {
        ept = ept->next;
    }
    return ept != NULL;
}

void openamp_endpoints_refused(openamp_remote_t *remote) {
    openamp_endpoint_obj_t *self = OPENAMP_RUN_OF(remote)->endpoints;
    for (; self != NULL; self = self->next) {
        if (self->late && is_bound(self->next, self->ept.name)) {
            self->refused = true;
            remote->refused = true;
        }
    }
}

// There is another one of that name now: close those of programs that were refused.
static void close_refused(openamp_remote_t *remote, const char *name) {
    openamp_endpoint_obj_t *self;
    openamp_endpoint_obj_t *next = OPENAMP_RUN_OF(remote)->endpoints;
    while (remote->refused && (self = next) != NULL) {
        next = self->next;
        if (self->refused && !amp_endpoint_was_bound(&self->ept)
            && strcmp(self->ept.name, name) == 0) {
            endpoint_deinit(MP_OBJ_FROM_PTR(self));
        }
    }
}
#endif

static mp_obj_t endpoint_make_new(
    const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *all_args) {
    mp_arg_val_t args[TIMEOUT];
    mp_arg_parse_all_kw_array(n_args, n_kw, all_args, TIMEOUT, allowed_args, args);
    mp_obj_t callback = args[CALLBACK].u_obj;
    openamp_check_callback(callback, &mp_type_TypeError);
    const char *name = openamp_get_name(args[NAME].u_obj);
    uint32_t src = openamp_get_addr(args[SRC].u_obj);
    uint32_t dest = openamp_get_addr(args[DEST].u_obj);
    openamp_check_thread();

    openamp_remote_t *remote = openamp_get_remote(args[REMOTE].u_obj, openamp_announcing);
    openamp_endpoint_obj_t *self = mp_obj_malloc(openamp_endpoint_obj_t, type);
    self->callback = callback;
    self->remote = remote;
#if MICROPY_PY_OPENAMP_HOST
    self->late = OPENAMP_BUS(remote, state) == AMP_RPROC_RUNNING;
    self->refused = false;
#endif
    grow_buckets(remote);
    // Not to be interrupted: the bus must have no endpoint that the list does not keep alive.
    MICROPY_PY_OPENAMP_ENTER();
    int error = OPENAMP_BUS(remote, create, &self->ept, name, src, dest,
        callback == mp_const_none ? NULL : openamp_received,
        args[ANNOUNCE].u_bool ? AMP_ENDPOINT_ANNOUNCE : 0);
    if (error == 0) {
        self->next = OPENAMP_RUN_OF(remote)->endpoints;
        OPENAMP_RUN_OF(remote)->endpoints = self;
        ++remote->endpoint_count;
    }
    MICROPY_PY_OPENAMP_LEAVE();
    if (error == -AMP_EINVAL) {
        mp_raise_ValueError(MP_ERROR_TEXT("name must have 1 to 31 bytes"));
    }
    if (error != 0) {
        openamp_raise(AMP_EADDRINUSE, MP_ERROR_TEXT("address 0x%x is in use"), (unsigned)src);
    }
#if MICROPY_PY_OPENAMP_HOST
    close_refused(remote, name);
#endif
    openamp_announces(remote);
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t endpoint_is_ready(mp_obj_t self_in) {
    openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_bool(OPENAMP_OPS(self->remote)->is_ready(&self->ept));
}
static MP_DEFINE_CONST_FUN_OBJ_1(endpoint_is_ready_obj, endpoint_is_ready);

static void endpoint_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "<Endpoint %s src=0x%x dest=0x%x", self->ept.name, (unsigned)self->ept.addr,
        (unsigned)self->ept.dest);
#if MICROPY_PY_OPENAMP_VISIBLE
    if (is_closed(self)) {
        mp_print_str(print, " closed");
    } else if (OPENAMP_OPS(self->remote)->is_ready(&self->ept)) {
        mp_print_str(print, " ready");
    } else {
        mp_printf(print, " waiting: core %d ", (int)openamp_core_number(self->remote));
        openamp_print_state(print, self->remote);
    }
#endif
    mp_print_str(print, ">");
}

static const mp_rom_map_elem_t endpoint_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&endpoint_send_obj)},
    {MP_ROM_QSTR(MP_QSTR_is_ready), MP_ROM_PTR(&endpoint_is_ready_obj)},
    {MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&endpoint_deinit_obj)},
};
static MP_DEFINE_CONST_DICT(endpoint_locals, endpoint_locals_table);

// Finds send() without a search of the table, because every message needs it.
static void endpoint_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (attr == MP_QSTR_send && dest[0] == MP_OBJ_NULL) {
        dest[0] = MP_OBJ_FROM_PTR(&endpoint_send_obj);
        dest[1] = self_in;
    } else {
        dest[1] = MP_OBJ_SENTINEL; // in the table
    }
}

// clang-format off
MP_DEFINE_CONST_OBJ_TYPE(
    openamp_endpoint_type, MP_QSTR_Endpoint, MP_TYPE_FLAG_NONE,
    make_new, endpoint_make_new,
    print, endpoint_print,
    attr, endpoint_attr,
    locals_dict, &endpoint_locals
    );
// clang-format on
