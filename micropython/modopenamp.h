/* What the files of the MicroPython binding share. */
#ifndef OPENAMP_MODOPENAMP_H
#define OPENAMP_MODOPENAMP_H

#include "py/obj.h"
#include "py/objarray.h"
#include "py/runtime.h"

#include "openamp/openamp.h"

// Does this build play the host (with RemoteProc), or the device?
#ifndef MICROPY_PY_OPENAMP_HOST
#define MICROPY_PY_OPENAMP_HOST (1)
#endif

#if !MICROPY_ENABLE_FINALISER || !MICROPY_ENABLE_SCHEDULER || !MICROPY_SCHEDULER_STATIC_NODES \
    || !MICROPY_MODULE_BUILTIN_INIT
#error "openamp needs finalisers, the scheduler with static nodes, and __init__ of modules"
#endif

// An Endpoint.  The bus keeps every open one alive, through `next`.
typedef struct _openamp_endpoint_obj_t {
    mp_obj_base_t base;
    struct _openamp_endpoint_obj_t *next;
    // Or None; of a closed one MP_OBJ_NULL (by deinit()) or MP_OBJ_SENTINEL (by a shutdown).
    mp_obj_t callback;
    struct amp_endpoint ept; // through which the collector finds the bytes of its name
} openamp_endpoint_obj_t;

static inline openamp_endpoint_obj_t *openamp_endpoint_of(struct amp_endpoint *ept) {
    return (void *)((char *)ept - offsetof(openamp_endpoint_obj_t, ept));
}

extern const mp_obj_type_t openamp_endpoint_type;
extern const mp_obj_type_t openamp_remoteproc_type;

// The longest wait: as good as for ever, and safe to convert to int.
#define OPENAMP_WAIT_FOREVER (0x3FFFFFFF)

// ---- The bus: one link, shared by all endpoints (bus.c) ----

// What is small comes first: it is reached with shorter instructions.
typedef struct _openamp_bus_t {
    volatile bool notified; // the doorbell rang since it was last cleared
    volatile bool running; // the node polls: it looks at `notified` when it has done so
    bool again; // run_again() is scheduled
#if MICROPY_PY_OPENAMP_HOST
    bool loading; // an image is being read, which may run Python
    volatile bool orphan; // the owner was collected where the core could not be stopped
    const void *owner; // the RemoteProc object that drives the core, not traced
    struct amp_rproc rproc;
#endif
    uint32_t endpoint_count;
    struct amp_rpmsg link;
} openamp_bus_t;

extern openamp_bus_t openamp_bus;

// At import: make the bus ready if this run of the interpreter did not yet.
mp_obj_t openamp_bus_init(void);

// Have the work that is due done where callbacks may run.  In any context.
void openamp_bus_notified(void *bus);

// Do the work that is due.  No exception leaves it.
void openamp_bus_poll(void);

#if MICROPY_PY_OPENAMP_HOST
// RemoteProc.shutdown(): amp_rproc_shutdown(), and the endpoints that were bound to
// the core are closed.  Sends nothing and allocates nothing: a finaliser may call it.
int openamp_bus_shutdown(void);
#endif

// Raise RuntimeError in any thread but the main one, where threads could run
// here at the same time.
#if MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL
#define OPENAMP_THREADS (1)
#define OPENAMP_IS_MAIN_THREAD() mp_thread_is_main_thread()
void openamp_check_thread(void);
#else
#define OPENAMP_THREADS (0)
#define OPENAMP_IS_MAIN_THREAD() (true)
#define openamp_check_thread()
#endif

// Raise OSError(error, text), with the text made as by printf().
void openamp_raise(int error, mp_rom_error_text_t text, ...) __attribute__((noreturn));

// A callback that cannot be called, and is not None, raises `exception`.
void openamp_check_callback(mp_obj_t callback, const mp_obj_type_t *exception);

// A name argument: TypeError unless it is a str, ValueError if it has a NUL.
const char *openamp_get_name(mp_obj_t obj);

// An address argument: -1 gives AMP_ADDR_ANY; outside of 32 bits: ValueError.
uint32_t openamp_get_addr(mp_obj_t obj);

// How the platform sleeps until an interrupt, and how its interrupt schedules.
// A platform whose defaults would lose a doorbell that comes between the last
// look and the sleep gives its own (micropython/unix).
#ifndef MICROPY_PY_OPENAMP_WAIT
#define MICROPY_PY_OPENAMP_WAIT(ms) mp_event_wait_ms(ms)
#endif
#ifndef MICROPY_PY_OPENAMP_SCHEDULE
#define MICROPY_PY_OPENAMP_SCHEDULE(node, callback) mp_sched_schedule_node(node, callback)
#endif

// Where Ctrl-C may jump out of whatever runs (micropython/unix) the platform is
// told of each call into core/, which must not be left so.
#ifndef MICROPY_PY_OPENAMP_ENTER
#define MICROPY_PY_OPENAMP_ENTER() ((void)0)
#define MICROPY_PY_OPENAMP_LEAVE() ((void)0)
#endif
static inline int openamp_left(int result) {
    MICROPY_PY_OPENAMP_LEAVE();
    return result;
}
#define OPENAMP_CORE_CALL(call) (MICROPY_PY_OPENAMP_ENTER(), openamp_left(call))

// ---- Callbacks (callback.c) ----

// The function of the module.
mp_obj_t openamp_new_service_callback(mp_obj_t callback);

// A message for an endpoint that has a callback; for NULL, the name of a service.
void openamp_call(struct amp_endpoint *ept, uint32_t src, void *data, size_t len);

// ---- Endpoints (endpoint.c) ----

// The bus released an endpoint that waited for its withdrawal.
void openamp_endpoint_released(struct amp_rpmsg *link, struct amp_endpoint *ept);

// Close all that were ever bound, telling nobody.  The core is down.
void openamp_endpoints_close_bound(void);

// ---- Messages (message.c) ----

// A bytearray that refers to a receive buffer.
mp_obj_t openamp_message_new(const char *data, size_t len);

// Empty it: the buffer goes back.
static inline void openamp_message_clear(mp_obj_t message) {
    mp_obj_array_t *self = MP_OBJ_TO_PTR(message);
    self->len = 0;
    self->items = NULL;
}

// ---- Images (image.c) ----

// Load the firmware file of that name: amp_rproc_load(), or an exception.
// *found is where it was found before, or MP_OBJ_NULL, which is then set.
int openamp_load_file(mp_obj_t name, mp_obj_t *found, struct amp_load_error *why);

#endif // OPENAMP_MODOPENAMP_H
