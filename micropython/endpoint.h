/* What the files of Endpoint share, and what the others of the binding know of it. */
#ifndef OPENAMP_ENDPOINT_H
#define OPENAMP_ENDPOINT_H

#include "modopenamp.h"

#include "py/stream.h"

// ---- Endpoints (endpoint.c) ----

// An Endpoint.  The remote keeps every open one alive, through `next`.
typedef struct _openamp_endpoint_obj_t {
    mp_obj_base_t base;
    struct _openamp_endpoint_obj_t *next;
    // Or None; of a closed one MP_OBJ_NULL (by deinit()) or MP_OBJ_SENTINEL (by a shutdown).
    mp_obj_t callback;
    openamp_remote_t *remote;
#if MICROPY_PY_OPENAMP_HOST
    bool late; // made while the core ran
    bool refused; // by a program whose RemoteProc was refused then
#endif
#if MICROPY_PY_OPENAMP_RECEIVE
    bool was_read;
    bool was_ready; // when that was last looked at, and with which `dest`
    bool ended; // its service or session, and the reader was not told
    bool due; // the handler
    bool eof; // a stream tells its reader of the end
    bool reads_line; // readline() does; and has got bytes of it
    bool in_line;
    uint8_t trigger; // of the handler: OPENAMP_IRQ_*
    // Entries: the messages that wait, and those that the program holds.
    uint16_t first, last, first_held;
    uint16_t queued, held; // how many
    uint16_t limit; // of both together; 0: the default
    uint16_t before_end; // of those that wait, how many came before what `ended`
    uint32_t ready_dest;
    uint32_t received, sent, dropped;
    size_t offset; // bytes of the first message that were read
    size_t gathered; // bytes that were written to `gather`, and not sent
    struct amp_tx gather;
    mp_int_t timeout; // of the stream
#ifdef MICROPY_PY_OPENAMP_FILENO
    int file; // by which select.poll() knows it; 0: it does not
#endif
    mp_obj_t handler; // of irq(), or None
    mp_obj_t spare; // an object of hold() that was released, or MP_OBJ_NULL
#endif
    struct amp_endpoint ept; // through which the collector finds the bytes of its name
} openamp_endpoint_obj_t;

static inline openamp_endpoint_obj_t *openamp_endpoint_of(struct amp_endpoint *ept) {
    return (void *)((char *)ept - offsetof(openamp_endpoint_obj_t, ept));
}

extern const mp_obj_type_t openamp_endpoint_type;

static inline bool openamp_endpoint_is_closed(const openamp_endpoint_obj_t *self) {
    return self->callback == MP_OBJ_NULL || self->callback == MP_OBJ_SENTINEL;
}

// The bus released an endpoint that waited for its withdrawal.
void openamp_endpoint_released(struct amp_bus *bus, struct amp_endpoint *ept);

// deinit().
void openamp_endpoint_close(openamp_endpoint_obj_t *self);

// Close the endpoints that were ever bound, without a message, as the core is down.
void openamp_endpoints_close_bound(openamp_remote_t *remote);

// A RemoteProc is refused as the core runs.  A program that was run once more has made its
// endpoints, each with an older one of its name that is bound; they wait for the shutdown()
// that it lacked.  Whoever goes on from there may use them; but when the whole program is
// run again, and makes others, these would take its services: they are closed then.
void openamp_endpoints_refused(openamp_remote_t *remote);

// ---- Sending (send.c) ----

// Endpoint.send, a function object.
extern const mp_obj_base_t openamp_endpoint_send_obj;

// clang-format off
#define OPENAMP_ARG_SRC \
    {MP_QSTR_src, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_INT(-1)}}
#define OPENAMP_ARG_DEST \
    {MP_QSTR_dest, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_INT(-1)}}
#define OPENAMP_ARG_TIMEOUT \
    {MP_QSTR_timeout, MP_ARG_INT | MP_ARG_KW_ONLY, {.u_int = -1}}
// clang-format on

// What is tried until there is room: the bus's result.
typedef struct _openamp_sending_t {
    uint32_t src;
    uint32_t dest;
    mp_obj_t data;
    struct amp_tx *tx;
} openamp_sending_t;
typedef int openamp_send_t(openamp_endpoint_obj_t *self, openamp_sending_t *arg);

// Try until it is no -EAGAIN, or `timeout` is 0.  Raises all other errors.
int openamp_send_waiting(
    openamp_endpoint_obj_t *self, mp_int_t timeout, openamp_send_t *try_it, openamp_sending_t *arg);

// Nothing can be sent or received: the endpoint is closed, or the core does not run.
void openamp_raise_down(const openamp_endpoint_obj_t *self) __attribute__((noreturn));
// No destination: it is closed or not bound.
void openamp_raise_unbound(const openamp_endpoint_obj_t *self) __attribute__((noreturn));
void openamp_raise_size(const openamp_endpoint_obj_t *self, size_t len) __attribute__((noreturn));

// ---- Receiving without a callback (queue.c, receive.c, hold.c) ----

#if MICROPY_PY_OPENAMP_RECEIVE

enum { OPENAMP_IRQ_RX = 1, OPENAMP_IRQ_READY = 2, OPENAMP_IRQ_GONE = 4 };
enum { OPENAMP_NO_ENTRY = 0xFFFF };

// A message that stays in its receive buffer.
typedef struct _openamp_entry_t {
    struct amp_rx rx;
    uint32_t src;
    uint16_t next; // in the same list
    bool lost; // held by an object that was collected
} openamp_entry_t;

