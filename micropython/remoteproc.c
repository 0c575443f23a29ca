/* The class RemoteProc. */
#include "endpoint.h"

#include "py/builtin.h"
#include "py/gc.h"

#if MICROPY_PY_OPENAMP_HOST

const char *openamp_entry_text(mp_obj_t entry) {
    if (mp_obj_get_type(entry) == &mp_type_int) {
        entry = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_builtin_hex_obj), entry);
    }
    return mp_obj_str_get_str(entry);
}

// Raise EBUSY while the core is being loaded: a file system in Python may call any method
// while it reads the image.
static void check_loading(const openamp_remoteproc_obj_t *self) {
    if (self->remote->loading) {
        openamp_raise(AMP_EBUSY, MP_ERROR_TEXT("core is being loaded"));
    }
}

// Raise EBUSY if the core runs, because it cannot be loaded then.
static void check_busy(const openamp_remoteproc_obj_t *self) {
    openamp_remote_t *remote = self->remote;
    check_loading(self);
    if (OPENAMP_THREADS && remote->orphan) {
        openamp_remote_shutdown(remote);
    }
    if (OPENAMP_BUS(remote, state) == AMP_RPROC_RUNNING) {
        // Do not read the owner's entry: another thread may be collecting the owner just now.
        // OPENAMP_RUN_OF() has a reference of its own.
        const void *owner = remote->owner;
#if !MICROPY_PY_OPENAMP_STATIC_BUS
        if (owner == NULL) {
            openamp_raise(AMP_EBUSY,
                MP_ERROR_TEXT("core %d was started by another program: RemoteProc.attach() takes "
                              "it over"),
                (int)openamp_core_number(remote));
        }
#endif
        if (owner != self) {
            openamp_endpoints_refused(remote);
        }
        openamp_raise(AMP_EBUSY,
            owner == self
                ? MP_ERROR_TEXT("core %d is running")
                : MP_ERROR_TEXT("core %d runs %s (RemoteProc at 0x%p): call its shutdown()"),
            (int)openamp_core_number(remote), openamp_entry_text(OPENAMP_RUN_OF(remote)->entry),
            owner);
    }
}

openamp_remote_t *openamp_remoteproc_check(mp_obj_t self_in) {
    openamp_remoteproc_obj_t *self = MP_OBJ_TO_PTR(self_in);
    openamp_check_thread();
    if (self->remote->owner != self) {
        openamp_raise(AMP_ENODEV,
            self->closed ? MP_ERROR_TEXT("core %d was shut down: make a new RemoteProc")
                         : MP_ERROR_TEXT("core %d has a newer RemoteProc"),
            (int)openamp_core_number(self->remote));
    }
    check_loading(self);
    return self->remote;
}

static void raise_load_error(
    const openamp_remoteproc_obj_t *self, int error, const struct amp_load_error *why) {
    size_t count;
    const struct amp_window *window = OPENAMP_BUS(self->remote, windows, &count);
    const char *separator = " (";
    vstr_t text;
    vstr_init(&text, 64);
    vstr_printf(&text, "%s: ", openamp_entry_text(self->entry));
    if (why->len != 0) {
        vstr_printf(&text, "%s %lu at 0x%lx, 0x%lx bytes: ", why->unit, (unsigned long)why->where,
            (unsigned long)why->da, (unsigned long)why->len);
    }
    vstr_add_str(&text, why->what != NULL ? why->what : "cannot be read");
    if (why->used_by != NULL) {
        vstr_printf(&text, ": %s", why->used_by);
    }
    if (why->unit != NULL && why->len == 0) {
        vstr_printf(&text, "%s%s 0x%lx", separator, why->unit, (unsigned long)why->where);
        separator = ", ";
    }
    for (; count-- != 0; ++window) {
        if (amp_load_missed(why, window)) {
            vstr_printf(&text, "%s0x%lx-0x%lx", separator, (unsigned long)window->da,
                (unsigned long)(window->da + (window->len - 1)));
            separator = ", ";
        }
    }
    if (separator[0] == ',') {
        vstr_add_char(&text, ')');
    }
    openamp_raise(error, MP_ERROR_TEXT("%s"), vstr_null_terminated_str(&text));
}

