/* The class RemoteProc. */
#include "modopenamp.h"

#if MICROPY_PY_OPENAMP_HOST

#include "py/stream.h"

typedef struct _remoteproc_obj_t {
    mp_obj_base_t base;
    mp_obj_t entry; // path or address: read again when the core is restarted
    mp_obj_t found; // where the path led, in whatever directory the program is now
} remoteproc_obj_t;

// The file may lie in a file system written in Python, which may do anything
// while it is read, but not this.
static void check_not_loading(void) {
    if (openamp_bus.loading) {
        openamp_raise(AMP_EBUSY, MP_ERROR_TEXT("core is being loaded"));
    }
}

// The object that drives the core; every other was shut down, or its core was
// taken over by a later one.
static struct amp_rproc *check_owner(mp_obj_t self_in) {
    openamp_check_thread();
    if (openamp_bus.owner != MP_OBJ_TO_PTR(self_in)) {
        openamp_raise(AMP_ENODEV, MP_ERROR_TEXT("RemoteProc was shut down"));
    }
    check_not_loading();
    return &openamp_bus.rproc;
}

static void raise_load_error(mp_obj_t entry, mp_obj_t error, const struct amp_load_error *why) {
    vstr_t text;
    mp_print_t print;
    vstr_init_print(&text, 64, &print);
    mp_obj_print_helper(&print, entry, PRINT_STR);
    mp_printf(&print, ": %s", why->what != NULL ? why->what : "cannot be read");
    if (why->unit != NULL) {
        mp_printf(&print, " (%s 0x%lx)", why->unit, (unsigned long)why->where);
    }
    openamp_raise_obj(error, mp_obj_new_str_from_vstr(&text));
}

static int load_file(remoteproc_obj_t *self, struct amp_load_error *why) {
    openamp_image_t file;
    struct amp_image image;
    mp_obj_t open_error = openamp_image_open(&file, self->entry, &self->found, &image);
    if (open_error != MP_OBJ_NULL) {
        why->what = "cannot be opened";
        raise_load_error(self->entry, open_error, why);
    }
    openamp_bus.loading = true;
    int error = OPENAMP_CORE_CALL(amp_rproc_load(&openamp_bus.rproc, &image, why));
    openamp_bus.loading = false;
    mp_stream_close(file.file);
    if (file.exception != MP_OBJ_NULL) {
        nlr_raise(file.exception);
    }
    return error;
}

static void load(remoteproc_obj_t *self) {
    struct amp_load_error why = {0};
    int error;
    check_not_loading();
    if (openamp_bus.orphan) {
        openamp_bus_poll();
    }
    if (openamp_bus.rproc.state == AMP_RPROC_RUNNING) {
        openamp_raise(AMP_EBUSY, MP_ERROR_TEXT("core is running"));
    }
    if (mp_obj_get_type(self->entry) == &mp_type_int) {
        amp_da_t address = (amp_da_t)mp_obj_get_int_truncated(self->entry);
        // What machine.mem32 reads is signed where a word has 32 bits.
        if (!mp_obj_equal(mp_obj_new_int_from_uint(address), self->entry)
            && !mp_obj_equal(mp_obj_new_int((mp_int_t)address), self->entry)) {
            address = (amp_da_t)-1; // no core has anything there
        }
        error = OPENAMP_CORE_CALL(amp_rproc_load_address(&openamp_bus.rproc, address, &why));
    } else {
        error = load_file(self, &why);
    }
    if (error != 0) {
        raise_load_error(self->entry, MP_OBJ_NEW_SMALL_INT(-error), &why);
    }
}

static mp_obj_t remoteproc_make_new(
    const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    const mp_obj_type_t *kind = mp_obj_get_type(args[0]);
    if (kind != &mp_type_str && kind != &mp_type_int) {
        mp_raise_TypeError(MP_ERROR_TEXT("entry must be a str or an int"));
    }
    openamp_bus_init();
    remoteproc_obj_t *self = mp_obj_malloc_with_finaliser(remoteproc_obj_t, type);
    self->entry = args[0];
    self->found = MP_OBJ_NULL;
    load(self);
    openamp_bus.owner = self;
    return MP_OBJ_FROM_PTR(self);
}

