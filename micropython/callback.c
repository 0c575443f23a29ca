/* From the link to Python: messages and announcements reach their callbacks. */
#include "modopenamp.h"

#include <string.h>

#include "py/unicode.h"

static bool ends_programs(mp_obj_t exception) {
    return !mp_obj_is_subclass_fast(
        MP_OBJ_FROM_PTR(mp_obj_get_type(exception)), MP_OBJ_FROM_PTR(&mp_type_Exception));
}

// What nlr_push() caught around a callback: printed, or, if it is one that ends
// programs (KeyboardInterrupt, SystemExit), raised again where the program is.
// Never raises.
static void caught(void *value) {
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

// For speed a copy for each kind of callback, for size one.
#ifdef __OPTIMIZE_SIZE__
#define PER_KIND static
#else
#define PER_KIND static inline __attribute__((always_inline))
#endif

// Call fun(addr, make(data, len)); no exception leaves it.  Returns what make()
// made, or MP_OBJ_NULL if it raised.
PER_KIND mp_obj_t call(mp_obj_t fun, uint32_t addr, mp_obj_t (*make)(const char *data, size_t len),
    const char *data, size_t len) {
    volatile mp_obj_t made = MP_OBJ_NULL;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t arg = make(data, len);
        made = arg;
        mp_call_function_2(fun, mp_obj_new_int_from_uint(addr), arg);
        nlr_pop();
    } else {
        caught(nlr.ret_val);
    }
    return made;
}

void openamp_endpoint_received(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    mp_obj_t message =
        call(openamp_endpoint_of(ept)->callback, src, openamp_message_new, data, len);
    if (message != MP_OBJ_NULL) {
        openamp_message_clear(message);
    }
}

static void service(struct amp_rpmsg *link, uint32_t src, const char *name) {
    (void)link;
#if MICROPY_PY_BUILTINS_STR_UNICODE_CHECK
    // The bytes are the peer's.  No Endpoint can have such a name, and a line
    // on the console for each would be the peer's to flood.
    if (!utf8_check((const byte *)name, strlen(name))) {
        return;
    }
#endif
    call(MP_STATE_VM(openamp_service_callback), src, mp_obj_new_str, name, strlen(name));
}

// Announcements are kept until there is a callback for them.
const struct amp_rpmsg_events openamp_events_quiet = {
    .released = openamp_endpoint_released,
};
const struct amp_rpmsg_events openamp_events_service = {
    .service = service,
    .released = openamp_endpoint_released,
};
