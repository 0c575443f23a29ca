/* Endpoint, as its own files and the others of the binding use it. */
#ifndef OPENAMP_ENDPOINT_H
#define OPENAMP_ENDPOINT_H

#include "modopenamp.h"

#include "py/stream.h"

// ---- Endpoints (endpoint.c) ----

// An Endpoint.  The remote's list keeps every open one alive, through `next`.
typedef struct _openamp_endpoint_obj_t {
    mp_obj_base_t base;
    struct _openamp_endpoint_obj_t *next;
    // A function or None.  After deinit(): MP_OBJ_NULL.  After shutdown(): MP_OBJ_SENTINEL.
    mp_obj_t callback;
    openamp_remote_t *remote;
#if MICROPY_PY_OPENAMP_HOST
    bool late; // created while the core was running
    bool refused; // see openamp_endpoints_refused()
#endif
#if MICROPY_PY_OPENAMP_RECEIVE
    bool was_read; // the program has read from it, or waited for a message
    bool was_ready; // at the last openamp_changed(), with `ready_dest`
    bool ended; // the service or the session has ended, and the reader does not know it yet
    bool due; // the handler of irq() is to be called
    bool wants_ready; // wait_ready(0) found it not ready: select.poll() tells once when it is
    bool eof; // a stream reports the end to its reader
    bool stalled; // a stream without `eof` has waited for room in vain
    bool reads_line; // inside readline()
    bool in_line; // readline() has got bytes
    uint8_t trigger; // of the handler: OPENAMP_IRQ_*
    // Entries of the remote's pool: the queue of unread messages, and the list of held ones.
    uint16_t first, last, first_held;
    uint16_t queued, held; // their numbers
    uint16_t limit; // of both numbers together; 0: the default
    uint16_t before_end; // queued messages that came before the end (`ended`)
    uint32_t ready_dest;
    uint32_t received, sent, dropped;
    size_t offset; // bytes of the first queued message that were read already
    size_t gathered; // bytes in `gather` that were not sent yet
    struct amp_tx gather; // the transmit buffer in which the stream gathers
    mp_int_t timeout; // of the stream, in milliseconds
#ifdef MICROPY_PY_OPENAMP_FILENO
    int file; // the file number for select.poll(); 0: none yet
#endif
    mp_obj_t handler; // of irq(), or None
    mp_obj_t spare; // a released object of hold(), for the next one; or MP_OBJ_NULL
#endif
    struct amp_endpoint ept; // its `name` keeps the bytes of the str alive
} openamp_endpoint_obj_t;

static inline openamp_endpoint_obj_t *openamp_endpoint_of(struct amp_endpoint *ept) {
    return (void *)((char *)ept - offsetof(openamp_endpoint_obj_t, ept));
}

extern const mp_obj_type_t openamp_endpoint_type;

static inline bool openamp_endpoint_is_closed(const openamp_endpoint_obj_t *self) {
    return self->callback == MP_OBJ_NULL || self->callback == MP_OBJ_SENTINEL;
}

// Remove an endpoint from the remote's list: it was destroyed, at once or by the bus's event.
void openamp_endpoint_released(struct amp_bus *bus, struct amp_endpoint *ept);

// deinit().
void openamp_endpoint_close(openamp_endpoint_obj_t *self);

// Close the endpoints that are or were bound.  No message is sent, because the core is down.
void openamp_endpoints_close_bound(openamp_remote_t *remote);

// A RemoteProc was refused because the core runs.  Typically a program without shutdown() was
// run a second time at the prompt: it has just created endpoints with the names of bound ones
// of its first run.  Mark these new ones.  The user may call shutdown() and use them; but if
// the program runs a third time and creates its endpoints again, the marked ones would take
// their services, so they are closed then.
void openamp_endpoints_refused(openamp_remote_t *remote);

// ---- Sending (send.c) ----

// The function object Endpoint.send.
extern const mp_obj_base_t openamp_endpoint_send_obj;

// clang-format off
#define OPENAMP_ARG_SRC \
    {MP_QSTR_src, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_INT(-1)}}
#define OPENAMP_ARG_DEST \
    {MP_QSTR_dest, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_INT(-1)}}
#define OPENAMP_ARG_TIMEOUT \
    {MP_QSTR_timeout, MP_ARG_INT | MP_ARG_KW_ONLY, {.u_int = -1}}
// clang-format on

// One try to send or to claim a buffer; returns the bus's result.
typedef struct _openamp_sending_t {
    uint32_t src;
    uint32_t dest;
    mp_obj_t data;
    struct amp_tx *tx;
} openamp_sending_t;
typedef int openamp_send_t(openamp_endpoint_obj_t *self, openamp_sending_t *arg);

// Call try_it() until it returns no -EAGAIN; with `timeout` 0 once.  -1: no limit, else
// milliseconds.  Returns its result, 0 or more, or -EAGAIN; all other errors are raised.
int openamp_send_waiting(
    openamp_endpoint_obj_t *self, mp_int_t timeout, openamp_send_t *try_it, openamp_sending_t *arg);

