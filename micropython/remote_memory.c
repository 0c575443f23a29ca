/*
 * RemoteProc.mem(): the memory of the core.
 *
 * A view is void as soon as something else is in that memory: loaded, or powered off.  It
 * is checked at each use.  What was made of it before, such as a memoryview, refers to
 * memory that stays mapped and is never the interpreter's heap.
 */
#include "modopenamp.h"

#if MICROPY_PY_OPENAMP_HOST && MICROPY_PY_OPENAMP_INSPECT

#include "py/binary.h"
#include "py/builtin.h"
#include "py/objarray.h"
#include "py/stream.h"

typedef struct _view_t {
    mp_obj_base_t base;
    openamp_remote_t *remote;
    uint32_t loads;
    bool write;
    amp_da_t da;
    size_t len;
} view_t;

// The bytes as a memoryview, on the stack: for operations that keep no reference to it.
static mp_obj_array_t as_memoryview(mp_obj_t self_in) {
    const view_t *self = MP_OBJ_TO_PTR(self_in);
    void *va = NULL;
    if (self->loads == self->remote->loads && self->remote->open) {
        va = OPENAMP_BUS(self->remote, map, self->da, self->len, self->write);
    }
    if (va == NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("void: the core was loaded or shut down since"));
    }
    mp_obj_array_t array;
    mp_obj_memoryview_init(&array, 'B', 0, self->len, va);
    if (self->write) {
        array.typecode |= MP_OBJ_ARRAY_TYPECODE_FLAG_RW;
    }
    return array;
}

static mp_obj_t view_unary_op(mp_unary_op_t op, mp_obj_t self_in) {
    mp_obj_array_t array = as_memoryview(self_in);
    return MP_OBJ_TYPE_GET_SLOT(&mp_type_memoryview, unary_op)(op, MP_OBJ_FROM_PTR(&array));
}

static mp_obj_t view_subscr(mp_obj_t self_in, mp_obj_t index, mp_obj_t value) {
    mp_obj_array_t array = as_memoryview(self_in);
    mp_obj_t result =
        MP_OBJ_TYPE_GET_SLOT(&mp_type_memoryview, subscr)(MP_OBJ_FROM_PTR(&array), index, value);
    if (value != MP_OBJ_SENTINEL) {
        const view_t *self = MP_OBJ_TO_PTR(self_in);
        OPENAMP_BUS(self->remote, written, array.items, array.len);
    }
    return result;
}

static mp_int_t view_get_buffer(mp_obj_t self_in, mp_buffer_info_t *bufinfo, mp_uint_t flags) {
    mp_obj_array_t array = as_memoryview(self_in);
    return mp_get_buffer(MP_OBJ_FROM_PTR(&array), bufinfo, flags) ? 0 : 1;
}

// clang-format off
static MP_DEFINE_CONST_OBJ_TYPE(
    view_type, MP_QSTR_mem, MP_TYPE_FLAG_NONE,
    unary_op, view_unary_op,
    subscr, view_subscr,
    buffer, view_get_buffer
    );
// clang-format on

static mp_obj_t remoteproc_mem(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { DA, LEN, WRITE, COUNT };
    static const mp_arg_t allowed[COUNT] = {
        [DA] = {MP_QSTR_da, MP_ARG_OBJ | MP_ARG_REQUIRED, {.u_obj = MP_OBJ_NULL}},
        [LEN] = {MP_QSTR_len, MP_ARG_OBJ | MP_ARG_REQUIRED, {.u_obj = MP_OBJ_NULL}},
        [WRITE] = {MP_QSTR_write, MP_ARG_BOOL, {.u_bool = false}},
    };
    mp_arg_val_t args[COUNT];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, COUNT, allowed, args);
    openamp_remote_t *remote = openamp_remoteproc_check(pos_args[0]);
    amp_da_t da = openamp_get_da(args[DA].u_obj);
    amp_da_t len = openamp_get_da(args[LEN].u_obj);
    if (OPENAMP_BUS(remote, map, da, len, args[WRITE].u_bool) == NULL) {
        openamp_raise(AMP_ENXIO, MP_ERROR_TEXT("0x%lx bytes at 0x%lx: no %smemory of core %d"),
            (unsigned long)len, (unsigned long)da, args[WRITE].u_bool ? "writable " : "",
            (int)openamp_core_number(remote));
    }
    view_t *self = mp_obj_malloc(view_t, &view_type);
    self->remote = remote;
    self->loads = remote->loads;
    self->write = args[WRITE].u_bool;
    self->da = da;
    self->len = len;
    return MP_OBJ_FROM_PTR(self);
}
MP_DEFINE_CONST_FUN_OBJ_KW(openamp_remoteproc_mem_obj, 1, remoteproc_mem);

