/* The switches, types and functions that the files of the MicroPython binding share. */
#ifndef OPENAMP_MODOPENAMP_H
#define OPENAMP_MODOPENAMP_H

#include "py/obj.h"
#include "py/objarray.h"
#include "py/runtime.h"

#include "openamp/bus_static.h"
#include "openamp/openamp.h"

// The role of this build: 1, host (with RemoteProc); 0, device.
#ifndef MICROPY_PY_OPENAMP_HOST
#define MICROPY_PY_OPENAMP_HOST (1)
#endif

#if !MICROPY_ENABLE_FINALISER || !MICROPY_ENABLE_SCHEDULER || !MICROPY_SCHEDULER_STATIC_NODES \
    || !MICROPY_MODULE_BUILTIN_INIT
#error "openamp needs finalisers, the scheduler with static nodes, and __init__ of modules"
#endif

// The most other cores that there can be.
#ifndef MICROPY_PY_OPENAMP_CORES
#define MICROPY_PY_OPENAMP_CORES (AMP_CONFIG_CORES)
#endif

// 1: reports that a program does not ask for: lines on the console, repr(), and errors whose
// text has the state of the other core.
#ifndef MICROPY_PY_OPENAMP_VISIBLE
#define MICROPY_PY_OPENAMP_VISIBLE (1)
#endif

// 1: the methods by which a program inspects a RemoteProc: state(), reason(), irq(), trace(),
// stats(), mem(), symbol(), coredump(), attach(), `with`.
#ifndef MICROPY_PY_OPENAMP_INSPECT
#define MICROPY_PY_OPENAMP_INSPECT (MICROPY_PY_OPENAMP_VISIBLE)
#endif
#if MICROPY_PY_OPENAMP_INSPECT && !MICROPY_PY_OPENAMP_VISIBLE
#error "MICROPY_PY_OPENAMP_INSPECT needs MICROPY_PY_OPENAMP_VISIBLE"
#endif

// 1: the methods that receive without a callback: recv() and its like, hold(),
// send_buffer(), wait_ready(), irq(), stats().  0: the messages of an Endpoint without a
// callback are dropped.
#ifndef MICROPY_PY_OPENAMP_RECEIVE
#define MICROPY_PY_OPENAMP_RECEIVE (1)
#endif

// Are all buses of one kind, that over our own rings?  Then their operations are direct calls.
#ifndef MICROPY_PY_OPENAMP_STATIC_BUS
#define MICROPY_PY_OPENAMP_STATIC_BUS (1)
#endif

// A call that waits for room or for a message, when nothing can bring it, is reported as a
// deadlock after this time.  (It is no polling interval: a message ends the wait at once.)
#define OPENAMP_DEADLOCK_MS (100)

// Milliseconds that serve as "for ever" (12 days) and that any integer type can hold.
#define OPENAMP_WAIT_FOREVER (0x3FFFFFFF)

// ---- Remotes: the other cores (remote.c) ----

// One other core: a remote of this host, or this remote's host.  The small members come
// first, because instructions reach them with short offsets.
typedef struct _openamp_remote_t {
    mp_sched_node_t node; // must be first; it may stay in the scheduler's list at a soft reset
    volatile bool poll_due; // the doorbell has rung since the last poll began
    volatile bool running; // the node's function polls, and then looks at `poll_due` itself
    bool again; // run_again() must poll this remote
    volatile bool waits; // the node is to be scheduled: where an interrupt cannot always do so
    bool loading; // an image is being read, which may run Python
    volatile bool orphan; // its RemoteProc was collected in a thread that cannot stop the core
    bool refused; // some endpoint has the mark `refused`
#if !MICROPY_PY_OPENAMP_STATIC_BUS
    bool reporting; // the handler of a crash is running
#endif
#ifdef MICROPY_PY_OPENAMP_ALARM
    bool announces; // an announcement may wait for room: see openamp_announces()
    volatile bool asleep; // the alarm was set for this remote
    volatile bool woken; // the alarm went off, and the remote was not polled yet
    uint32_t slept; // the argument of the bus's message_timeout()
#endif
    bool open; // in use in this run of the interpreter
#if MICROPY_PY_OPENAMP_VISIBLE
    volatile uint8_t events; // OPENAMP_EVENT_*, to be reported
    uint8_t deferred; // OPENAMP_EVENT_*, to be reported when the console is free
    uint32_t loads; // counts what is loaded: views of earlier contents are void
    uint16_t consumed; // the last *consumed of the bus's unconsumed()
    mp_uint_t consumed_ms; // mp_hal_ticks_ms() when that changed, or no message waited
    mp_uint_t started_ms;
    const char *reason; // of a crash that was not reported yet
#endif
#if MICROPY_PY_OPENAMP_RECEIVE
    bool handlers; // of Endpoint.irq(), are due
    bool gathers; // some stream has bytes that were not sent yet
    uint16_t pool_count; // entries of the pool
    uint16_t pool_free; // the first free entry, or OPENAMP_NO_ENTRY
    uint16_t kept; // entries in use
    uint16_t unread; // entries in queues of endpoints that were never read
    uint32_t changes; // stats->changes at the last openamp_changed()
    struct _openamp_endpoint_obj_t *left; // the endpoint whose message was left in the ring
#endif
    struct amp_bus *bus;
    const struct amp_rpmsg_stats *stats; // of the bus
    uint32_t forgotten; // stats->services_forgotten, as far as it was reported
    const void *owner; // the RemoteProc object of the core; the collector does not trace this
    uint32_t endpoint_count;
    uint32_t bucket_count;
} openamp_remote_t;

