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

#if MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL
// Without a lock around the interpreter nothing keeps two threads out of here.
void openamp_check_thread(void) {
    if (!mp_thread_is_main_thread()) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("openamp is for the main thread"));
    }
}
#endif

void openamp_raise(int error, mp_rom_error_text_t text) {
    mp_obj_t args[2] = {
        MP_OBJ_NEW_SMALL_INT(error),
        // Through an exception, because that is what can expand the text.
        mp_obj_exception_get_value(mp_obj_new_exception_msg(&mp_type_OSError, text)),
    };
    nlr_raise(mp_obj_exception_make_new(&mp_type_OSError, 2, 0, args));
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

static bool ends_programs(mp_obj_t exception) {
    return !mp_obj_is_subclass_fast(
        MP_OBJ_FROM_PTR(mp_obj_get_type(exception)), MP_OBJ_FROM_PTR(&mp_type_Exception));
}

void openamp_caught(void *value) {
    mp_obj_t exception = MP_OBJ_FROM_PTR(value);
    nlr_buf_t nlr;
    if (!ends_programs(exception) && nlr_push(&nlr) == 0) {
        mp_obj_print_exception(&mp_plat_print, exception);
        nlr_pop();
        return;
    }
    // Printing runs Python too (__repr__), and may be ended by Ctrl-C.
    if (!ends_programs(exception)) {
        exception = MP_OBJ_FROM_PTR(nlr.ret_val);
    }
    if (ends_programs(exception)) {
        mp_sched_exception(exception);
    }
}

void openamp_call(mp_obj_t fun, uint32_t addr, mp_obj_t arg) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_2(fun, mp_obj_new_int_from_uint(addr), arg);
        nlr_pop();
    } else {
        openamp_caught(nlr.ret_val);
    }
}

// ---- From the doorbell to the poll ----

static mp_obj_t run_again(mp_obj_t arg) {
    (void)arg;
    openamp_bus.again = false;
    openamp_bus_run(&openamp_bus.node);
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

void openamp_bus_run(mp_sched_node_t *node) {
    (void)node;
    openamp_bus.running = true;
    int taken = openamp_bus_poll();
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

// In the interrupt.
static void notified(void *arg) {
    openamp_bus_t *bus = arg;
    bus->notified = true;
    if (!bus->running) {
        MICROPY_PY_OPENAMP_SCHEDULE(&bus->node, openamp_bus_run);
    }
}

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

int openamp_bus_poll(void) {
    openamp_bus.notified = false;
    // Callbacks run as scheduled ones do, also where send() runs them.
    mp_sched_lock();
    ++openamp_bus.inside;
#if MICROPY_PY_OPENAMP_HOST
    if (openamp_bus.orphan) {
        openamp_bus.orphan = false;
        amp_rproc_shutdown(&openamp_bus.rproc);
    }
    int taken = amp_rproc_poll(&openamp_bus.rproc);
#else
    int taken = device_poll(&openamp_bus.link);
#endif
    --openamp_bus.inside;
    mp_sched_unlock();
    return taken;
}

void openamp_bus_wait(mp_uint_t ms) {
    if (!openamp_bus.notified) {
        MICROPY_PY_OPENAMP_WAIT(ms);
    }
}

// ---- Beginning ----

void openamp_bus_init(void) {
    openamp_check_thread();
    if (MP_STATE_VM(openamp_started) != MP_OBJ_NULL) {
        return;
    }
    // Static memory outlives a soft reset: begin from nothing.
    const struct amp_port *port = amp_platform_port(0);
    if (port == NULL) {
        openamp_raise(AMP_ENODEV, MP_ERROR_TEXT("this machine has no other core"));
    }
    port->ops->listen(port->ctx, NULL, NULL);
#if MICROPY_PY_OPENAMP_HOST
    port->ops->core_stop(port->ctx);
#endif
    memset(&openamp_bus, 0, sizeof(openamp_bus));
    amp_rpmsg_init(&openamp_bus.link, MICROPY_PY_OPENAMP_HOST ? AMP_HOST : AMP_DEVICE, port);
    amp_rpmsg_set_events(&openamp_bus.link, &openamp_events_quiet);
#if MICROPY_PY_OPENAMP_HOST
    amp_rproc_init(&openamp_bus.rproc, port, &openamp_bus.link);
#endif
    MP_STATE_VM(openamp_started) = mp_const_true;
    port->ops->listen(port->ctx, notified, &openamp_bus);
}

MP_REGISTER_ROOT_POINTER(mp_obj_t openamp_started);
