/*
 * The bus: the one link of this core, and how its doorbell reaches Python.
 *
 * The doorbell's interrupt schedules a node; the scheduler runs it where
 * callbacks may run, and it polls the link, which calls the endpoints.
 */
#include "modopenamp.h"

#include <string.h>

#include "py/mphal.h"

openamp_bus_t openamp_bus;

// Apart from the bus: it may be in the scheduler's list when a soft reset ends
// one run of the interpreter, and is still there in the next.
static mp_sched_node_t node;

#if MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL
// Without a lock around the interpreter nothing keeps two threads out of here.
void openamp_check_thread(void) {
    if (!mp_thread_is_main_thread()) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("openamp is for the main thread"));
    }
}
#endif

void openamp_raise_obj(mp_obj_t error, mp_obj_t text) {
    mp_obj_t args[2] = {error, text};
    nlr_raise(mp_obj_exception_make_new(&mp_type_OSError, 2, 0, args));
}

void openamp_raise(int error, mp_rom_error_text_t text) {
    // Through an exception, because that is what can expand the text.
    openamp_raise_obj(MP_OBJ_NEW_SMALL_INT(error),
        mp_obj_exception_get_value(mp_obj_new_exception_msg(&mp_type_OSError, text)));
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

// With the scheduler locked.
static int poll(void) {
    openamp_bus.notified = false;
#if MICROPY_PY_OPENAMP_HOST
    if (openamp_bus.orphan) {
        openamp_bus.orphan = false;
        OPENAMP_CORE_CALL(amp_rproc_shutdown(&openamp_bus.rproc));
    }
    return OPENAMP_CORE_CALL(amp_rproc_poll(&openamp_bus.rproc));
#else
    return OPENAMP_CORE_CALL(device_poll(&openamp_bus.link));
#endif
}

static mp_obj_t run_again(mp_obj_t arg) {
    (void)arg;
    openamp_bus.again = false;
    run(&node);
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

void openamp_bus_schedule(void) {
    MICROPY_PY_OPENAMP_SCHEDULE(&node, run);
}

// In the interrupt.
static void notified(void *arg) {
    openamp_bus_t *bus = arg;
    bus->notified = true;
    if (!bus->running) {
        openamp_bus_schedule();
    }
}

int openamp_bus_poll(void) {
    // Callbacks run as scheduled ones do, also where send() runs them.
    mp_sched_lock();
    int taken = poll();
    mp_sched_unlock();
    return taken;
}

// ---- Beginning and end ----

// The link keeps nothing of this run's heap.  A device's stays up: its host
// does not start over with us.
static void empty_link(void) {
    struct amp_rpmsg *link = &openamp_bus.link;
    for (openamp_endpoint_obj_t *ept; (ept = MP_STATE_VM(openamp_endpoints)) != NULL;) {
        MP_STATE_VM(openamp_endpoints) = ept->next;
        if (amp_endpoint_destroy(&ept->ept) != 0) {
            amp_endpoint_abandon(&ept->ept); // no room for its withdrawal
        }
    }
    amp_rpmsg_set_buckets(link, link->own_buckets, AMP_CONFIG_BUCKETS);
    amp_rpmsg_set_events(link, &openamp_events_quiet);
    openamp_bus.endpoint_count = 0;
    MP_STATE_VM(openamp_buckets) = NULL;
    MP_STATE_VM(openamp_service_callback) = MP_OBJ_NULL;
}

// One object lives as long as this run of the interpreter: C's memory and the
// root pointers outlive a soft reset, but the sweep of the whole heap, with
// which every port ends a run, calls this finaliser.  Every other object is
// still in place then, whether its own finaliser has run or not.
void openamp_bus_end(void) {
    const struct amp_port *port = openamp_bus.link.port;
    port->ops->listen(port->ctx, NULL, NULL);
#if MICROPY_PY_OPENAMP_HOST
    amp_rproc_shutdown(&openamp_bus.rproc);
    openamp_bus.owner = NULL;
#endif
    empty_link();
    MP_STATE_VM(openamp_started) = MP_OBJ_NULL;
}

static mp_obj_t bus_del(mp_obj_t self) {
    (void)self;
    if (MP_STATE_VM(openamp_started) != MP_OBJ_NULL) {
        openamp_bus_end();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(bus_del_obj, bus_del);

static const mp_rom_map_elem_t bus_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&bus_del_obj)},
};
static MP_DEFINE_CONST_DICT(bus_locals, bus_locals_table);

// clang-format off
static MP_DEFINE_CONST_OBJ_TYPE(
    bus_type, MP_QSTR_openamp, MP_TYPE_FLAG_NONE,
    locals_dict, &bus_locals
    );
// clang-format on

void openamp_bus_init(void) {
    openamp_check_thread();
    if (MP_STATE_VM(openamp_started) != MP_OBJ_NULL) {
        return;
    }
    const struct amp_port *port = amp_platform_port(0);
    if (port == NULL) {
        openamp_raise(AMP_ENODEV, MP_ERROR_TEXT("this machine has no other core"));
    }
    mp_obj_base_t *self = mp_obj_malloc_with_finaliser(mp_obj_base_t, &bus_type);
#if MICROPY_PY_OPENAMP_HOST
    // A reset of this core alone leaves the other one running.
    port->ops->listen(port->ctx, NULL, NULL);
    port->ops->core_stop(port->ctx);
    memset(&openamp_bus, 0, sizeof(openamp_bus));
    amp_rpmsg_init(&openamp_bus.link, AMP_HOST, port);
    amp_rproc_init(&openamp_bus.rproc, port, &openamp_bus.link);
#else
    openamp_bus.again = false;
    if (openamp_bus.link.port == NULL) {
        amp_rpmsg_init(&openamp_bus.link, AMP_DEVICE, port);
    }
#endif
    amp_rpmsg_set_events(&openamp_bus.link, &openamp_events_quiet);
    MP_STATE_VM(openamp_started) = MP_OBJ_FROM_PTR(self);
    port->ops->listen(port->ctx, notified, &openamp_bus);
}

MP_REGISTER_ROOT_POINTER(mp_obj_t openamp_started);