amp_da_t openamp_get_da(mp_obj_t number) {
    amp_da_t da = (amp_da_t)mp_obj_get_int_truncated(number);
    // On a 32-bit machine an address that was read by machine.mem32 may be negative.
    return mp_obj_equal(mp_obj_new_int_from_uint(da), number)
            || mp_obj_equal(mp_obj_new_int((mp_int_t)da), number)
        ? da
        : (amp_da_t)-1;
}

static void load(openamp_remoteproc_obj_t *self) {
    mp_obj_t entry = self->entry;
    struct amp_load_error why;
    int error;
    check_busy(self);
    if (mp_obj_get_type(entry) == &mp_type_int) {
        amp_da_t address = openamp_get_da(entry);
        error = OPENAMP_UNINTERRUPTED(OPENAMP_BUS(self->remote, load_address, address, &why));
    } else {
        error = openamp_use_file(self->remote, entry, &self->found, &why, NULL, NULL);
    }
    if (error != 0) {
        raise_load_error(self, -error, &why);
    }
    openamp_loaded(self->remote);
}

// A RemoteProc object for a core, which it does not own yet.
static openamp_remoteproc_obj_t *new_object(
    const mp_obj_type_t *type, mp_obj_t entry, mp_obj_t core) {
    openamp_check_thread();
    openamp_remoteproc_obj_t *self = mp_obj_malloc_with_finaliser(openamp_remoteproc_obj_t, type);
    self->remote = openamp_remotes;
    self->entry = entry;
    self->found = MP_OBJ_NULL;
    self->closed = false;
    self->trigger = 0;
    self->handler = mp_const_none;
    self->remote = openamp_get_remote(core, NULL);
    // If the program no longer refers to the owner of a running core, the collection runs its
    // finaliser, which stops the core.  Nothing before this may read `owner`, because the
    // collector takes a register with its address for a reference.
    if (OPENAMP_BUS(self->remote, state) == AMP_RPROC_RUNNING) {
        gc_collect();
    }
    openamp_report_crash(self->remote);
    return self;
}

// From now on this object owns the core.
static mp_obj_t own(openamp_remoteproc_obj_t *self) {
    self->remote->owner = self;
    OPENAMP_RUN_OF(self->remote)->service_callback = MP_OBJ_NULL; // of the former owner
    openamp_set_events(self->remote);
    OPENAMP_RUN_OF(self->remote)->entry = self->entry;
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t remoteproc_make_new(
    const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *all_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_entry, MP_ARG_OBJ | MP_ARG_REQUIRED, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_core, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_obj = MP_OBJ_NEW_SMALL_INT(0)}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, all_args, MP_ARRAY_SIZE(allowed), allowed, args);
    mp_obj_t entry = args[0].u_obj;
    if (mp_obj_get_type(entry) != &mp_type_int) {
        openamp_get_str(entry, MP_QSTR_entry);
    } else if (openamp_get_da(entry) != (amp_da_t)-1) {
        entry = mp_obj_new_int_from_uint(openamp_get_da(entry)); // it may have been negative
    }
    openamp_remoteproc_obj_t *self = new_object(type, entry, args[1].u_obj);
    load(self);
    return own(self);
}

#if MICROPY_PY_OPENAMP_INSPECT
// RemoteProc.attach(core=0): a RemoteProc for firmware that already runs.
static mp_obj_t remoteproc_attach(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {{MP_QSTR_core, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(0)}}};
    mp_arg_val_t core;
    mp_arg_parse_all(n_args, args, kw_args, 1, allowed, &core);
    openamp_remoteproc_obj_t *self =
        new_object(&openamp_remoteproc_type, MP_OBJ_NEW_SMALL_INT(0), core.u_obj);
    if (MICROPY_PY_OPENAMP_STATIC_BUS || self->remote->owner != NULL) {
        check_busy(self);
    } // else another program has started it
    struct amp_load_error why;
    amp_da_t entry = 0;
    int error = OPENAMP_UNINTERRUPTED(OPENAMP_BUS(self->remote, attach, &entry, &why));
    if (error != 0) {
        openamp_raise(-error, MP_ERROR_TEXT("core %d: %s"), (int)openamp_core_number(self->remote),
            why.what != NULL ? why.what : "cannot be attached to");
    }
    self->entry = mp_obj_new_int_from_uint(entry);
    openamp_loaded(self->remote);
    openamp_started(self->remote);
    openamp_announces(self->remote);
    openamp_changed(self->remote);
    return own(self);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(remoteproc_attach_fun, 0, remoteproc_attach);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(remoteproc_attach_obj, MP_ROM_PTR(&remoteproc_attach_fun));