// Raise the error of an endpoint that is closed, or whose core does not run.
void openamp_raise_down(const openamp_endpoint_obj_t *self) __attribute__((noreturn));
// Raise the error of an endpoint without a destination: it is closed or not bound.
void openamp_raise_unbound(const openamp_endpoint_obj_t *self) __attribute__((noreturn));
// Raise EMSGSIZE.
void openamp_raise_size(const openamp_endpoint_obj_t *self, size_t len) __attribute__((noreturn));

// ---- Receiving without a callback (queue.c, receive.c, hold.c) ----

#if MICROPY_PY_OPENAMP_RECEIVE

enum { OPENAMP_IRQ_RX = 1, OPENAMP_IRQ_READY = 2, OPENAMP_IRQ_GONE = 4 };
enum { OPENAMP_NO_ENTRY = 0xFFFF };

// An entry of a remote's pool: a message that stays in its receive buffer.
typedef struct _openamp_entry_t {
    struct amp_rx rx;
    uint32_t src;
    uint16_t next; // in the queue, the list of held messages or the list of free entries
    bool lost; // the object that held it was collected
} openamp_entry_t;

openamp_entry_t *openamp_entry(openamp_remote_t *remote, unsigned index);

// Begin the queue of an endpoint, all of whose other members are 0; and end it, which gives
// all its messages back.
void openamp_queue_open(openamp_endpoint_obj_t *self, unsigned limit);
void openamp_queue_close(openamp_endpoint_obj_t *self);

// The bus's callback of an endpoint without a Python callback: queue the message.
void openamp_queue(struct amp_endpoint *ept, uint32_t src, void *data, size_t len);

// Note that the program reads this endpoint: from now on none of its messages is dropped.
void openamp_mark_read(openamp_endpoint_obj_t *self);

// Take the first message out of the queue and give its buffer back; or hold it until
// openamp_unhold() of its entry, whose index is returned.
void openamp_drop_first(openamp_endpoint_obj_t *self);
unsigned openamp_hold_first(openamp_endpoint_obj_t *self);
void openamp_unhold(openamp_endpoint_obj_t *self, unsigned index);

// Look at all endpoints: some may have become ready, or no longer be, or the session ended.
void openamp_changed(openamp_remote_t *remote);
static inline void openamp_look_at_changes(openamp_remote_t *remote) {
    if (remote->changes != remote->stats->changes) {
        openamp_changed(remote);
    }
}

// Make the handler of irq() due, if its trigger has that event; and call all that are due.
void openamp_due(openamp_endpoint_obj_t *self, unsigned event);
void openamp_run_handlers(openamp_remote_t *remote);
#define openamp_has_handlers(remote) ((remote)->handlers)

// Wait at most `timeout` until is_so(); returns whether it is.  Only exceptions of what runs
// meanwhile (callbacks, Ctrl-C) leave it.
bool openamp_wait_quietly(
    openamp_endpoint_obj_t *self, bool (*is_so)(openamp_endpoint_obj_t *self), mp_int_t timeout);

// Wait until there is a message.  False: there is none, and `timeout` is 0.
bool openamp_wait_message(openamp_endpoint_obj_t *self, mp_int_t timeout);

// Was a message left in the ring because its endpoint is full?  Then all later ones wait.
#if MICROPY_PY_OPENAMP_STATIC_BUS
#define OPENAMP_MAY_BLOCK (true)
#define openamp_is_blocked(remote) ((remote)->left != NULL)
#else
#define OPENAMP_MAY_BLOCK (false) // the kernel has a queue for each
#define openamp_is_blocked(remote) (false)
#endif
void openamp_raise_blocked(const openamp_remote_t *remote) __attribute__((noreturn));

// Has the program read all messages up to the end of the service or session?
static inline bool openamp_at_end(const openamp_endpoint_obj_t *self) {
    return self->ended ? self->before_end == 0
                       : self->queued == 0 && !OPENAMP_BUS(self->remote, is_up);
}

// The stream (stream.c): the events of select.poll() that have happened; send what one
// stream has gathered, or all streams of a remote.
extern const mp_stream_p_t openamp_endpoint_stream;
mp_uint_t openamp_endpoint_poll(openamp_endpoint_obj_t *self, mp_uint_t events);
void openamp_flush_one(openamp_endpoint_obj_t *self);
static inline void openamp_flush(openamp_endpoint_obj_t *self) {
    if (self->gathered != 0) {
        openamp_flush_one(self);
    }
}
void openamp_flush_all(openamp_remote_t *remote);

// The value of `timeout` for methods with that one argument, such as hold(*, timeout=-1).
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
    // Returns where the bytes are.  *write is true; set it to false if they are read-only.
    // Raises ValueError if the object is void.
    void *(*look)(mp_obj_t self_in, size_t *len, bool *write);
    // Called after bytes were written; or NULL.
    void (*written)(mp_obj_t self_in, const void *va, size_t len);
} openamp_view_ops_t;
typedef struct _openamp_view_t {
    mp_obj_base_t base;
    const openamp_view_ops_t *ops;
} openamp_view_t;

mp_obj_t openamp_view_unary_op(mp_unary_op_t op, mp_obj_t self_in);
mp_obj_t openamp_view_subscr(mp_obj_t self_in, mp_obj_t index, mp_obj_t value);
mp_int_t openamp_view_get_buffer(mp_obj_t self_in, mp_buffer_info_t *bufinfo, mp_uint_t flags);

#endif // OPENAMP_ENDPOINT_H