// All remotes, by number.
extern openamp_remote_t openamp_remotes[MICROPY_PY_OPENAMP_CORES];

// The number of a remote; a constant where there is only one.
static inline unsigned openamp_core_number(const openamp_remote_t *remote) {
    return MICROPY_PY_OPENAMP_CORES == 1 ? 0 : (unsigned)(remote - openamp_remotes);
}

// The operations of the remote's bus.
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

// The root of what the module has on the heap in one run of the interpreter.
typedef struct _openamp_run_t {
    mp_obj_base_t base;
    mp_obj_t service_callback; // the module's: for cores that have none of their own
    mp_obj_t caught; // an exception of a callback, to be raised after the poll; or MP_OBJ_NULL
    bool warned; // it was reported that announcements were forgotten
    struct {
        mp_obj_t service_callback; // or MP_OBJ_NULL
#if MICROPY_PY_OPENAMP_VISIBLE
        mp_obj_t stopped; // the RemoteProc whose core was stopped, until its handler is called
        mp_obj_t lost; // the entry (path or address) of a RemoteProc that was collected
        mp_obj_t reported; // the argument of report_crash(), to whose text the bus refers
#endif
        struct _openamp_endpoint_obj_t *endpoints; // all open ones, the newest first
        void *buckets; // the hash table of the bus
#if MICROPY_PY_OPENAMP_RECEIVE
        struct _openamp_entry_t *pool; // messages that are queued or held
#endif
        mp_obj_t entry; // the path or address that the owner has loaded
    } core[MICROPY_PY_OPENAMP_CORES];
} openamp_run_t;

#define OPENAMP_RUN() (MP_STATE_VM(openamp_run))
#define OPENAMP_RUN_OF(remote) (&OPENAMP_RUN()->core[openamp_core_number(remote)])

// Called at each import: the first one in a run of the interpreter sets the module up.
mp_obj_t openamp_init(void);

// The remote of a `core=` or `remote=` argument (a number or a RemoteProc), which is opened
// if necessary; for None, `otherwise`.  Raises ENODEV if there is no such core.
openamp_remote_t *openamp_get_remote(mp_obj_t arg, openamp_remote_t *otherwise);

// The core that new endpoints belong to: inside a service callback the core that made the
// announcement, else core 0.
extern openamp_remote_t *openamp_announcing;

// Poll the bus.  Raises nothing.
void openamp_poll(openamp_remote_t *remote);

// Schedule a poll of the bus, where callbacks may run: the doorbell's callback.  May be called
// in any context.
void openamp_doorbell(void *remote);

// Call this after something that leads to an announcement or a withdrawal, now or when the
// session begins.  While that waits for room at a peer that may never kick for consumed
// buffers, the platform's alarm schedules a poll now and then.
#ifdef MICROPY_PY_OPENAMP_ALARM
void openamp_announces(openamp_remote_t *remote);
// Called when the alarm goes off, in any context.
void openamp_alarm(void);
#else
#define openamp_announces(remote) ((void)(remote))
#endif

// In builds with threads and without a lock around the interpreter: raise RuntimeError in
// every thread but the main one.
#if MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL
#define OPENAMP_THREADS (1)
#define OPENAMP_IS_MAIN_THREAD() mp_thread_is_main_thread()
void openamp_check_thread(void);
#else
#define OPENAMP_THREADS (0)
#define OPENAMP_IS_MAIN_THREAD() (true)
#define openamp_check_thread()
#endif

// Raise OSError(error, text), with the text formatted as by printf().
void openamp_raise(int error, mp_rom_error_text_t text, ...) __attribute__((noreturn));