static mp_obj_t remoteproc_exit(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    openamp_remoteproc_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (self->remote->owner == self) {
        mp_obj_t shutdown[2];
        mp_load_method(args[0], MP_QSTR_shutdown, shutdown);
        mp_call_method_n_kw(0, 0, shutdown);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(remoteproc_exit_obj, 4, 4, remoteproc_exit);
#endif

openamp_remote_t *openamp_remoteproc_remote(mp_obj_t obj) {
    // Accept an object of a subclass, too.
    mp_obj_t native = mp_obj_cast_to_native_base(obj, MP_OBJ_FROM_PTR(&openamp_remoteproc_type));
    // Until the subclass has called super().__init__(), `native` is no RemoteProc.
    return native == MP_OBJ_NULL || mp_obj_get_type(native) != &openamp_remoteproc_type
        ? NULL
        : ((openamp_remoteproc_obj_t *)MP_OBJ_TO_PTR(native))->remote;
}

static mp_obj_t remoteproc_start(mp_obj_t self_in) {
    openamp_remoteproc_obj_t *self = MP_OBJ_TO_PTR(self_in);
    openamp_remote_t *remote = openamp_remoteproc_check(self_in);
    openamp_poll(remote); // notice a death that no poll has found yet
    openamp_report_crash(remote);
#if !MICROPY_PY_OPENAMP_STATIC_BUS
    if (remote->reporting) { // the operating system may be starting it, too
        if (OPENAMP_BUS(remote, state) == AMP_RPROC_RUNNING) {
            return mp_const_none; // it has done so
        }
        OPENAMP_UNINTERRUPTED(OPENAMP_BUS(remote, stop));
    }
#endif
    if (OPENAMP_BUS(remote, state) != AMP_RPROC_LOADED) {
        load(self); // firmware modifies its own data; EBUSY if it runs
    }
    openamp_remoteproc_check(self_in); // the calls above may run Python: a shutdown()
    struct amp_load_error why;
    int error = OPENAMP_UNINTERRUPTED(OPENAMP_BUS(remote, start, &why));
    if (error != 0) {
        why.what = why.what != NULL ? why.what : "does not start";
        raise_load_error(self, -error, &why);
    }
    openamp_started(remote);
    openamp_announces(remote);
    openamp_changed(remote); // an endpoint with a given `dest` is ready now
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(remoteproc_start_obj, remoteproc_start);

static mp_obj_t remoteproc_stop(mp_obj_t self_in) {
    openamp_remote_t *remote = openamp_remoteproc_check(self_in);
    bool running = OPENAMP_BUS(remote, state) == AMP_RPROC_RUNNING;
    int error = OPENAMP_UNINTERRUPTED(OPENAMP_BUS(remote, stop));
    if (error != 0) {
        openamp_raise_explained(remote, error);
        openamp_raise(
            -error, MP_ERROR_TEXT("core %d does not stop"), (int)openamp_core_number(remote));
    }
    openamp_changed(remote);
    if (running) {
        openamp_stopped(MP_OBJ_TO_PTR(self_in));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(remoteproc_stop_obj, remoteproc_stop);

// The finaliser: a shutdown() that never raises.  It may run in another thread, or while
// the core is being loaded for the next owner.
static mp_obj_t remoteproc_del(mp_obj_t self_in) {
    openamp_remoteproc_obj_t *self = MP_OBJ_TO_PTR(self_in);
    openamp_remote_t *remote = self->remote;
    if (remote->owner != self) {
        return mp_const_none;
    }
    remote->owner = NULL;
    self->closed = true;
    if (remote->loading) {
        return mp_const_none; // a core that is being loaded does not run
    }
    if (OPENAMP_IS_MAIN_THREAD()) {
        openamp_remote_shutdown(remote);
    } else {
        remote->orphan = true;
        openamp_doorbell(remote);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(remoteproc_del_obj, remoteproc_del);

static mp_obj_t remoteproc_shutdown(mp_obj_t self_in) {
    remoteproc_stop(self_in);
    return remoteproc_del(self_in);
}
static MP_DEFINE_CONST_FUN_OBJ_1(remoteproc_shutdown_obj, remoteproc_shutdown);

// Have services of this core reported to `callback` and not to the module's; with None,
// to the module's again.
static mp_obj_t remoteproc_new_service_callback(mp_obj_t self_in, mp_obj_t callback) {
    openamp_remote_t *remote = openamp_remoteproc_check(self_in);
    openamp_check_callback(callback, &mp_type_ValueError);
    OPENAMP_RUN_OF(remote)->service_callback = callback == mp_const_none ? MP_OBJ_NULL : callback;
    openamp_set_events(remote);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(
    remoteproc_new_service_callback_obj, remoteproc_new_service_callback);

#if MICROPY_PY_OPENAMP_VISIBLE

static void remoteproc_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    openamp_remoteproc_obj_t *self = MP_OBJ_TO_PTR(self_in);
    openamp_remote_t *remote = self->remote;
    mp_printf(print, "<RemoteProc %s core=%d ", openamp_entry_text(self->entry),
        (int)openamp_core_number(remote));
    if (remote->owner == self) {
        openamp_print_state(print, remote);
    } else {
        mp_print_str(print, self->closed ? "shut down" : "replaced by a newer one");
    }
    mp_print_str(print, ">");
}
#define REMOTEPROC_PRINT print, remoteproc_print,
#else
#define REMOTEPROC_PRINT
#endif

static const mp_rom_map_elem_t remoteproc_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&remoteproc_del_obj)},
    {MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&remoteproc_start_obj)},
    {MP_ROM_QSTR(MP_QSTR_stop), MP_ROM_PTR(&remoteproc_stop_obj)},
    {MP_ROM_QSTR(MP_QSTR_shutdown), MP_ROM_PTR(&remoteproc_shutdown_obj)},
    {MP_ROM_QSTR(MP_QSTR_new_service_callback), MP_ROM_PTR(&remoteproc_new_service_callback_obj)},
#if MICROPY_PY_OPENAMP_INSPECT
    {MP_ROM_QSTR(MP_QSTR_state), MP_ROM_PTR(&openamp_remoteproc_state_obj)},
    {MP_ROM_QSTR(MP_QSTR_reason), MP_ROM_PTR(&openamp_remoteproc_reason_obj)},
    {MP_ROM_QSTR(MP_QSTR_report_crash), MP_ROM_PTR(&openamp_remoteproc_report_crash_obj)},
    {MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&openamp_remoteproc_irq_obj)},
    {MP_ROM_QSTR(MP_QSTR_trace), MP_ROM_PTR(&openamp_remoteproc_trace_obj)},
    {MP_ROM_QSTR(MP_QSTR_stats), MP_ROM_PTR(&openamp_remoteproc_stats_obj)},
    {MP_ROM_QSTR(MP_QSTR_mem), MP_ROM_PTR(&openamp_remoteproc_mem_obj)},
    {MP_ROM_QSTR(MP_QSTR_symbol), MP_ROM_PTR(&openamp_remoteproc_symbol_obj)},
    {MP_ROM_QSTR(MP_QSTR_coredump), MP_ROM_PTR(&openamp_remoteproc_coredump_obj)},
    {MP_ROM_QSTR(MP_QSTR_attach), MP_ROM_PTR(&remoteproc_attach_obj)},
    {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj)},
    {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&remoteproc_exit_obj)},
    {MP_ROM_QSTR(MP_QSTR_OFFLINE), MP_ROM_INT(AMP_RPROC_OFFLINE)},
    {MP_ROM_QSTR(MP_QSTR_LOADED), MP_ROM_INT(AMP_RPROC_LOADED)},
    {MP_ROM_QSTR(MP_QSTR_RUNNING), MP_ROM_INT(AMP_RPROC_RUNNING)},
    {MP_ROM_QSTR(MP_QSTR_CRASHED), MP_ROM_INT(AMP_RPROC_CRASHED)},
    {MP_ROM_QSTR(MP_QSTR_IRQ_CRASHED), MP_ROM_INT(OPENAMP_EVENT_CRASHED)},
    {MP_ROM_QSTR(MP_QSTR_IRQ_STOPPED), MP_ROM_INT(OPENAMP_EVENT_STOPPED)},
#endif
};
static MP_DEFINE_CONST_DICT(remoteproc_locals, remoteproc_locals_table);

// clang-format off
MP_DEFINE_CONST_OBJ_TYPE(
    openamp_remoteproc_type, MP_QSTR_RemoteProc, MP_TYPE_FLAG_NONE,
    make_new, remoteproc_make_new,
    REMOTEPROC_PRINT
    locals_dict, &remoteproc_locals
    );
// clang-format on

#endif // MICROPY_PY_OPENAMP_HOST
