/* Helpers of the module's functions: checks of arguments, errors, named tuples. */
#include <stdarg.h> // first: py/obj.h declares some functions only if it was included before

#include "modopenamp.h"

#include <string.h>

#include "py/gc.h"
#include "py/mperrno.h"
#include "py/objstr.h"

// A program compares with the numbers of `errno`.
_Static_assert(MP_EAGAIN == AMP_EAGAIN && MP_EINVAL == AMP_EINVAL && MP_EBUSY == AMP_EBUSY
        && MP_ENOENT == AMP_ENOENT && MP_ENOMEM == AMP_ENOMEM && MP_ENODEV == AMP_ENODEV
        && MP_EADDRINUSE == AMP_EADDRINUSE && MP_ENOTCONN == AMP_ENOTCONN
        && MP_ETIMEDOUT == AMP_ETIMEDOUT && MP_EIO == AMP_EIO,
    "MICROPY_USE_INTERNAL_ERRNO");

void openamp_raise(int error, mp_rom_error_text_t text, ...) {
    va_list list;
    va_start(list, text);
    // Create an exception to format the text.
    const mp_obj_type_t *type = &mp_type_OSError;
    mp_obj_t exception = mp_obj_new_exception_msg_vlist(type, text, list);
    va_end(list);
    mp_obj_t args[2] = {MP_OBJ_NEW_SMALL_INT(error), mp_obj_exception_get_value(exception)};
#if MICROPY_PY_OPENAMP_VISIBLE
    if (openamp_error_name(args[0]) != MP_QSTRnull) {
        type = &openamp_error_type;
    }
#endif
    // If the heap is full, the text may be missing, or may lie in the emergency buffer, where
    // the arguments of the next exception would be written over it.
    size_t count = gc_nbytes(MP_OBJ_TO_PTR(args[1])) != 0 ? 2 : 1;
    nlr_raise(mp_obj_exception_make_new(type, count, 0, args));
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

mp_obj_t openamp_new_stats(const qstr *names, const uint32_t *counts, size_t len) {
    mp_obj_t items[8];
    for (size_t i = 0; i < len; ++i) {
        items[i] = mp_obj_new_int_from_uint(counts[i]);
    }
    return mp_obj_new_attrtuple(names, len, items);
}

unsigned openamp_get_irq(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args,
    unsigned otherwise, unsigned all, mp_obj_t *handler) {
    enum { HANDLER, TRIGGER, HARD, COUNT };
    static const mp_arg_t allowed[COUNT] = {
        [HANDLER] = {MP_QSTR_handler, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        [TRIGGER] = {MP_QSTR_trigger, MP_ARG_INT, {.u_int = -1}},
        [HARD] = {MP_QSTR_hard, MP_ARG_BOOL, {.u_bool = false}},
    };
    mp_arg_val_t args[COUNT];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, COUNT, allowed, args);
    mp_int_t trigger = args[TRIGGER].u_int == -1 ? (mp_int_t)otherwise : args[TRIGGER].u_int;
    *handler = args[HANDLER].u_obj;
    openamp_check_callback(*handler, &mp_type_ValueError);
    if ((trigger & ~(mp_int_t)all) != 0 || args[HARD].u_bool) {
        mp_raise_ValueError(MP_ERROR_TEXT("trigger is made of the IRQ_ constants, hard is False"));
    }
    return *handler == mp_const_none ? 0 : (unsigned)trigger;
}

void openamp_check_callback(mp_obj_t callback, const mp_obj_type_t *exception) {
    if (callback != mp_const_none && !mp_obj_is_callable(callback)) {
        mp_raise_msg(exception, MP_ERROR_TEXT("callback must be callable or None"));
    }
#if MICROPY_PY_OPENAMP_VISIBLE
    openamp_check_generator(mp_obj_get_type(callback), &mp_type_gen_wrap);
#endif
}

#if MICROPY_PY_OPENAMP_VISIBLE
void openamp_check_generator(const mp_obj_type_t *type, const mp_obj_type_t *generator) {
    if (type == generator) {
        mp_raise_TypeError(MP_ERROR_TEXT("a generator does not run as a callback: use recv()"));
    }
}
#endif

const char *openamp_get_str(mp_obj_t obj, qstr argument) {
    if (mp_obj_get_type(obj) != &mp_type_str) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%q must be a str"), argument);
    }
    size_t len;
    const char *text = mp_obj_str_get_data(obj, &len);
    if (strlen(text) != len) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%q with a NUL in it"), argument);
    }
    return text;
}
