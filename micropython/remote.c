/*
 * The remotes: the other cores, and how their doorbells reach Python.
 *
 * A doorbell's interrupt schedules the node of its remote; the scheduler runs it
 * where callbacks may run, and it polls the bus, which calls the endpoints.
 */
#include <stdarg.h> // py/obj.h looks whether it came first

#include "modopenamp.h"

#include <string.h>

#include "py/builtin.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/objstr.h"

openamp_remote_t openamp_remotes[MICROPY_PY_OPENAMP_CORES];

#if OPENAMP_THREADS
// Without a lock around the interpreter nothing keeps two threads out of here.
void openamp_check_thread(void) {
    if (!OPENAMP_IS_MAIN_THREAD()) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("openamp is for the main thread"));
    }
}
#endif

void openamp_raise(int error, mp_rom_error_text_t text, ...) {
    va_list list;
    va_start(list, text);
    // Through an exception, because that is what can expand the text.
    mp_obj_t exception = mp_obj_new_exception_msg_vlist(&mp_type_OSError, text, list);
    va_end(list);
    mp_obj_t args[2] = {MP_OBJ_NEW_SMALL_INT(error), mp_obj_exception_get_value(exception)};
    // With the heap full there is no text, or it lies where the second argument would
    // be put.
    size_t count = gc_nbytes(MP_OBJ_TO_PTR(args[1])) != 0 ? 2 : 1;
    nlr_raise(mp_obj_exception_make_new(&mp_type_OSError, count, 0, args));
}

uint32_t openamp_get_addr(mp_obj_t obj) {
    if (obj == MP_OBJ_NEW_SMALL_INT(-1)) {
        return AMP_ADDR_ANY;
    }
    uint32_t addr = (uint32_t)mp_obj_get_int_truncated(obj);
    if (!mp_obj_equal(mp_obj_new_int_from_uint(addr), obj)) {
        mp_raise_ValueError(MP_ERROR_TEXT("address out of range"));
    }
    return addr;
}

void openamp_check_callback(mp_obj_t callback, const mp_obj_type_t *exception) {
    if (callback != mp_const_none && !mp_obj_is_callable(callback)) {
        mp_raise_msg(exception, MP_ERROR_TEXT("callback must be callable or None"));
    }
}

const char *openamp_get_name(mp_obj_t obj) {
    if (mp_obj_get_type(obj) != &mp_type_str) {
        mp_raise_TypeError(MP_ERROR_TEXT("name must be a str"));
    }
    size_t len;
    const char *name = mp_obj_str_get_data(obj, &len);
    if (strlen(name) != len) {
        mp_raise_ValueError(MP_ERROR_TEXT("name with a NUL in it"));
    }
    return name;
}

// ---- From the doorbell to the poll ----

static void run(mp_sched_node_t *self);

#if MICROPY_PY_OPENAMP_HOST
int openamp_remote_shutdown(openamp_remote_t *remote) {
    int error = OPENAMP_CORE_CALL(OPENAMP_BUS(remote, shutdown));
    if (OPENAMP_THREADS) {
        remote->orphan = false;
    }
    if (error == 0) {
        openamp_endpoints_close_bound(remote);
        OPENAMP_RUN_OF(remote)->service_callback = MP_OBJ_NULL;
    }
    return error;
}
#endif

// With the scheduler locked: the result of the bus's poll().
static int poll(openamp_remote_t *remote) {
    remote->poll_due = false;
#if MICROPY_PY_OPENAMP_HOST
    if (OPENAMP_THREADS && remote->orphan) {
        openamp_remote_shutdown(remote);
    }
#endif
    return OPENAMP_CORE_CALL(OPENAMP_BUS(remote, poll));
}

static bool again_scheduled; // run_again() is in the scheduler's queue

