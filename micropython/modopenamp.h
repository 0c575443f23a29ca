/* What the files of the MicroPython binding share. */
#ifndef OPENAMP_MODOPENAMP_H
#define OPENAMP_MODOPENAMP_H

#include "py/obj.h"
#include "py/objarray.h"
#include "py/runtime.h"

#include "openamp/bus_static.h"
#include "openamp/openamp.h"

// Does this build play the host (with RemoteProc), or the device?
#ifndef MICROPY_PY_OPENAMP_HOST
#define MICROPY_PY_OPENAMP_HOST (1)
#endif

#if !MICROPY_ENABLE_FINALISER || !MICROPY_ENABLE_SCHEDULER || !MICROPY_SCHEDULER_STATIC_NODES \
    || !MICROPY_MODULE_BUILTIN_INIT
#error "openamp needs finalisers, the scheduler with static nodes, and __init__ of modules"
#endif

// How many other cores there can be.
#ifndef MICROPY_PY_OPENAMP_CORES
#define MICROPY_PY_OPENAMP_CORES (AMP_CONFIG_CORES)
#endif

// The longest wait: as good as for ever, and safe to convert to int.
#define OPENAMP_WAIT_FOREVER (0x3FFFFFFF)

// ---- Remotes: the other cores (remote.c) ----

// One other core: a remote of this host, or this remote's host.  The small members come
// first, because instructions reach them with short offsets.
typedef struct _openamp_remote_t {
    mp_sched_node_t node; // first; a soft reset may leave it in the scheduler's list
    volatile bool poll_due; // the doorbell rang since it was last cleared
    volatile bool running; // the node polls: it looks at `poll_due` when it has done so
    bool again; // run_again() is to poll it
    volatile bool waits; // not yet scheduled: for a platform whose interrupt cannot always do so
    bool loading; // an image is being read, which may run Python
    volatile bool orphan; // the owner was collected in a thread that could not stop the core
    bool open; // in use in this run of the interpreter
    struct amp_bus *bus;
    const struct amp_rpmsg_stats *stats; // of the bus
    uint32_t forgotten; // announcements that were forgotten before this run of the interpreter
    const void *owner; // the RemoteProc object that drives the core, not traced
    uint32_t endpoint_count;
    uint32_t bucket_count;
} openamp_remote_t;

// All remotes, by number.
extern openamp_remote_t openamp_remotes[MICROPY_PY_OPENAMP_CORES];

// The number of a remote; a constant where there is only one.
static inline unsigned openamp_core_number(const openamp_remote_t *remote) {
    return MICROPY_PY_OPENAMP_CORES == 1 ? 0 : (unsigned)(remote - openamp_remotes);
}