// Where the bus is another than over our own rings, it may have a sentence about the error
// that it has just returned: raise that, or return.
#if MICROPY_PY_OPENAMP_STATIC_BUS
#define openamp_raise_explained(remote, error) ((void)0)
#else
void openamp_raise_explained(openamp_remote_t *remote, int error);
#endif

// ---- Reports that a program does not ask for (report.c) ----

// What happened to a remote.  The first two are triggers of RemoteProc.irq().
enum {
    OPENAMP_EVENT_CRASHED = 1,
    OPENAMP_EVENT_STOPPED = 2,
    OPENAMP_EVENT_COLLECTED = 4, // its RemoteProc was collected while the core was running
    OPENAMP_EVENT_FORGOTTEN = 8, // an announcement was forgotten
};

#if MICROPY_PY_OPENAMP_VISIBLE
// Have an event reported in the program's next scheduled work.  Allocates nothing, so a
// finaliser may call it.
void openamp_happened(openamp_remote_t *remote, unsigned event);

// Call this with each result of the bus's poll(): it may mean that the core crashed.
void openamp_polled(openamp_remote_t *remote, int result);

// Call this before a running core is stopped because its RemoteProc was collected.
void openamp_lost(openamp_remote_t *remote);

// At the start of a program: report the events for which the console was not free.
void openamp_report_deferred(openamp_remote_t *remote);

// Report the events: to the handler of the RemoteProc, or else in lines on the console.
void openamp_report(openamp_remote_t *remote);

// If a crash was not reported yet, print its line now, because its reason is about to be
// lost.  Not if there is a handler.
void openamp_report_crash(openamp_remote_t *remote);

// Print the state of the core, as far as this side can tell.
void openamp_print_state(const mp_print_t *print, openamp_remote_t *remote);

// Raise an OSError with that state: "<name><text>core 0 <state>".
void openamp_raise_state(int error, openamp_remote_t *remote, const char *name, const char *text)
    __attribute__((noreturn));

// Call this when the core was started.
void openamp_started(openamp_remote_t *remote);

// For how many milliseconds the other side has consumed none of the messages that wait for
// it; 0: it has just consumed one, or none waits.  *count is how many wait.
mp_uint_t openamp_unconsumed_ms(openamp_remote_t *remote, unsigned *count);
enum { OPENAMP_UNCONSUMED_MS = 100 }; // shorter times are not reported

// Measure it for a later call: the time counts from the first call that finds the other side
// at a standstill.
static inline void openamp_measure_unconsumed(openamp_remote_t *remote) {
    unsigned count; // which an operating system does not tell
    (void)(MICROPY_PY_OPENAMP_STATIC_BUS && openamp_unconsumed_ms(remote, &count));
}

// The type of an OSError whose number has a name in this module but none in MicroPython's
// errno: it is printed with that name.
extern const mp_obj_type_t openamp_error_type;

// The name of an error number in this module, or MP_QSTRnull (modopenamp.c).
qstr openamp_error_name(mp_obj_t number);
#else
#define openamp_happened(remote, event) ((void)0)
#define openamp_polled(remote, result) ((void)(result))
#define openamp_lost(remote) ((void)0)
#define openamp_report_deferred(remote) ((void)0)
#define openamp_report(remote) ((void)0)
#define openamp_report_crash(remote) ((void)0)
#define openamp_started(remote) ((void)0)
#define openamp_measure_unconsumed(remote) ((void)0)
#define openamp_raise_state(error, remote, name, text) \
    openamp_raise(error, MP_ERROR_TEXT("remote is not ready"))
#endif

// 1: the platform has a raw REPL (shared/runtime/pyexec.c).  Between two programs a tool takes
// every line on the console for an answer, so reports wait for the next program.
#ifndef MICROPY_PY_OPENAMP_RAW_REPL
#define MICROPY_PY_OPENAMP_RAW_REPL (0)
#endif

// Raise `exception` if a callback is neither callable nor None.
void openamp_check_callback(mp_obj_t callback, const mp_obj_type_t *exception);

// Raise TypeError if `type` is `generator`, the type of generators or of their functions:
// calling a generator or an `async def` function executes nothing of it.
void openamp_check_generator(const mp_obj_type_t *type, const mp_obj_type_t *generator);

// The text of an argument: TypeError unless it is a str, ValueError if it has a NUL.
const char *openamp_get_str(mp_obj_t obj, qstr argument);