// ---- symbol() ----

static mp_obj_t remoteproc_symbol(mp_obj_t self_in, mp_obj_t name_in) {
    openamp_remote_t *remote = openamp_remoteproc_check(self_in);
    openamp_remoteproc_obj_t *self = MP_OBJ_TO_PTR(self_in);
    const char *name = openamp_get_name(name_in);
    const char *firmware = openamp_entry_text(self->entry);
    struct amp_load_error why;
    amp_da_t value = 0;
    int error = -AMP_ENXIO; // firmware in place has no file
    if (mp_obj_get_type(self->entry) != &mp_type_int) {
        error = openamp_use_file(remote, self->entry, &self->found, &why, name, &value);
    }
    if (error == -AMP_ENOENT || error == -AMP_ENXIO) {
        mp_raise_msg_varg(&mp_type_KeyError,
            error == -AMP_ENXIO ? MP_ERROR_TEXT("%s has no symbol table: no %s")
                                : MP_ERROR_TEXT("%s has no symbol %s"),
            firmware, name);
    }
    if (error != 0) {
        openamp_raise(-error,
            error == -AMP_ESTALE || error == -AMP_ENOEXEC
                ? MP_ERROR_TEXT("%s is not the file that was loaded")
                : MP_ERROR_TEXT("%s cannot be read"),
            firmware);
    }
    return mp_obj_new_int_from_uint(value);
}
MP_DEFINE_CONST_FUN_OBJ_2(openamp_remoteproc_symbol_obj, remoteproc_symbol);

// ---- coredump() ----

typedef struct _dump_t {
    mp_obj_t file;
    openamp_remote_t *remote;
    uint32_t loads;
} dump_t;

// May raise: the dump keeps no state.  A file system in Python, or a handler, may do
// anything meanwhile, and then what follows would be of other firmware.
static int write_part(void *ctx, const void *data, size_t len) {
    const dump_t *self = ctx;
    mp_obj_t write[3];
    mp_load_method(self->file, MP_QSTR_write, write);
    for (size_t done = 0; done < len;) {
        write[2] = mp_obj_new_memoryview('B', len - done, (uint8_t *)(uintptr_t)data + done);
        mp_int_t count = mp_obj_get_int(mp_call_method_n_kw(1, 0, write));
        if (count <= 0) {
            return -AMP_EIO; // full
        }
        if (self->loads != self->remote->loads) {
            return -AMP_ESTALE;
        }
        done += (size_t)count;
    }
    return 0;
}

static void close_file(mp_obj_t file) {
    mp_obj_t close[2];
    mp_load_method(file, MP_QSTR_close, close); // it may be no stream but an object in Python
    mp_call_method_n_kw(0, 0, close);
}

static mp_obj_t remoteproc_coredump(mp_obj_t self_in, mp_obj_t path) {
    openamp_remote_t *remote = openamp_remoteproc_check(self_in);
    const char *name = openamp_get_name(path);
    mp_obj_t file = mp_call_function_2(
        MP_OBJ_FROM_PTR(&mp_builtin_open_obj), path, MP_OBJ_NEW_QSTR(MP_QSTR_wb));
    dump_t dump = {file, remote, remote->loads};
    nlr_buf_t nlr;
    volatile int error = 0;
    mp_obj_t exception = MP_OBJ_NULL;
    if (nlr_push(&nlr) == 0) {
        error = OPENAMP_BUS(remote, coredump, write_part, &dump);
        nlr_pop();
    } else {
        exception = MP_OBJ_FROM_PTR(nlr.ret_val);
    }
    close_file(file);
    if (exception != MP_OBJ_NULL) {
        nlr_raise(exception);
    }
    if (error != 0) {
        openamp_raise(-error,
            error == -AMP_ESTALE ? MP_ERROR_TEXT("%s: the core was loaded or shut down meanwhile")
                                 : MP_ERROR_TEXT("%s: not written to its end"),
            name);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(openamp_remoteproc_coredump_obj, remoteproc_coredump);

#endif // MICROPY_PY_OPENAMP_HOST && MICROPY_PY_OPENAMP_INSPECT
