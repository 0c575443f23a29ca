/* The class Endpoint. */
#include "endpoint.h"

#include <string.h>

#include "py/objstr.h"

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

static void close_queue(openamp_endpoint_obj_t *self) {
#if MICROPY_PY_OPENAMP_RECEIVE
    openamp_queue_close(self);
#else
    (void)self;
#endif
}

#if MICROPY_PY_OPENAMP_HOST
void openamp_endpoints_close_bound(openamp_remote_t *remote) {
    openamp_endpoint_obj_t *self;
    openamp_endpoint_obj_t *next = OPENAMP_RUN_OF(remote)->endpoints;
    while ((self = next) != NULL) {
        next = self->next;
        if (amp_endpoint_was_bound(&self->ept)) {
            close_queue(self);
            self->callback = MP_OBJ_SENTINEL;
            OPENAMP_OPS(remote)->abandon(&self->ept);
            openamp_endpoint_released(remote->bus, &self->ept);
        }
    }
}
#endif

// Have at least one bucket for each endpoint, so that finding one costs the same for any
// number of them.
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

// ---- Life ----

void openamp_endpoint_close(openamp_endpoint_obj_t *self) {
    openamp_check_thread();
    if (openamp_endpoint_is_closed(self)) {
        return;
    }
    MICROPY_PY_OPENAMP_ENTER();
    close_queue(self);
    self->callback = MP_OBJ_NULL;
    // If its withdrawal waits for room, it stays in the list until openamp_endpoint_released().
    if (OPENAMP_OPS(self->remote)->destroy(&self->ept) == 0) {
        openamp_endpoint_released(self->remote->bus, &self->ept);
    }
    MICROPY_PY_OPENAMP_LEAVE();
    openamp_announces(self->remote);
}