// The port may know why: what it found at the entry is no code.
static void raise_start_error(remoteproc_obj_t *self, int error) {
    const struct amp_port *port = openamp_bus.rproc.port;
    struct amp_load_error why = {.what = "core does not start"};
    port->ops->core_state(port->ctx, &why.what);
    raise_load_error(self->entry, MP_OBJ_NEW_SMALL_INT(-error), &why);
}

static mp_obj_t remoteproc_start(mp_obj_t self_in) {
    remoteproc_obj_t *self = MP_OBJ_TO_PTR(self_in);
    struct amp_rproc *rproc = check_owner(self_in);
    openamp_bus_poll(); // it may have died without our noticing yet
    if (rproc->state == AMP_RPROC_CRASHED) {
        OPENAMP_CORE_CALL(amp_rproc_stop(rproc));
    }
    if (rproc->state != AMP_RPROC_LOADED) {
        load(self); // what the firmware modified; EBUSY if it runs
    }
    int error = OPENAMP_CORE_CALL(amp_rproc_start(rproc));
    if (error != 0) {
        raise_start_error(self, error);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(remoteproc_start_obj, remoteproc_start);

static void end(mp_obj_t self_in, int (*how)(struct amp_rproc *rproc)) {
    struct amp_rproc *rproc = check_owner(self_in);
    int error = OPENAMP_CORE_CALL(how(rproc));
    if (error != 0) {
        openamp_raise(-error, MP_ERROR_TEXT("core does not stop"));
    }
}

static mp_obj_t remoteproc_stop(mp_obj_t self_in) {
    end(self_in, amp_rproc_stop);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(remoteproc_stop_obj, remoteproc_stop);

static mp_obj_t remoteproc_shutdown(mp_obj_t self_in) {
    end(self_in, amp_rproc_shutdown);
    openamp_bus.owner = NULL;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(remoteproc_shutdown_obj, remoteproc_shutdown);

#if MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL
#define IS_MAIN_THREAD() mp_thread_is_main_thread()
#else
#define IS_MAIN_THREAD() (true)
#endif

// The finaliser: the same, but it never raises, and it may run anywhere: in
// another thread, or while the core is loaded for the next owner.
static mp_obj_t remoteproc_del(mp_obj_t self_in) {
    if (openamp_bus.owner != MP_OBJ_TO_PTR(self_in)) {
        return mp_const_none;
    }
    openamp_bus.owner = NULL;
    if (openamp_bus.loading) {
        return mp_const_none; // it was not running, or it would not be loaded
    }
    if (IS_MAIN_THREAD()) {
        OPENAMP_CORE_CALL(amp_rproc_shutdown(&openamp_bus.rproc));
    } else {
        openamp_bus.orphan = true;
        openamp_bus_schedule();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(remoteproc_del_obj, remoteproc_del);

static const mp_rom_map_elem_t remoteproc_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&remoteproc_del_obj)},
    {MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&remoteproc_start_obj)},
    {MP_ROM_QSTR(MP_QSTR_stop), MP_ROM_PTR(&remoteproc_stop_obj)},
    {MP_ROM_QSTR(MP_QSTR_shutdown), MP_ROM_PTR(&remoteproc_shutdown_obj)},
};
static MP_DEFINE_CONST_DICT(remoteproc_locals, remoteproc_locals_table);

// clang-format off
MP_DEFINE_CONST_OBJ_TYPE(
    openamp_remoteproc_type, MP_QSTR_RemoteProc, MP_TYPE_FLAG_NONE,
    make_new, remoteproc_make_new,
    locals_dict, &remoteproc_locals
    );
// clang-format on

#endif // MICROPY_PY_OPENAMP_HOST
