/* Endpoint.hold() and Endpoint.send_buffer(): messages that are read and filled in place. */
#include "endpoint.h"

#if MICROPY_PY_OPENAMP_RECEIVE

// ---- hold() ----

// A message in its receive buffer.  The next hold() of the endpoint uses a released object
// again, so that messages take no memory of the heap.
typedef struct _message_t {
    openamp_view_t view;
    openamp_endpoint_obj_t *ept;
    openamp_remote_t *remote; // the finaliser may find the endpoint gone
    uint32_t use; // of the entry
    uint16_t index;
} message_t;

// The entry of the message, or NULL if it was released or its session has ended.
static openamp_entry_t *entry_of(const message_t *self) {
    openamp_remote_t *remote = self->remote;
    if (self->index >= remote->pool_count) {
        return NULL;
    }
    openamp_entry_t *entry = openamp_entry(remote, self->index);
    return entry->rx.token.use == self->use && amp_rx_is_held(&entry->rx) ? entry : NULL;
}

static openamp_entry_t *check_entry(mp_obj_t self_in) {
    const message_t *self = MP_OBJ_TO_PTR(self_in);
    openamp_check_thread();
    openamp_entry_t *entry = entry_of(self);
    if (entry == NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("void: the message was released, or its session ended"));
    }
    return entry;
}

static void *message_look(mp_obj_t self_in, size_t *len, bool *write) {
    const openamp_entry_t *entry = check_entry(self_in);
    (void)write;
    *len = entry->rx.len;
    return entry->rx.data;
}
static const openamp_view_ops_t message_ops = {.look = message_look};

static mp_obj_t message_release(mp_obj_t self_in) {
    message_t *self = MP_OBJ_TO_PTR(self_in);
    openamp_check_thread();
    if (entry_of(self) != NULL) {
        openamp_unhold(self->ept, self->index);
    }
    self->index = OPENAMP_NO_ENTRY;
    self->ept->spare = self_in;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(message_release_obj, message_release);

static mp_obj_t message_exit(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    return message_release(args[0]);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(message_exit_obj, 4, 4, message_exit);

// The finaliser.  It may run in any thread, so it only marks the entry for the next poll.
static mp_obj_t message_del(mp_obj_t self_in) {
    const message_t *self = MP_OBJ_TO_PTR(self_in);
    openamp_remote_t *remote = self->remote;
    openamp_entry_t *entry = OPENAMP_RUN() == NULL ? NULL : entry_of(self);
    if (entry != NULL) {
        entry->lost = true;
        remote->changes = ~remote->stats->changes; // so that the poll calls openamp_changed()
        openamp_doorbell(remote);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(message_del_obj, message_del);

static const mp_rom_map_elem_t message_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&message_release_obj)},
    {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj)},
    {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&message_exit_obj)},
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&message_del_obj)},
};
static MP_DEFINE_CONST_DICT(message_locals, message_locals_table);

static void message_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (attr == MP_QSTR_src && dest[0] == MP_OBJ_NULL) {
        dest[0] = mp_obj_new_int_from_uint(check_entry(self_in)->src);
    } else {
        dest[1] = MP_OBJ_SENTINEL; // go on in the table
    }
}

// clang-format off
static MP_DEFINE_CONST_OBJ_TYPE(
    message_type, MP_QSTR_Message, MP_TYPE_FLAG_NONE,
    unary_op, openamp_view_unary_op,
    subscr, openamp_view_subscr,
    buffer, openamp_view_get_buffer,
    attr, message_attr,
    locals_dict, &message_locals
    );
// clang-format on

static mp_obj_t endpoint_hold(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_int_t timeout = openamp_get_timeout(n_args, args, kw_args);
    if (!openamp_wait_message(self, timeout)) {
        return mp_const_none;
    }
    mp_obj_t spare = self->spare;
    message_t *message;
    if (spare != MP_OBJ_NULL) {
        message = MP_OBJ_TO_PTR(spare);
        self->spare = MP_OBJ_NULL;
    } else {
        message = mp_obj_malloc_with_finaliser(message_t, &message_type);
        message->view.ops = &message_ops;
        message->ept = self;
        message->remote = self->remote;
    }
    message->index = (uint16_t)openamp_hold_first(self);
    message->use = openamp_entry(self->remote, message->index)->rx.token.use;
    return MP_OBJ_FROM_PTR(message);
}
MP_DEFINE_CONST_FUN_OBJ_KW(openamp_endpoint_hold_obj, 1, endpoint_hold);

// ---- send_buffer() ----

// A transmit buffer that is being filled.
typedef struct _buffer_t {
    openamp_view_t view;
    openamp_endpoint_obj_t *ept;
    openamp_remote_t *remote; // the finaliser may find the endpoint gone
    struct amp_tx tx;
} buffer_t;

static void *buffer_look(mp_obj_t self_in, size_t *len, bool *write) {
    const buffer_t *self = MP_OBJ_TO_PTR(self_in);
    (void)write;
    openamp_check_thread();
    if (!amp_tx_is_claimed(&self->tx) || !OPENAMP_BUS(self->ept->remote, is_up)) {
        mp_raise_ValueError(MP_ERROR_TEXT("void: the buffer was sent, or its session ended"));
    }
    *len = self->tx.size;
    return self->tx.data;
}
static const openamp_view_ops_t buffer_ops = {.look = buffer_look};