openamp_entry_t *openamp_entry(openamp_remote_t *remote, unsigned index);

// Begin and end the queue of an endpoint; all other members are 0 at its beginning.
void openamp_queue_open(openamp_endpoint_obj_t *self, unsigned limit);
void openamp_queue_close(openamp_endpoint_obj_t *self);

// A message for an endpoint that has no callback.
void openamp_queue(struct amp_endpoint *ept, uint32_t src, void *data, size_t len);

// The program reads this endpoint: from now on it loses no message.
void openamp_mark_read(openamp_endpoint_obj_t *self);

// Give the first message back to the peer; or hold it, until openamp_unhold() of its entry,
// which is returned.
void openamp_drop_first(openamp_endpoint_obj_t *self);
unsigned openamp_hold_first(openamp_endpoint_obj_t *self);
void openamp_unhold(openamp_endpoint_obj_t *self, unsigned index);

// An endpoint may have become ready or unready, or the session another.
void openamp_changed(openamp_remote_t *remote);
static inline void openamp_look_at_changes(openamp_remote_t *remote) {
    if (remote->changes != remote->stats->changes) {
        openamp_changed(remote);
    }
}

// Its handler is due, if it is one for that event; and call those that are.
void openamp_due(openamp_endpoint_obj_t *self, unsigned event);
void openamp_run_handlers(openamp_remote_t *remote);
#define openamp_has_handlers(remote) ((remote)->handlers)

// Wait at most `timeout` until it is so, and raise nothing but what is raised meanwhile.
bool openamp_wait_quietly(
    openamp_endpoint_obj_t *self, bool (*is_so)(openamp_endpoint_obj_t *self), mp_int_t timeout);

// Wait until there is a message.  False: there is none, and `timeout` is 0.
bool openamp_wait_message(openamp_endpoint_obj_t *self, mp_int_t timeout);

// Does a message for an endpoint that is full keep all others in the ring?
#define openamp_is_blocked(remote) ((remote)->left != NULL)
void openamp_raise_blocked(const openamp_remote_t *remote) __attribute__((noreturn));

// The program has read all of what has ended.
static inline bool openamp_at_end(const openamp_endpoint_obj_t *self) {
    return self->ended ? self->before_end == 0
                       : self->queued == 0 && !OPENAMP_BUS(self->remote, is_up);
}

// The stream (stream.c): what is ready of the events of select.poll(); send what was
// gathered; and what is gathered by all.
extern const mp_stream_p_t openamp_endpoint_stream;
mp_uint_t openamp_endpoint_poll(openamp_endpoint_obj_t *self, mp_uint_t events);
void openamp_flush_one(openamp_endpoint_obj_t *self);
static inline void openamp_flush(openamp_endpoint_obj_t *self) {
    if (self->gathered != 0) {
        openamp_flush_one(self);
    }
}
void openamp_flush_all(openamp_remote_t *remote);

// The one argument of hold(*, timeout=-1) and its like.
mp_int_t openamp_get_timeout(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args);

// The iterator of an Endpoint.
extern const mp_getiter_iternext_custom_t openamp_endpoint_iter;

MP_DECLARE_CONST_FUN_OBJ_KW(openamp_endpoint_wait_ready_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(openamp_endpoint_recv_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(openamp_endpoint_recvfrom_obj);
extern const mp_obj_base_t openamp_endpoint_recvinto_obj;
MP_DECLARE_CONST_FUN_OBJ_KW(openamp_endpoint_hold_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(openamp_endpoint_send_buffer_obj);
MP_DECLARE_CONST_FUN_OBJ_1(openamp_endpoint_any_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(openamp_endpoint_read_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(openamp_endpoint_readline_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(openamp_endpoint_irq_obj);
MP_DECLARE_CONST_FUN_OBJ_1(openamp_endpoint_stats_obj);

#define openamp_count_sent(self, result) ((self)->sent += (result) >= 0)
#else
#define openamp_flush(self) ((void)0)
#define openamp_has_handlers(remote) (false)
#define openamp_run_handlers(remote) ((void)0)
#define openamp_changed(remote) ((void)0)
#define openamp_look_at_changes(remote) ((void)0)
#define openamp_is_blocked(remote) (false)
#define openamp_raise_blocked(remote) ((void)0)
#define openamp_count_sent(self, result) ((void)0)
#endif

// ---- Objects that show memory (view.c) ----

#define OPENAMP_VIEWS \
    (MICROPY_PY_OPENAMP_RECEIVE || (MICROPY_PY_OPENAMP_HOST && MICROPY_PY_OPENAMP_INSPECT))

typedef struct _openamp_view_ops_t {
    // Where the bytes are; *write is true before.  Raises ValueError if the object is void.
    void *(*look)(mp_obj_t self_in, size_t *len, bool *write);
    void (*written)(mp_obj_t self_in, const void *va, size_t len); // or NULL
} openamp_view_ops_t;
typedef struct _openamp_view_t {
    mp_obj_base_t base;
    const openamp_view_ops_t *ops;
} openamp_view_t;

mp_obj_t openamp_view_unary_op(mp_unary_op_t op, mp_obj_t self_in);
mp_obj_t openamp_view_subscr(mp_obj_t self_in, mp_obj_t index, mp_obj_t value);
mp_int_t openamp_view_get_buffer(mp_obj_t self_in, mp_buffer_info_t *bufinfo, mp_uint_t flags);

#endif // OPENAMP_ENDPOINT_H