// One turn of every remote of which more may be due.
static mp_obj_t run_again(mp_obj_t arg) {
    (void)arg;
    again_scheduled = false;
    for (unsigned i = 0; i < MICROPY_PY_OPENAMP_CORES; ++i) {
        if (openamp_remotes[i].again) {
            openamp_remotes[i].again = false;
            run(&openamp_remotes[i].node);
        }
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(run_again_obj, run_again);

// Have run_again() run after one turn of the program.  Where the program's own
// functions fill the queue, it takes the place of the oldest, whose turn is now.
// (It is in the queue once, so that one is not itself.)
static void schedule_again(openamp_remote_t *remote) {
    remote->again = true;
    if (again_scheduled) {
        return;
    }
    again_scheduled = true;
    if (mp_sched_schedule(MP_OBJ_FROM_PTR(&run_again_obj), mp_const_none)) {
        return;
    }
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    mp_sched_item_t *oldest = &MP_STATE_VM(sched_queue)[MP_STATE_VM(sched_idx)];
    mp_sched_item_t item = *oldest;
    oldest->func = MP_OBJ_FROM_PTR(&run_again_obj);
    oldest->arg = mp_const_none;
    MICROPY_END_ATOMIC_SECTION(state);
    mp_call_function_1_protected(item.func, item.arg);
}

#define MAX_SERVICES MP_STRINGIFY(AMP_CONFIG_MAX_SERVICES)

// That more was announced than is remembered, is said once in a run of the
// interpreter: as a scheduled call, which is where programs expect output.
static void tell_forgotten(void) {
    static const MP_DEFINE_STR_OBJ(
        text, "openamp: over " MAX_SERVICES " services announced, the oldest is forgotten");
    if (!OPENAMP_RUN()->told
        && mp_sched_schedule(MP_OBJ_FROM_PTR(&mp_builtin_print_obj), MP_OBJ_FROM_PTR(&text))) {
        OPENAMP_RUN()->told = true;
    }
}

// The scheduler's node: do the work that is due.
static void run(mp_sched_node_t *self) {
    openamp_remote_t *remote = (void *)self; // its first member
    if (!remote->open) {
        return; // scheduled before a soft reset
    }
    remote->running = true;
    int more = poll(remote);
    remote->running = false;
    // The doorbell of an announcement that another poll took leads here, too.
    if (remote->stats->services_forgotten != remote->forgotten) {
        tell_forgotten();
    }
    if (more <= 0 && !remote->poll_due) {
        return; // nothing is due until the doorbell rings again
    }
    // More may be due.  Scheduled nodes run until there are none, so a node
    // that is scheduled while it runs, by itself or by the doorbell, would lock
    // the program out under a flood; a Python callback has one turn and then
    // the program, and every other core, has one.
    schedule_again(remote);
}

// The doorbell's interrupt.
void openamp_doorbell(void *arg) {
    openamp_remote_t *remote = arg;
    remote->poll_due = true;
    if (!remote->running) {
        MICROPY_PY_OPENAMP_SCHEDULE(&remote->node, run);
    }
}

void openamp_poll(openamp_remote_t *remote) {
    // Callbacks run as scheduled ones do, also where send() runs them.
    mp_sched_lock();
    (void)poll(remote);
    mp_sched_unlock();
}

// ---- Beginning and end ----

static void end_remote(openamp_remote_t *remote) {
    OPENAMP_BUS(remote, close);
    // Nobody is told of them where the core was stopped; a device's host is.
    openamp_endpoint_obj_t *ept = OPENAMP_RUN_OF(remote)->endpoints;
    for (; ept != NULL; ept = ept->next) {
        if (OPENAMP_OPS(remote)->destroy(&ept->ept) != 0) {
            OPENAMP_OPS(remote)->abandon(&ept->ept); // no room for its withdrawal
        }
    }
    OPENAMP_BUS(remote, set_events, NULL);
    OPENAMP_BUS(remote, set_buckets, NULL, 0);
    remote->open = false;
    remote->again = false;
    remote->owner = NULL;
    remote->endpoint_count = 0;
}

// The end of this run of the interpreter: keep nothing of its heap.
static void end(mp_obj_t self, qstr attr, mp_obj_t *dest) {
    (void)self;
    (void)attr;
    (void)dest;
    for (unsigned i = 0; i < MICROPY_PY_OPENAMP_CORES; ++i) {
        if (openamp_remotes[i].open) {
            end_remote(&openamp_remotes[i]);
        }
    }
    OPENAMP_RUN() = NULL;
}

// One object lives as long as this run of the interpreter: C's memory and the
// root pointers outlive a soft reset, but the sweep of the whole heap, with
// which every port ends a run, asks this object for its finaliser.  Nobody else
// can ask it for anything, so that is the end.  Every other object is still in
// place then, whether its own finaliser has run or not.
// clang-format off
static MP_DEFINE_CONST_OBJ_TYPE(
    run_type, MP_QSTR_openamp, MP_TYPE_FLAG_NONE,
    attr, end
    );
// clang-format on

// Use a core from now on, if there is one of that number.
static bool open_remote(openamp_remote_t *remote) {
    if (remote->open) {
        return true;
    }
    remote->bus = amp_platform_bus(openamp_core_number(remote));
    if (remote->bus == NULL || OPENAMP_BUS(remote, open) != 0) {
        return false;
    }
    remote->bus->user = remote;
    remote->stats = OPENAMP_BUS(remote, stats);
    remote->forgotten = remote->stats->services_forgotten;
    remote->bucket_count = AMP_CONFIG_BUCKETS;
    remote->open = true;
    openamp_set_events(remote);
    OPENAMP_BUS(remote, set_doorbell_cb, openamp_doorbell, remote);
    return true;
}

openamp_remote_t *openamp_get_remote(mp_obj_t arg, openamp_remote_t *otherwise) {
    if (arg == mp_const_none) {
        return otherwise;
    }
#if MICROPY_PY_OPENAMP_HOST
    openamp_remote_t *remote = openamp_remoteproc_remote(arg);
    if (remote != NULL) {
        return remote;
    }
#endif
    mp_int_t core = mp_obj_get_int(arg);
    if (core < 0 || core >= MICROPY_PY_OPENAMP_CORES || !open_remote(&openamp_remotes[core])) {
        openamp_raise(AMP_ENODEV, MP_ERROR_TEXT("no core %d"), (int)core);
    }
    return &openamp_remotes[core];
}

mp_obj_t openamp_init(void) {
    openamp_check_thread();
    if (OPENAMP_RUN() == NULL) {
        openamp_run_t *run = mp_obj_malloc_with_finaliser(openamp_run_t, &run_type);
        memset(run->core, 0, sizeof(run->core));
        run->service_callback = mp_const_none;
        run->told = false;
        OPENAMP_RUN() = run;
        openamp_announcing = openamp_remotes;
        again_scheduled = false;
        openamp_get_remote(MP_OBJ_NEW_SMALL_INT(0), NULL);
    }
    return mp_const_none;
}

MP_REGISTER_ROOT_POINTER(struct _openamp_run_t *openamp_run);