// send(n, *, src=-1, dest=-1)
static mp_obj_t buffer_send(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { N, SRC, DEST, COUNT };
    static const mp_arg_t allowed[COUNT] = {
        [N] = {MP_QSTR_n, MP_ARG_INT | MP_ARG_REQUIRED, {.u_int = 0}},
        [SRC] = OPENAMP_ARG_SRC,
        [DEST] = OPENAMP_ARG_DEST,
    };
    mp_arg_val_t args[COUNT];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, COUNT, allowed, args);
    buffer_t *self = MP_OBJ_TO_PTR(pos_args[0]);
    openamp_endpoint_obj_t *ept = self->ept;
    uint32_t src = openamp_get_addr(args[SRC].u_obj);
    uint32_t dest = openamp_get_addr(args[DEST].u_obj);
    src = src == AMP_ADDR_ANY ? ept->ept.addr : src;
    dest = dest == AMP_ADDR_ANY ? ept->ept.dest : dest;
    mp_int_t len = args[N].u_int;
    size_t size = 0;
    bool write;
    buffer_look(pos_args[0], &size, &write);
    if (len < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("n must be 0 or more"));
    }
    if ((size_t)len > size) {
        openamp_raise_size(ept, (size_t)len);
    }
    if (dest == AMP_ADDR_ANY || openamp_endpoint_is_closed(ept)) {
        openamp_raise_unbound(ept);
    }
    int sent =
        OPENAMP_UNINTERRUPTED(OPENAMP_BUS(ept->remote, commit, &self->tx, src, dest, (size_t)len));
    if (sent < 0) {
        openamp_raise_down(ept);
    }
    openamp_count_sent(ept, sent);
    return MP_OBJ_NEW_SMALL_INT(sent);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(buffer_send_obj, 1, buffer_send);

static mp_obj_t buffer_cancel(mp_obj_t self_in) {
    buffer_t *self = MP_OBJ_TO_PTR(self_in);
    openamp_check_thread();
    MICROPY_PY_OPENAMP_ENTER();
    OPENAMP_BUS(self->remote, cancel, &self->tx);
    MICROPY_PY_OPENAMP_LEAVE();
    openamp_doorbell(self->remote); // an announcement may wait for a buffer
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(buffer_cancel_obj, buffer_cancel);

// The finaliser.  In another thread than the main one it does nothing: then the buffer is
// free again when the session ends.
static mp_obj_t buffer_del(mp_obj_t self_in) {
    const buffer_t *self = MP_OBJ_TO_PTR(self_in);
    return OPENAMP_IS_MAIN_THREAD() && amp_tx_is_claimed(&self->tx) ? buffer_cancel(self_in)
                                                                    : mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(buffer_del_obj, buffer_del);

static mp_obj_t buffer_exit(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    return buffer_cancel(args[0]);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(buffer_exit_obj, 4, 4, buffer_exit);

static const mp_rom_map_elem_t buffer_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&buffer_send_obj)},
    {MP_ROM_QSTR(MP_QSTR_cancel), MP_ROM_PTR(&buffer_cancel_obj)},
    {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj)},
    {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&buffer_exit_obj)},
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&buffer_del_obj)},
};
static MP_DEFINE_CONST_DICT(buffer_locals, buffer_locals_table);

// clang-format off
static MP_DEFINE_CONST_OBJ_TYPE(
    buffer_type, MP_QSTR_Buffer, MP_TYPE_FLAG_NONE,
    unary_op, openamp_view_unary_op,
    subscr, openamp_view_subscr,
    buffer, openamp_view_get_buffer,
    locals_dict, &buffer_locals
    );
// clang-format on

static int try_claim(openamp_endpoint_obj_t *self, openamp_sending_t *sending) {
    if (openamp_endpoint_is_closed(self)) {
        return -AMP_ENOTCONN;
    }
    return OPENAMP_UNINTERRUPTED(OPENAMP_BUS(self->remote, claim, sending->tx));
}

static mp_obj_t endpoint_send_buffer(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    openamp_endpoint_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_int_t timeout = openamp_get_timeout(n_args, args, kw_args);
    buffer_t *buffer = mp_obj_malloc_with_finaliser(buffer_t, &buffer_type);
    buffer->view.ops = &buffer_ops;
    buffer->ept = self;
    buffer->remote = self->remote;
    buffer->tx.token.desc_state = NULL;
    openamp_sending_t sending = {.tx = &buffer->tx};
    return openamp_send_waiting(self, timeout, try_claim, &sending) < 0 ? mp_const_none
                                                                        : MP_OBJ_FROM_PTR(buffer);
}
MP_DEFINE_CONST_FUN_OBJ_KW(openamp_endpoint_send_buffer_obj, 1, endpoint_send_buffer);

#endif // MICROPY_PY_OPENAMP_RECEIVE
