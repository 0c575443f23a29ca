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

// Is there what a program is told without asking: lines on the console, repr(), and
// errors that say what the other core is doing?
#ifndef MICROPY_PY_OPENAMP_VISIBLE
#define MICROPY_PY_OPENAMP_VISIBLE (1)
#endif

// And the methods of a RemoteProc that ask: state(), reason(), irq(), trace(), stats(),
// mem(), symbol(), coredump(), attach(), `with`.
#ifndef MICROPY_PY_OPENAMP_INSPECT
#define MICROPY_PY_OPENAMP_INSPECT (MICROPY_PY_OPENAMP_VISIBLE)
#endif
#if MICROPY_PY_OPENAMP_INSPECT && !MICROPY_PY_OPENAMP_VISIBLE
#error "MICROPY_PY_OPENAMP_INSPECT needs MICROPY_PY_OPENAMP_VISIBLE"
#endif

// Is there what receives without a callback: recv() and its like, hold(), send_buffer(),
// wait_ready(), irq(), stats()?  Without it the messages of an Endpoint that has no callback
// are dropped.
#ifndef MICROPY_PY_OPENAMP_RECEIVE
#define MICROPY_PY_OPENAMP_RECEIVE (1)
#endif

// A call that waits for room or for a message, with no way for it to come, is a deadlock
// after so long.  This is no polling interval: what comes ends the wait at once.
#define OPENAMP_DEADLOCK_MS (100)

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
    bool refused; // an endpoint has that mark
#ifdef MICROPY_PY_OPENAMP_ALARM
    bool announces; // an announcement may wait for room: openamp_announces()
    volatile bool asleep; // the alarm is to have it polled
    volatile bool woken; // the alarm had
    uint32_t slept; // of the bus's message_timeout()
#endif
    bool open; // in use in this run of the interpreter
#if MICROPY_PY_OPENAMP_VISIBLE
    volatile uint8_t events; // OPENAMP_EVENT_*: to be told
    uint8_t deferred; // those that the console had no place for
    uint32_t loads; // what is in the core's memory: each is another
    uint16_t taken; // of the bus's untaken(), when it was last another
    mp_uint_t taken_ms; // then
    mp_uint_t started_ms;
    const char *reason; // of a crash that is not told yet
#endif
#if MICROPY_PY_OPENAMP_RECEIVE
    bool handlers; // of Endpoint.irq(), are due
    bool gathers; // a stream does
    uint16_t pool_count; // entries that there are
    uint16_t pool_free; // the first that is free, or OPENAMP_NO_ENTRY
    uint16_t kept; // entries in use
    uint16_t unread; // of them, those in queues of endpoints that were never read
    uint32_t changes; // of the bus's stats, when that was last looked at
    struct _openamp_endpoint_obj_t *left; // its message waits in the ring, or NULL