// The operations of the remote's bus: direct calls where all buses are of one kind.
#ifndef MICROPY_PY_OPENAMP_STATIC_BUS
#define MICROPY_PY_OPENAMP_STATIC_BUS (1)
#endif
#if MICROPY_PY_OPENAMP_STATIC_BUS
#if MICROPY_PY_OPENAMP_HOST
static const struct amp_bus_ops openamp_bus_ops = AMP_BUS_HOST_OPS;
#else
static const struct amp_bus_ops openamp_bus_ops = AMP_BUS_DEVICE_OPS;
#endif
#define OPENAMP_OPS(remote) (&openamp_bus_ops)
#else
#define OPENAMP_OPS(remote) ((remote)->bus->ops)
#endif
#define OPENAMP_BUS(remote, operation, ...) \
    (OPENAMP_OPS(remote)->operation((remote)->bus, ##__VA_ARGS__))

// What the module has on the heap in one run of the interpreter.
typedef struct _openamp_run_t {
    mp_obj_base_t base;
    mp_obj_t service_callback; // for the cores that have none of their own
    bool warned; // that announcements were forgotten
    struct {
        mp_obj_t service_callback; // or MP_OBJ_NULL
        struct _openamp_endpoint_obj_t *endpoints; // all that are open, the newest first
        void *buckets;
        mp_obj_t entry; // what the owner has loaded
    } core[MICROPY_PY_OPENAMP_CORES];
} openamp_run_t;

#define OPENAMP_RUN() (MP_STATE_VM(openamp_run))
#define OPENAMP_RUN_OF(remote) (&OPENAMP_RUN()->core[openamp_core_number(remote)])

// Called by each import: set up for this run of the interpreter, if that was not done.
mp_obj_t openamp_init(void);

// The remote of a `core=` or `remote=` argument (a number or a RemoteProc), opened if it
// was not; for None, `otherwise`.  Raises ENODEV.
openamp_remote_t *openamp_get_remote(mp_obj_t arg, openamp_remote_t *otherwise);

// The core that new endpoints belong to: inside a service callback the core that made the
// announcement, else core 0.
extern openamp_remote_t *openamp_announcing;

// Poll the bus.  Raises nothing.
void openamp_poll(openamp_remote_t *remote);

// The doorbell rang: have the bus polled where callbacks may run.  For any context.
void openamp_doorbell(void *remote);

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

// Raise `exception` if a callback is neither callable nor None.
void openamp_check_callback(mp_obj_t callback, const mp_obj_type_t *exception);

// A name argument: TypeError unless it is a str, ValueError if it has a NUL.
const char *openamp_get_name(mp_obj_t obj);

// An address argument: -1 gives AMP_ADDR_ANY; outside of 32 bits: ValueError.
uint32_t openamp_get_addr(mp_obj_t obj);

// How the platform sleeps until an interrupt comes, and how its interrupt schedules.
// With the defaults a doorbell can be lost on some platforms, if it comes between the
// last look and the sleep.  Such a platform defines its own (micropython/unix): a wait
// that does not begin while *unless is set.
#ifndef MICROPY_PY_OPENAMP_WAIT
#define MICROPY_PY_OPENAMP_WAIT(ms, unless) mp_event_wait_ms(ms)
#endif
#ifndef MICROPY_PY_OPENAMP_SCHEDULE
#define MICROPY_PY_OPENAMP_SCHEDULE(node, callback) mp_sched_schedule_node(node, callback)
#endif

// A platform on which Ctrl-C may jump out of any function (micropython/unix) is told of
// each call into core/, because a jump out of that would leave a queue half updated.
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

// Set the events of the bus, with one for services if there is a callback.
void openamp_set_events(openamp_remote_t *remote);

// The module's function of that name.
mp_obj_t openamp_new_service_callback(mp_obj_t callback);

// A message for an endpoint that has a callback.
void openamp_received(struct amp_endpoint *ept, uint32_t src, void *data, size_t len);

// ---- Endpoints (endpoint.c) ----

// An Endpoint.  The remote keeps every open one alive, through `next`.
typedef struct _openamp_endpoint_obj_t {
    mp_obj_base_t base;
    struct _openamp_endpoint_obj_t *next;
    // Or None; of a closed one MP_OBJ_NULL (by deinit()) or MP_OBJ_SENTINEL (by a shutdown).
    mp_obj_t callback;
    openamp_remote_t *remote;
    struct amp_endpoint ept; // through which the collector finds the bytes of its name
} openamp_endpoint_obj_t;

static inline openamp_endpoint_obj_t *openamp_endpoint_of(struct amp_endpoint *ept) {
    return (void *)((char *)ept - offsetof(openamp_endpoint_obj_t, ept));
}

extern const mp_obj_type_t openamp_endpoint_type;

// The bus released an endpoint that waited for its withdrawal.
void openamp_endpoint_released(struct amp_bus *bus, struct amp_endpoint *ept);

// Close the endpoints that were ever bound, without a message, as the core is down.
void openamp_endpoints_close_bound(openamp_remote_t *remote);

// ---- RemoteProc (remoteproc.c) ----

#if MICROPY_PY_OPENAMP_HOST
extern const mp_obj_type_t openamp_remoteproc_type;

// The remote of a RemoteProc object, or NULL if it is none.
openamp_remote_t *openamp_remoteproc_remote(mp_obj_t obj);

// RemoteProc.shutdown(): the core is stopped and given back, and the endpoints that
// were bound to it are closed.  Sends nothing and allocates nothing: a finaliser may
// call it.
int openamp_remote_shutdown(openamp_remote_t *remote);
#endif

// ---- Messages (message.c) ----

// A bytearray that refers to a receive buffer.
mp_obj_t openamp_message_new(const char *data, size_t len);

// Empty a message, because its buffer goes back to the peer.
static inline void openamp_message_clear(mp_obj_t message) {
    mp_obj_array_t *self = MP_OBJ_TO_PTR(message);
    self->len = 0;
    self->items = NULL;
}

// ---- Images (image.c) ----

// Load the firmware file of that name into the remote: the bus's load(), or an
// exception.  *found is where it was found before, or MP_OBJ_NULL, which is then set.
int openamp_load_file(
    openamp_remote_t *remote, mp_obj_t name, mp_obj_t *found, struct amp_load_error *why);

#endif // OPENAMP_MODOPENAMP_H