// Parse the arguments of irq(handler, trigger, hard).  Returns the trigger, bits of `all`, by
// default `otherwise`; 0 if the handler is None.
unsigned openamp_get_irq(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args,
    unsigned otherwise, unsigned all, mp_obj_t *handler);

// A named tuple of counts.
mp_obj_t openamp_new_stats(const qstr *names, const uint32_t *counts, size_t len);

// An address argument: -1 gives AMP_ADDR_ANY; outside of 32 bits: ValueError.
uint32_t openamp_get_addr(mp_obj_t obj);

// How the platform sleeps until an interrupt, and how its doorbell's interrupt schedules a
// node.  With the defaults some platforms miss a doorbell that comes between the last look
// and the sleep; such a platform defines its own (micropython/unix): a wait that does not
// sleep if *unless is set.
#ifndef MICROPY_PY_OPENAMP_WAIT
#define MICROPY_PY_OPENAMP_WAIT(ms, unless) mp_event_wait_ms(ms)
#endif
#ifndef MICROPY_PY_OPENAMP_SCHEDULE
#define MICROPY_PY_OPENAMP_SCHEDULE(node, callback) mp_sched_schedule_node(node, callback)
#endif

// The platform's own set-up, at the first use of the module in a run of the interpreter.
#ifndef MICROPY_PY_OPENAMP_BEGIN
#define MICROPY_PY_OPENAMP_BEGIN() ((void)0)
#endif

// What the platform does after the scheduled poll: look for a Ctrl-C in what came for a
// terminal (terminal.h), and have a sleep that was about to begin not begin.
#ifndef MICROPY_PY_OPENAMP_POLLED
#define MICROPY_PY_OPENAMP_POLLED() ((void)0)
#else
#define OPENAMP_TERMINALS (1)
#endif

// Around each call into core/: on a platform where Ctrl-C may jump out of any function
// (micropython/unix), these prevent the jump, which would leave a virtqueue half updated.
#ifndef MICROPY_PY_OPENAMP_ENTER
#define MICROPY_PY_OPENAMP_ENTER() ((void)0)
#define MICROPY_PY_OPENAMP_LEAVE() ((void)0)
#endif
static inline int openamp_after_leave(int result) {
    MICROPY_PY_OPENAMP_LEAVE();
    return result;
}
#define OPENAMP_UNINTERRUPTED(call) (MICROPY_PY_OPENAMP_ENTER(), openamp_after_leave(call))

// The storage class of a function with two callers, both on the path of every message: a
// build for speed inlines it in both.
#ifdef __OPTIMIZE_SIZE__
#define OPENAMP_PER_CALLER static
#else
#define OPENAMP_PER_CALLER static inline MP_ALWAYSINLINE
#endif

// ---- Callbacks (callback.c) ----

// Set the events of the bus, with one for services if there is a callback.
void openamp_set_events(openamp_remote_t *remote);

// The module's function new_service_callback().
mp_obj_t openamp_new_service_callback(mp_obj_t callback);

// Call a function of the program.  No exception leaves this: see openamp_caught().
void openamp_call(mp_obj_t function, mp_obj_t arg);
// Handle the exception that nlr_push() caught around a callback: print it, or keep it if it
// ends programs (KeyboardInterrupt, SystemExit).
void openamp_caught(nlr_buf_t *nlr);
// After the callbacks: make the kept exception pending in the program.  Raises nothing.
void openamp_raise_kept(void);
static inline void openamp_raise_caught(void) {
    if (OPENAMP_RUN()->caught != MP_OBJ_NULL) {
        openamp_raise_kept();
    }
}

// The bus's callback of an endpoint that has a Python callback.
void openamp_received(struct amp_endpoint *ept, uint32_t src, void *data, size_t len);

// ---- Messages (message.c) ----

// A bytearray that refers to a receive buffer.
mp_obj_t openamp_message_new(const char *data, size_t len);

// Make a message empty, before its buffer goes back to the peer.
static inline void openamp_message_clear(mp_obj_t message) {
    mp_obj_array_t *self = MP_OBJ_TO_PTR(message);
    self->len = 0;
    self->items = NULL;
}

// ---- Images (image.c) ----

// Open the firmware file of that name and load it: returns the result of the bus's load(), or
// raises an exception.  *found is its absolute path if it was found before, else MP_OBJ_NULL,
// and is set.  With `symbol` (not NULL) the bus's symbol() is called instead, into *value.
int openamp_use_file(openamp_remote_t *remote, mp_obj_t name, mp_obj_t *found,
    struct amp_load_error *why, const char *symbol, amp_da_t *value);

#include "remoteproc.h"

#endif // OPENAMP_MODOPENAMP_H
