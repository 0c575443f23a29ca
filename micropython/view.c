/*
 * Objects that give access to memory outside of the heap: those of RemoteProc.mem(),
 * hold() and send_buffer().
 *
 * Such an object may become void, so it is checked at each use.  A memoryview of it is not
 * checked, but does no harm: the memory stays mapped, and is never part of the heap.
 */
#include "endpoint.h"

#if OPENAMP_VIEWS

// The bytes as a memoryview on the stack, so only for operations that keep no reference to it.
static mp_obj_array_t as_memoryview(mp_obj_t self_in) {
    const openamp_view_t *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_array_t array;
    size_t len = 0;
    bool write = true;
    void *va = self->ops->look(self_in, &len, &write);
    mp_obj_memoryview_init(&array, 'B', 0, len, va);
    if (write) {
        array.typecode |= MP_OBJ_ARRAY_TYPECODE_FLAG_RW;
    }
    return array;
}

mp_obj_t openamp_view_unary_op(mp_unary_op_t op, mp_obj_t self_in) {
    mp_obj_array_t array = as_memoryview(self_in);
    return MP_OBJ_TYPE_GET_SLOT(&mp_type_memoryview, unary_op)(op, MP_OBJ_FROM_PTR(&array));
}

mp_obj_t openamp_view_subscr(mp_obj_t self_in, mp_obj_t index, mp_obj_t value) {
    mp_obj_array_t array = as_memoryview(self_in);
    mp_obj_t result =
        MP_OBJ_TYPE_GET_SLOT(&mp_type_memoryview, subscr)(MP_OBJ_FROM_PTR(&array), index, value);
    const openamp_view_t *self = MP_OBJ_TO_PTR(self_in);
    if (value != MP_OBJ_SENTINEL && self->ops->written != NULL) {
        self->ops->written(self_in, array.items, array.len);
    }
    return result;
}

mp_int_t openamp_view_get_buffer(mp_obj_t self_in, mp_buffer_info_t *bufinfo, mp_uint_t flags) {
    mp_obj_array_t array = as_memoryview(self_in);
    return mp_get_buffer(MP_OBJ_FROM_PTR(&array), bufinfo, flags) ? 0 : 1;
}

#endif // OPENAMP_VIEWS
