/*
 * The `data` of an endpoint's callback: a bytearray that refers to a receive
 * buffer.  It is a type of its own, a subclass of bytearray, because the
 * methods of bytearray that change the length reallocate the memory, and this
 * memory does not belong to the heap: growing it in place would corrupt the
 * interpreter.  All else is handed to bytearray.
 */
#include "modopenamp.h"

#include "py/binary.h"
#include "py/objarray.h"
#include "py/objstr.h"

#define BYTEARRAY_SLOT(slot) MP_OBJ_TYPE_GET_SLOT(&mp_type_bytearray, slot)

// A bytearray proper over the same bytes, for functions that look at the type.
// On the stack: only for operations that keep no reference to it.
static mp_obj_array_t as_bytearray(mp_obj_t self_in) {
    mp_obj_array_t copy = *(mp_obj_array_t *)MP_OBJ_TO_PTR(self_in);
    copy.base.type = &mp_type_bytearray;
    return copy;
}

static void message_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    BYTEARRAY_SLOT(print)(print, self_in, kind);
}

static mp_obj_t message_iter(mp_obj_t self_in, mp_obj_iter_buf_t *iter_buf) {
    return ((mp_getiter_fun_t)BYTEARRAY_SLOT(iter))(self_in, iter_buf);
}

static mp_obj_t message_unary_op(mp_unary_op_t op, mp_obj_t self_in) {
    return BYTEARRAY_SLOT(unary_op)(op, self_in);
}

static mp_obj_t message_binary_op(mp_binary_op_t op, mp_obj_t lhs, mp_obj_t rhs) {
    mp_obj_array_t copy = as_bytearray(lhs);
    // `data += more` makes a new bytearray: this one cannot grow.
    return BYTEARRAY_SLOT(binary_op)(
        op == MP_BINARY_OP_INPLACE_ADD ? MP_BINARY_OP_ADD : op, MP_OBJ_FROM_PTR(&copy), rhs);
}

static mp_obj_t message_subscr(mp_obj_t self_in, mp_obj_t index, mp_obj_t value) {
    mp_obj_array_t copy = as_bytearray(self_in);
#if MICROPY_PY_BUILTINS_SLICE
    if (value != MP_OBJ_NULL && value != MP_OBJ_SENTINEL && mp_obj_is_type(index, &mp_type_slice)) {
        mp_bound_slice_t slice;
        mp_seq_get_fast_slice_indexes(copy.len, index, &slice);
        mp_obj_t len = mp_obj_len_maybe(value);
        if (len != MP_OBJ_NEW_SMALL_INT((mp_int_t)(slice.stop - slice.start))) {
            mp_raise_ValueError(MP_ERROR_TEXT("a message cannot change its length"));
        }
    }
#endif
    return BYTEARRAY_SLOT(subscr)(MP_OBJ_FROM_PTR(&copy), index, value);
}

static mp_int_t message_get_buffer(mp_obj_t self_in, mp_buffer_info_t *bufinfo, mp_uint_t flags) {
    (void)flags;
    mp_obj_array_t *self = MP_OBJ_TO_PTR(self_in);
    bufinfo->buf = self->items;
    bufinfo->len = self->len;
    bufinfo->typecode = BYTEARRAY_TYPECODE;
    return 0;
}

// The methods of bytearray, but for those that grow it, are those of bytes.
#if MICROPY_CPYTHON_COMPAT
extern const mp_obj_dict_t mp_obj_bytes_locals_dict; // which no header declares
#else
#define mp_obj_bytes_locals_dict mp_obj_str_locals_dict
#endif

// clang-format off
static MP_DEFINE_CONST_OBJ_TYPE(
    message_type, MP_QSTR_bytearray,
    MP_TYPE_FLAG_EQ_CHECKS_OTHER_TYPE | MP_TYPE_FLAG_ITER_IS_GETITER,
    parent, &mp_type_bytearray,
    print, message_print,
    iter, message_iter,
    unary_op, message_unary_op,
    binary_op, message_binary_op,
    subscr, message_subscr,
    buffer, message_get_buffer,
    locals_dict, &mp_obj_bytes_locals_dict
    );
// clang-format on

mp_obj_t openamp_message_new(const char *data, size_t len) {
    mp_obj_array_t *self = mp_obj_malloc(mp_obj_array_t, &message_type);
    self->typecode = BYTEARRAY_TYPECODE;
    self->free = 0;
    self->len = len;
    self->items = (void *)data;
    return MP_OBJ_FROM_PTR(self);
}
