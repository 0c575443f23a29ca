/*
 * RemoteProc.mem(), symbol() and coredump(): the memory of the core.
 *
 * A view of mem() is void as soon as the core is loaded again or its memory is powered off.
 */
#include "endpoint.h"

#if MICROPY_PY_OPENAMP_HOST && MICROPY_PY_OPENAMP_INSPECT

#include "py/builtin.h"
#include "py/stream.h"

typedef struct _memory_t {
    openamp_view_t view;
    openamp_remote_t *remote;
    uint32_t loads;
    bool write;
    amp_da_t da;
    size_t len;
} memory_t;

static void *memory_look(mp_obj_t self_in, size_t *len, bool *write) {
    const memory_t *self = MP_OBJ_TO_PTR(self_in);
    void *va = NULL;
    if (self->loads == self->remote->loads && self->remote->open) {
        va = OPENAMP_BUS(self->remote, map, self->da, self->len, self->write);
    }
    if (va == NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("void: the core was loaded or shut down since"));
    }
    *len = self->len;
    *write = self->write;
    return va;
}

static void memory_written(mp_obj_t self_in, const void *va, size_t len) {
    const memory_t *self = MP_OBJ_TO_PTR(self_in);
    OPENAMP_BUS(self->remote, written, va, len);
}
static const openamp_view_ops_t memory_ops = {.look = memory_look, .written = memory_written};

// clang-format off
static MP_DEFINE_CONST_OBJ_TYPE(
    memory_type, MP_QSTR_mem, MP_TYPE_FLAG_NONE,
    unary_op, openamp_view_unary_op,
    subscr, openamp_view_subscr,
    buffer, openamp_view_get_buffer
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
        openamp_raise_explained(remote, -AMP_EOPNOTSUPP);
        openamp_raise(AMP_ENXIO, MP_ERROR_TEXT("0x%lx bytes at 0x%lx: no %smemory of core %d"),
            (unsigned long)len, (unsigned long)da, args[WRITE].u_bool ? "writable " : "",
            (int)openamp_core_number(remote));
    }
    memory_t *self = mp_obj_malloc(memory_t, &memory_type);
    self->view.ops = &memory_ops;
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
    const char *name = openamp_get_str(name_in, MP_QSTR_name);
    const char *firmware = openamp_entry_text(self->entry);
    struct amp_load_error why;
    amp_da_t value = 0;
    int error = -AMP_ENXIO; // firmware that was started by address has no file
    if (mp_obj_get_type(self->entry) != &mp_type_int) {
        error = openamp_use_file(remote, self->entry, &self->found, &why, name, &value);
    }
    if (error == -AMP_EOPNOTSUPP) {
        openamp_raise_explained(remote, error);
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

// Write a part of the dump.  This may raise, as amp_rproc_coredump() has nothing to clean up.
// -AMP_ESTALE: a file system in Python, or a handler, loaded other firmware meanwhile.
static int write_part(void *ctx, const void *data, size_t len) {
    const dump_t *self = ctx;
    mp_obj_t write[3];
    mp_load_method(self->file, MP_QSTR_write, write);
    for (size_t done = 0; done < len;) {
        write[2] = mp_obj_new_memoryview('B', len - done, (uint8_t *)(uintptr_t)data + done);
        mp_int_t count = mp_obj_get_int(mp_call_method_n_kw(1, 0, write));
        if (count <= 0) {
            return -AMP_EIO; // the file system is full
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
    mp_load_method(file, MP_QSTR_close, close); // by name, as it may be an object in Python
    mp_call_method_n_kw(0, 0, close);
}

static mp_obj_t remoteproc_coredump(mp_obj_t self_in, mp_obj_t path) {
    openamp_remote_t *remote = openamp_remoteproc_check(self_in);
    const char *name = openamp_get_str(path, MP_QSTR_path);
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
        openamp_raise_explained(remote, error);
        openamp_raise(-error,
            error == -AMP_ESTALE ? MP_ERROR_TEXT("%s: the core was loaded or shut down meanwhile")
                                 : MP_ERROR_TEXT("%s: not written to its end"),
            name);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(openamp_remoteproc_coredump_obj, remoteproc_coredump);

#endif // MICROPY_PY_OPENAMP_HOST && MICROPY_PY_OPENAMP_INSPECT