static mp_obj_t endpoint_deinit(mp_obj_t self_in) {
    openamp_endpoint_close(MP_OBJ_TO_PTR(self_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(endpoint_deinit_obj, endpoint_deinit);

#if MICROPY_PY_OPENAMP_RECEIVE
static mp_obj_t endpoint_exit(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    return endpoint_deinit(args[0]);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(endpoint_exit_obj, 4, 4, endpoint_exit);
#endif

#if MICROPY_PY_OPENAMP_HOST
// Is an endpoint of that name, `ept` or a later one in the list, bound?
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

// A new endpoint has that name: close those that refused programs left behind.
static void close_refused(openamp_remote_t *remote, const char *name) {
    openamp_endpoint_obj_t *self;
    openamp_endpoint_obj_t *next = OPENAMP_RUN_OF(remote)->endpoints;
    while (remote->refused && (self = next) != NULL) {
        next = self->next;
        if (self->refused && !amp_endpoint_was_bound(&self->ept)
            && strcmp(self->ept.name, name) == 0) {
            openamp_endpoint_close(self);
        }
    }
}
#endif

enum { NAME, CALLBACK, REMOTE, ANNOUNCE, SRC, DEST, RXBUF, WAIT, EOF_, END };
static const mp_arg_t allowed_args[END] = {
    [NAME] = {MP_QSTR_name, MP_ARG_OBJ | MP_ARG_REQUIRED, {.u_obj = MP_OBJ_NULL}},
    [CALLBACK] = {MP_QSTR_callback, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    [REMOTE] = {MP_QSTR_remote, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
    [ANNOUNCE] = {MP_QSTR_announce, MP_ARG_BOOL | MP_ARG_KW_ONLY, {.u_bool = true}},
    [SRC] = OPENAMP_ARG_SRC,
    [DEST] = OPENAMP_ARG_DEST,
    [RXBUF] = {MP_QSTR_rxbuf, MP_ARG_INT | MP_ARG_KW_ONLY, {.u_int = -1}},
    [WAIT] = {MP_QSTR_timeout, MP_ARG_INT | MP_ARG_KW_ONLY, {.u_int = 0}},
    [EOF_] = {MP_QSTR_eof, MP_ARG_BOOL | MP_ARG_KW_ONLY, {.u_bool = true}},
};

// The bus's callback for an endpoint with that Python callback.
static amp_endpoint_cb receiver(mp_obj_t callback) {
#if MICROPY_PY_OPENAMP_RECEIVE
    return callback == mp_const_none ? openamp_queue : openamp_received;
#else
    return callback == mp_const_none ? NULL : openamp_received; // NULL drops them
#endif
}

// A number of buffers; 0 is the default.
static unsigned get_rxbuf(mp_int_t rxbuf) {
    if (rxbuf != -1 && rxbuf < 1) {
        mp_raise_ValueError(MP_ERROR_TEXT("rxbuf is at least 1, or -1"));
    }
    // More than there can be is all that there are.
    return rxbuf == -1 ? 0 : (unsigned)MIN(rxbuf, AMP_CONFIG_MAX_BUFFERS);
}

static mp_obj_t endpoint_make_new(
    const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *all_args) {
    mp_arg_val_t args[END];
    mp_arg_parse_all_kw_array(n_args, n_kw, all_args, END, allowed_args, args);
    mp_obj_t callback = args[CALLBACK].u_obj;
    openamp_check_callback(callback, &mp_type_TypeError);
    const char *name = openamp_get_str(args[NAME].u_obj, MP_QSTR_name);
    uint32_t src = openamp_get_addr(args[SRC].u_obj);
    uint32_t dest = openamp_get_addr(args[DEST].u_obj);
    unsigned limit = get_rxbuf(args[RXBUF].u_int);
    openamp_check_thread();

    openamp_remote_t *remote = openamp_get_remote(args[REMOTE].u_obj, openamp_announcing);
    openamp_endpoint_obj_t *self = mp_obj_malloc(openamp_endpoint_obj_t, type);
    memset(&self->next, 0, sizeof(*self) - offsetof(openamp_endpoint_obj_t, next));
    self->callback = callback;
    self->remote = remote;
#if MICROPY_PY_OPENAMP_HOST
    self->late = OPENAMP_BUS(remote, state) == AMP_RPROC_RUNNING;
#endif
#if MICROPY_PY_OPENAMP_RECEIVE
    openamp_queue_open(self, limit);
    self->timeout = args[WAIT].u_int;
    self->eof = args[EOF_].u_bool;
#else
    (void)limit;
#endif
    grow_buckets(remote);
    // Ctrl-C must not come in between: the list keeps alive what the bus refers to.
    MICROPY_PY_OPENAMP_ENTER();
    int error = OPENAMP_BUS(remote, create, &self->ept, name, src, dest, receiver(callback),
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
        openamp_raise_explained(remote, error);
        openamp_raise(AMP_EADDRINUSE, MP_ERROR_TEXT("address 0x%x is in use"), (unsigned)src);
    }
#if MICROPY_PY_OPENAMP_HOST
    close_refused(remote, name);
#endif
    openamp_announces(remote);
    openamp_changed(remote); // it may be ready
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
    if (openamp_endpoint_is_closed(self)) {
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
    {MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&openamp_endpoint_send_obj)},
    {MP_ROM_QSTR(MP_QSTR_is_ready), MP_ROM_PTR(&endpoint_is_ready_obj)},
    {MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&endpoint_deinit_obj)},
#if MICROPY_PY_OPENAMP_RECEIVE
    {MP_ROM_QSTR(MP_QSTR_wait_ready), MP_ROM_PTR(&openamp_endpoint_wait_ready_obj)},
    {MP_ROM_QSTR(MP_QSTR_recv), MP_ROM_PTR(&openamp_endpoint_recv_obj)},
    {MP_ROM_QSTR(MP_QSTR_recvfrom), MP_ROM_PTR(&openamp_endpoint_recvfrom_obj)},
    {MP_ROM_QSTR(MP_QSTR_recvinto), MP_ROM_PTR(&openamp_endpoint_recvinto_obj)},
    {MP_ROM_QSTR(MP_QSTR_hold), MP_ROM_PTR(&openamp_endpoint_hold_obj)},
    {MP_ROM_QSTR(MP_QSTR_send_buffer), MP_ROM_PTR(&openamp_endpoint_send_buffer_obj)},
    {MP_ROM_QSTR(MP_QSTR_any), MP_ROM_PTR(&openamp_endpoint_any_obj)},
    {MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&openamp_endpoint_irq_obj)},
    {MP_ROM_QSTR(MP_QSTR_stats), MP_ROM_PTR(&openamp_endpoint_stats_obj)},
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&openamp_endpoint_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj)},
    {MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&openamp_endpoint_readline_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&endpoint_deinit_obj)},
    {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj)},
    {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&endpoint_exit_obj)},
    {MP_ROM_QSTR(MP_QSTR_IRQ_RX), MP_ROM_INT(OPENAMP_IRQ_RX)},
    {MP_ROM_QSTR(MP_QSTR_IRQ_READY), MP_ROM_INT(OPENAMP_IRQ_READY)},
    {MP_ROM_QSTR(MP_QSTR_IRQ_GONE), MP_ROM_INT(OPENAMP_IRQ_GONE)},
