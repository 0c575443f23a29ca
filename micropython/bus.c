/*
 * The bus: the one link of this core, and how its doorbell reaches Python.
 *
 * The doorbell's interrupt schedules a node; the scheduler runs it where
 * callbacks may run, and it polls the link, which calls the endpoints.
 */
#include <stdarg.h> // py/obj.h looks whether it came first

#include "modopenamp.h"

#include <string.h>

#include "py/gc.h"
#include "py/mphal.h"

openamp_bus_t openamp_bus;

// Apart from the bus: it may be in the scheduler's list when a soft reset ends
// one run of the interpreter, and is still there in the next.
static mp_sched_node_t node;

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

#if !MICROPY_PY_OPENAMP_HOST
// Until the host has finished our resource table there is no link to poll.
static int device_poll(struct amp_rpmsg *link) {
    size_t len;
    const void *table = amp_platform_table(&len);
    struct amp_rpmsg_layout layout;
    if (!amp_rpmsg_is_up(link) && amp_vdev_open(link->port, table, len, &layout) == 0) {
        amp_rpmsg_up(link, &layout);
    }
    return amp_rpmsg_poll(link);
}
#endif

#if MICROPY_PY_OPENAMP_HOST
int openamp_bus_shutdown(void) {
    int error = OPENAMP_CORE_CALL(amp_rproc_shutdown(&openamp_bus.rproc));
    if (OPENAMP_THREADS) {
        openamp_bus.orphan = false;
    }
    if (error == 0) {
        openamp_endpoints_close_bound();
    }
    return error;
}
#endif

// With the scheduler locked: the result of amp_rproc_poll().
static int poll(void) {
    openamp_bus.notified = false;
#if MICROPY_PY_OPENAMP_HOST
    if (OPENAMP_THREADS && openamp_bus.orphan) {
        openamp_bus_shutdown();
    }
    return OPENAMP_CORE_CALL(amp_rproc_poll(&openamp_bus.rproc));
#else
    return OPENAMP_CORE_CALL(device_poll(&openamp_bus.link));
#endif
}

static mp_obj_t run_again(mp_obj_t arg) {
    (void)arg;
    openamp_bus.again = false;
    run(NULL);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(run_again_obj, run_again);

// Have run_again() run after one turn of the program.  Where the program's own
// functions fill the queue, it takes the place of the oldest, whose turn is now.
static void schedule_again(void) {
    if (openamp_bus.again) {
        return;
    }
    openamp_bus.again = true;
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

// The scheduler's node: do the work that is due.
static void run(mp_sched_node_t *self) {
    (void)self;
    if (MP_STATE_VM(openamp_started) == MP_OBJ_NULL) {
        return; // scheduled before a soft reset
    }
    openamp_bus.running = true;
    int taken = poll();
    openamp_bus.running = false;
    if (taken < (int)amp_rpmsg_depth(&openamp_bus.link) && !openamp_bus.notified) {
        return; // nothing is due until the doorbell rings again
    }
    // More may be due.  Scheduled nodes run until there are none, so a node
    // that is scheduled while it runs, by itself or by the doorbell, would lock
    // the program out under a flood; a Python callback has one turn and then
    // the program has one.
    schedule_again();
}

// The doorbell's interrupt.
void openamp_bus_notified(void *arg) {
    openamp_bus_t *bus = arg;
    bus->notified = true;
    if (!bus->running) {
        MICROPY_PY_OPENAMP_SCHEDULE(&node, run);
    }
}

void openamp_bus_poll(void) {
    // Callbacks run as scheduled ones do, also where send() runs them.
    mp_sched_lock();
    (void)poll();
    mp_sched_unlock();
}

// ---- Beginning and end ----

// The end of this run of the interpreter: keep nothing of its heap.
static void end(mp_obj_t self, qstr attr, mp_obj_t *dest) {
    (void)self;
    (void)attr;
    (void)dest;
    struct amp_rpmsg *link = &openamp_bus.link;
    link->port->ops->listen(link->port->ctx, NULL, NULL);
#if MICROPY_PY_OPENAMP_HOST
    amp_rproc_shutdown(&openamp_bus.rproc);
    openamp_bus.owner = NULL;
    MP_STATE_VM(openamp_entry) = MP_OBJ_NULL;
#else
    // The link stays up: the host does not start over with us.
    openamp_endpoint_obj_t *ept = MP_STATE_VM(openamp_endpoints);
    for (; ept != NULL; ept = ept->next) {
        if (amp_endpoint_destroy(&ept->ept) != 0) {
            amp_endpoint_abandon(&ept->ept); // no room for its withdrawal
        }
    }
    amp_rpmsg_set_buckets(link, link->own_buckets, AMP_CONFIG_BUCKETS);
#endif
    openamp_bus.again = false;
    openamp_bus.endpoint_count = 0;
    MP_STATE_VM(openamp_endpoints) = NULL;
    MP_STATE_VM(openamp_buckets) = NULL;
    MP_STATE_VM(openamp_service_callback) = MP_OBJ_NULL;
    MP_STATE_VM(openamp_started) = MP_OBJ_NULL;
}

// One object lives as long as this run of the interpreter: C's memory and the
// root pointers outlive a soft reset, but the sweep of the whole heap, with
// which every port ends a run, asks this object for its finaliser.  Nobody else
// can ask it for anything, so that is the end.  Every other object is still in
// place then, whether its own finaliser has run or not.
// clang-format off
static MP_DEFINE_CONST_OBJ_TYPE(
    bus_type, MP_QSTR_openamp, MP_TYPE_FLAG_NONE,
    attr, end
    );
// clang-format on

mp_obj_t openamp_bus_init(void) {
    openamp_check_thread();
    if (MP_STATE_VM(openamp_started) != MP_OBJ_NULL) {
        return mp_const_none;
    }
    const struct amp_port *port = amp_platform_port(0);
    if (port == NULL) {
        openamp_raise(AMP_ENODEV, MP_ERROR_TEXT("no other core"));
    }
    MP_STATE_VM(openamp_started) =
        MP_OBJ_FROM_PTR(mp_obj_malloc_with_finaliser(mp_obj_base_t, &bus_type));
#if MICROPY_PY_OPENAMP_HOST
    amp_rpmsg_init(&openamp_bus.link, AMP_HOST, port);
    amp_rproc_init(&openamp_bus.rproc, port, &openamp_bus.link);
    amp_rproc_stop(&openamp_bus.rproc); // a reset of this core alone leaves the other one running
#else
    if (openamp_bus.link.port == NULL) {
        amp_rpmsg_init(&openamp_bus.link, AMP_DEVICE, port);
    }
#endif
    port->ops->listen(port->ctx, openamp_bus_notified, &openamp_bus);
    return openamp_new_service_callback(mp_const_none);
}

MP_REGISTER_ROOT_POINTER(mp_obj_t openamp_started);