#endif
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
    mp_obj_t caught; // in a callback: ends the program after the poll; or MP_OBJ_NULL
    bool warned; // that announcements were forgotten
    struct {
        mp_obj_t service_callback; // or MP_OBJ_NULL
#if MICROPY_PY_OPENAMP_VISIBLE
        mp_obj_t stopped; // the RemoteProc whose core stopped, for its handler
        mp_obj_t lost; // the firmware of one that was collected
        mp_obj_t reported; // the reason of report_crash(), which the bus has by its address
#endif
        struct _openamp_endpoint_obj_t *endpoints; // all that are open, the newest first
        void *buckets;
#if MICROPY_PY_OPENAMP_RECEIVE
        struct _openamp_entry_t *pool; // of messages that were not read
#endif
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

// Something is announced or withdrawn, now or when the session begins.  While it waits
// for room, at a peer that may never ring for the buffers that it consumed, the platform's
// alarm has the bus polled now and then.
#ifdef MICROPY_PY_OPENAMP_ALARM
void openamp_announces(openamp_remote_t *remote);
// The alarm went off.  For any context.
void openamp_alarm(void);
#else
#define openamp_announces(remote) ((void)(remote))
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

// ---- What a program is told without asking (report.c) ----

// What happened to a remote.  The first two are triggers of RemoteProc.irq().
enum {
    OPENAMP_EVENT_CRASHED = 1,
    OPENAMP_EVENT_STOPPED = 2,
    OPENAMP_EVENT_COLLECTED = 4, // its RemoteProc, while it ran
    OPENAMP_EVENT_FORGOTTEN = 8, // an announcement
};

#if MICROPY_PY_OPENAMP_VISIBLE
// Have it told where the program expects that: in its next scheduled work.  Allocates
// nothing: a finaliser may call it.
void openamp_happened(openamp_remote_t *remote, unsigned event);

// The bus was polled, with that result: it may have found that the core crashed.
void openamp_polled(openamp_remote_t *remote, int result);

// The RemoteProc was collected while its core runs, which is stopped now.
void openamp_lost(openamp_remote_t *remote);

// A program begins: what there was no place for is told to it.
void openamp_tell_deferred(openamp_remote_t *remote);

// Tell it: to the handler of the RemoteProc, or else in a line on the console.
void openamp_tell(openamp_remote_t *remote);

// The line of a crash, if it was not told yet, before what it says is gone.  None where
// there is a handler: the program has met the crash before that was called.
void openamp_tell_crash(openamp_remote_t *remote);

// Print what the core is doing, as far as this side can tell.
void openamp_print_state(const mp_print_t *print, openamp_remote_t *remote);

// The same in an OSError: "<name><text>core 0 <state>".
void openamp_raise_state(int error, openamp_remote_t *remote, const char *name, const char *text)
    __attribute__((noreturn));

// The core begins to run.
void openamp_started(openamp_remote_t *remote);

// How long the other side has taken none of the messages that wait for it, in
// milliseconds; 0: it has just taken one, or none waits.  *count is how many wait.
mp_uint_t openamp_untaken_ms(openamp_remote_t *remote, unsigned *count);
enum { OPENAMP_UNTAKEN_MS = 100 }; // less is no news

// The same for who wants to know it later.
static inline void openamp_look(openamp_remote_t *remote) {
    unsigned count;
    (void)openamp_untaken_ms(remote, &count);
}

// An OSError whose number has a name here and none in MicroPython's errno.
extern const mp_obj_type_t openamp_error_type;

// That name, or MP_QSTRnull (modopenamp.c).
qstr openamp_error_name(mp_obj_t number);
#else
#define openamp_happened(remote, event) ((void)0)
#define openamp_polled(remote, result) ((void)(result))
#define openamp_lost(remote) ((void)0)
#define openamp_tell_deferred(remote) ((void)0)
#define openamp_tell(remote) ((void)0)
#define openamp_tell_crash(remote) ((void)0)
#define openamp_started(remote) ((void)0)
#define openamp_look(remote) ((void)0)
#define openamp_raise_state(error, remote, name, text) \
    openamp_raise(error, MP_ERROR_TEXT("remote is not ready"))
#endif

// Has the platform a raw REPL (shared/runtime/pyexec.c)?  Between two of its answers a line
// of ours would be taken for one: it waits for the next program.
#ifndef MICROPY_PY_OPENAMP_RAW_REPL
#define MICROPY_PY_OPENAMP_RAW_REPL (0)
#endif

// Raise `exception` if a callback is neither callable nor None.
void openamp_check_callback(mp_obj_t callback, const mp_obj_type_t *exception);

// Of a generator or an `async def` function nothing runs when it is called: raise
// TypeError if `type` is the type of one, `generator`.
void openamp_check_generator(const mp_obj_type_t *type, const mp_obj_type_t *generator);

// The text of an argument: TypeError unless it is a str, ValueError if it has a NUL.
const char *openamp_get_str(mp_obj_t obj, qstr argument);

// The arguments of an irq(handler, trigger, hard): the trigger, a mask of the bits of `all`;
// 0 if the handler is None.
unsigned openamp_get_irq(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args,
    unsigned otherwise, unsigned all, mp_obj_t *handler);

// A named tuple of counts.
mp_obj_t openamp_new_stats(const qstr *names, const uint32_t *counts, size_t len);

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

// What the platform does at the first use of the module in a run of the interpreter.
#ifndef MICROPY_PY_OPENAMP_BEGIN
#define MICROPY_PY_OPENAMP_BEGIN() ((void)0)
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

// Before a function with two callers on every message's path: a build for speed inlines it
// in both.
#ifdef __OPTIMIZE_SIZE__
#define OPENAMP_PER_CALLER static
#else
#define OPENAMP_PER_CALLER static inline MP_ALWAYSINLINE
#endif

// ---- Callbacks (callback.c) ----

// Set the events of the bus, with one for services if there is a callback.
void openamp_set_events(openamp_remote_t *remote);

// The module's function of that name.
mp_obj_t openamp_new_service_callback(mp_obj_t callback);

// Call a function of the program.  No exception leaves it: it is printed.
void openamp_call(mp_obj_t function, mp_obj_t arg);
// What nlr_push() caught around it, or around what runs as its like does.
void openamp_caught(nlr_buf_t *nlr);
// After callbacks: have the program raise what it kept.  Raises nothing.
void openamp_raise_kept(void);
static inline void openamp_raise_caught(void) {
    if (OPENAMP_RUN()->caught != MP_OBJ_NULL) {
        openamp_raise_kept();
    }
}

// A message for an endpoint that has a callback.
void openamp_received(struct amp_endpoint *ept, uint32_t src, void *data, size_t len);

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
// With `symbol` the image is not loaded: the bus's symbol(), into *value.
int openamp_use_file(openamp_remote_t *remote, mp_obj_t name, mp_obj_t *found,
    struct amp_load_error *why, const char *symbol, amp_da_t *value);

#include "remoteproc.h"

#endif // OPENAMP_MODOPENAMP_H