#endif
};
static MP_DEFINE_CONST_DICT(endpoint_locals, endpoint_locals_table);

// The value of an attribute that is not in the table, or MP_OBJ_NULL.
static mp_obj_t attribute(const openamp_endpoint_obj_t *self, qstr attr) {
#if MICROPY_PY_OPENAMP_RECEIVE
    switch (attr) {
        case MP_QSTR_name:
            return mp_obj_new_str(self->ept.name, strlen(self->ept.name));
        case MP_QSTR_src:
            return mp_obj_new_int_from_uint(self->ept.addr);
        case MP_QSTR_dest:
            return mp_obj_new_int_from_uint(self->ept.dest);
        case MP_QSTR_mtu:
            return mp_obj_new_int_from_uint(OPENAMP_BUS(self->remote, mtu));
        case MP_QSTR_remote:
            return MP_OBJ_NEW_SMALL_INT(openamp_core_number(self->remote));
        default:
            break;
    }
#else
    (void)self;
    (void)attr;
#endif
    return MP_OBJ_NULL;
}

static MP_NOINLINE void load_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return; // attributes are read-only
    }
    dest[0] = attribute(MP_OBJ_TO_PTR(self_in), attr);
    if (dest[0] == MP_OBJ_NULL) {
        dest[1] = MP_OBJ_SENTINEL; // go on in the table
    }
}

// Finds send() and recvinto() without a search of the table, because every message needs
// them.
static void endpoint_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (attr == MP_QSTR_send && dest[0] == MP_OBJ_NULL) {
        dest[0] = MP_OBJ_FROM_PTR(&openamp_endpoint_send_obj);
        dest[1] = self_in;
#if MICROPY_PY_OPENAMP_RECEIVE
    } else if (attr == MP_QSTR_recvinto && dest[0] == MP_OBJ_NULL) {
        dest[0] = MP_OBJ_FROM_PTR(&openamp_endpoint_recvinto_obj);
        dest[1] = self_in;
#endif
    } else {
        load_attr(self_in, attr, dest);
    }
}

#if MICROPY_PY_OPENAMP_RECEIVE
#define ENDPOINT_FLAGS MP_TYPE_FLAG_ITER_IS_CUSTOM
#define ENDPOINT_ITER iter, &openamp_endpoint_iter, protocol, &openamp_endpoint_stream,
#else
#define ENDPOINT_FLAGS MP_TYPE_FLAG_NONE
#define ENDPOINT_ITER
#endif

// clang-format off
MP_DEFINE_CONST_OBJ_TYPE(
    openamp_endpoint_type, MP_QSTR_Endpoint, ENDPOINT_FLAGS,
    make_new, endpoint_make_new,
    print, endpoint_print,
    attr, endpoint_attr,
    ENDPOINT_ITER
    locals_dict, &endpoint_locals
    );
// clang-format on
