/* From the link to Python: messages and announcements reach their callbacks. */
#include "modopenamp.h"

#include <string.h>

static bool ends_programs(mp_obj_t exception) {
    return !mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_Exception));
}

// What nlr_push() caught around a callback: printed, or, if it is one that ends
// programs (KeyboardInterrupt, SystemExit), raised again where the program is.
// Never raises.
static void caught(nlr_buf_t *nlr) {
    mp_obj_t exception = MP_OBJ_FROM_PTR(nlr->ret_val);
    if (!ends_programs(exception) && nlr_push(nlr) == 0) {
        mp_obj_print_exception(&mp_plat_print, exception);
        nlr_pop();
        return;
    }
    // Printing runs Python too (__repr__), and may be ended by Ctrl-C.
    exception = MP_OBJ_FROM_PTR(nlr->ret_val);
    if (ends_programs(exception)) {
        mp_sched_exception(exception);
    }
}

// Is it what mp_obj_new_str() raises for bytes that are not UTF-8?  The bytes of
// a service's name are the peer's.  No Endpoint can have such a name, and a line
// on the console for each would be the peer's to flood.  (MicroPython's own check
// has no name that all its releases know.)
static bool is_no_str(mp_obj_t exception) {
    return mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_UnicodeError));
}

// No exception leaves it.
void openamp_call(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    volatile mp_obj_t arg = MP_OBJ_NULL;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t callback;
        if (ept != NULL) {
            callback = openamp_endpoint_of(ept)->callback;
            arg = openamp_message_new(data, len);
        } else {
            callback = MP_STATE_VM(openamp_service_callback);
            arg = mp_obj_new_str(data, len);
        }
        mp_call_function_2(callback, mp_obj_new_int_from_uint(src), arg);
        nlr_pop();
    } else if (arg != MP_OBJ_NULL || !is_no_str(MP_OBJ_FROM_PTR(nlr.ret_val))) {
        caught(&nlr);
    }
    if (ept != NULL && arg != MP_OBJ_NULL) {
        openamp_message_clear(arg);
    }
}

static void service(struct amp_rpmsg *link, uint32_t src, const char *name) {
    (void)link;
    openamp_call(NULL, src, (void *)name, strlen(name));
}

// Announcements are kept until there is a callback for them.
static const struct amp_rpmsg_events events_quiet = {
    .released = openamp_endpoint_released,
};
static const struct amp_rpmsg_events events_service = {
    .service = service,
    .released = openamp_endpoint_released,
};

mp_obj_t openamp_new_service_callback(mp_obj_t callback) {
    openamp_check_thread();
    openamp_check_callback(callback, &mp_type_ValueError);
    MP_STATE_VM(openamp_service_callback) = callback;
    // Delivers what came before; as other callbacks, with the scheduler locked.
    mp_sched_lock();
    amp_rpmsg_set_events(
        &openamp_bus.link, callback == mp_const_none ? &events_quiet : &events_service);
    mp_sched_unlock();
    return mp_const_none;
}

MP_REGISTER_ROOT_POINTER(mp_obj_t openamp_service_callback);
