/*
 * The `data` of an endpoint's callback: a bytearray that refers to a receive
 * buffer.  It is a type of its own, a subclass of bytearray, because the
 * methods of bytearray that change the length reallocate the memory, and this
 * memory does not belong to the heap: growing it in place would corrupt the
 * interpreter.  Everything else is passed on to bytearray.
 *
 * The object does not have those methods, but a program can reach them as
 * type(data).append, which is bytearray's.  So the object also has a type code that
 * they do not know, for which they raise ValueError.  Functions that accept a memoryview
 * too, such as the iterator, mask that code.
 */
#include "modopenamp.h"

#include "py/binary.h"
#include "py/objarray.h"

#define BYTEARRAY_SLOT(slot) MP_OBJ_TYPE_GET_SLOT(&mp_type_bytearray, slot)

#if MICROPY_PY_BUILTINS_MEMORYVIEW
#define MESSAGE_TYPECODE (BYTEARRAY_TYPECODE | MP_OBJ_ARRAY_TYPECODE_FLAG_RW)
#else
#define MESSAGE_TYPECODE BYTEARRAY_TYPECODE
#endif

// An exact bytearray over the same bytes, for functions that compare the type.  It is on
// the stack, so only for operations that keep no reference to it.
static mp_obj_array_t as_bytearray(mp_obj_t self_in) {
    mp_obj_array_t copy = *(mp_obj_array_t *)MP_OBJ_TO_PTR(self_in);
    copy.base.type = &mp_type_bytearray;
    copy.typecode = BYTEARRAY_TYPECODE;
    return copy;
}

static void message_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    mp_obj_array_t copy = as_bytearray(self_in);
    BYTEARRAY_SLOT(print)(print, MP_OBJ_FROM_PTR(&copy), kind);
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

// A method of bytearray, except those that grow it, is looked up in a copy of the message,
// because it compares the type and may return the object itself.
static void message_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    mp_obj_array_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] == MP_OBJ_NULL && attr != MP_QSTR_append && attr != MP_QSTR_extend) {
        mp_load_method_maybe(mp_obj_new_bytearray(self->len, self->items), attr, dest);
    }
}

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
    attr, message_attr,
    buffer, message_get_buffer
    );
// clang-format on

mp_obj_t openamp_message_new(const char *data, size_t len) {
    mp_obj_array_t *self = mp_obj_malloc(mp_obj_array_t, &message_type);
    self->typecode = MESSAGE_TYPECODE;
    self->free = 0;
    self->len = len;
    self->items = (void *)data;
    return MP_OBJ_FROM_PTR(self);
}
