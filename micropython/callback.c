/* The calls of Python callbacks for messages and announcements. */
#include "endpoint.h"

#include <string.h>

static bool ends_programs(mp_obj_t exception) {
    return !mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_Exception));
}

// What nlr_push() caught around a callback: print it, or, if it ends programs
// (KeyboardInterrupt, SystemExit), keep it for openamp_raise_caught().  Raises nothing.
void openamp_caught(nlr_buf_t *nlr) {
    mp_obj_t exception = MP_OBJ_FROM_PTR(nlr->ret_val);
    if (!ends_programs(exception) && nlr_push(nlr) == 0) {
        mp_obj_print_exception(&mp_plat_print, exception);
        nlr_pop();
        return;
    }
    // Printing runs Python too (__repr__), and may be ended by Ctrl-C.
    exception = MP_OBJ_FROM_PTR(nlr->ret_val);
    if (ends_programs(exception)) {
        OPENAMP_RUN()->caught = exception;
    }
}

// Called after all callbacks of a poll: a pending exception would end the next callback at
// once, and its message would be lost.
void openamp_raise_kept(void) {
    mp_obj_t caught = OPENAMP_RUN()->caught;
    OPENAMP_RUN()->caught = MP_OBJ_NULL;
    mp_sched_exception(caught);
}

// Is this the exception of mp_obj_new_str() for bytes that are not UTF-8?  The peer chooses
// the bytes of a service's name.  No Endpoint can have such a name, so the announcement is
// ignored; printing a line for each would let the peer flood the console.  (MicroPython's
// own check of UTF-8 has another name in each release.)
static bool is_no_str(mp_obj_t exception) {
    return mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_UnicodeError));
}

// Call `callback` with `src` and `data`, which is a message or the name of a service.
// Raises nothing.
OPENAMP_PER_CALLER void call(
    mp_obj_t callback, uint32_t src, bool is_message, const void *data, size_t len) {
    volatile mp_obj_t arg = MP_OBJ_NULL;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        arg = is_message ? openamp_message_new(data, len) : mp_obj_new_str(data, len);
        mp_obj_t result = mp_call_function_2(callback, mp_obj_new_int_from_uint(src), arg);
#if MICROPY_PY_OPENAMP_VISIBLE
        if (result != mp_const_none) {
            openamp_check_generator(mp_obj_get_type(result), &mp_type_gen_instance);
        }
#else
        (void)result;
#endif
        nlr_pop();
    } else if (arg != MP_OBJ_NULL || !is_no_str(MP_OBJ_FROM_PTR(nlr.ret_val))) {
        openamp_caught(&nlr);
    }
    if (is_message && arg != MP_OBJ_NULL) {
        openamp_message_clear(arg);
    }
}

void openamp_call(mp_obj_t function, mp_obj_t arg) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_1(function, arg);
        nlr_pop();
    } else {
        openamp_caught(&nlr);
    }
}

openamp_remote_t *openamp_announcing;

void openamp_received(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    openamp_endpoint_obj_t *self = openamp_endpoint_of(ept);
    // If a service callback of another core is waiting in send(), its poll got here.
    openamp_remote_t *before = openamp_announcing;
    openamp_announcing = openamp_remotes;
#if MICROPY_PY_OPENAMP_RECEIVE
    ++self->received;
    if (self->trigger != 0) {
        openamp_due(self, OPENAMP_IRQ_RX); // its handler is called after the poll
    }
#endif
    call(self->callback, src, true, data, len);
    openamp_announcing = before;
}

// ---- Services ----

// The callback for services of a core: its own, or the module's.
static mp_obj_t service_callback(openamp_remote_t *remote) {
    mp_obj_t callback = OPENAMP_RUN_OF(remote)->service_callback;
    return callback != MP_OBJ_NULL ? callback : OPENAMP_RUN()->service_callback;
}

static void service(struct amp_bus *bus, uint32_t src, const char *name) {
    openamp_remote_t *remote = bus->user;
    openamp_remote_t *before = openamp_announcing;
    mp_obj_t callback = service_callback(remote);
    if (callback == mp_const_none) {
        return; // the callback was that of a RemoteProc, which was shut down meanwhile
    }
    openamp_announcing = remote;
    call(callback, src, false, name, strlen(name));
    openamp_announcing = before;
}

// Announcements are kept until there is a callback for them.
static const struct amp_bus_events events_quiet = {
    .released = openamp_endpoint_released,
};
static const struct amp_bus_events events_service = {
    .service = service,
    .released = openamp_endpoint_released,
};

// The bus delivers remembered announcements inside this call; the scheduler is locked, as
// for every callback.
void openamp_set_events(openamp_remote_t *remote) {
    MICROPY_PY_OPENAMP_ENTER();
    mp_sched_lock();
    OPENAMP_BUS(remote, set_events,
        service_callback(remote) == mp_const_none ? &events_quiet : &events_service);
    openamp_raise_caught();
    mp_sched_unlock();
    MICROPY_PY_OPENAMP_LEAVE();
}

mp_obj_t openamp_new_service_callback(mp_obj_t callback) {
    openamp_check_thread();
    openamp_check_callback(callback, &mp_type_ValueError);
    OPENAMP_RUN()->service_callback = callback;
    for (unsigned i = 0; i < MICROPY_PY_OPENAMP_CORES; ++i) {
        if (openamp_remotes[i].open) {
            openamp_set_events(&openamp_remotes[i]);
        }
    }
    return mp_const_none;
}
