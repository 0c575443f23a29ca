/* RemoteProc (remoteproc.c), as the other files use it.  Included at the end of modopenamp.h. */
#ifndef OPENAMP_REMOTEPROC_H
#define OPENAMP_REMOTEPROC_H

#if MICROPY_PY_OPENAMP_HOST

typedef struct _openamp_remoteproc_obj_t {
    mp_obj_base_t base;
    bool closed; // by shutdown()
    uint8_t trigger; // of `handler`: OPENAMP_EVENT_*
    openamp_remote_t *remote;
    mp_obj_t entry; // path or address: read again when the core is restarted
    mp_obj_t found; // the absolute path at which the file was found, or MP_OBJ_NULL
    mp_obj_t handler; // of irq(), or None
} openamp_remoteproc_obj_t;

extern const mp_obj_type_t openamp_remoteproc_type;

// The remote of an object that owns its core.  Raises ENODEV if the object was shut down,
// or if a later one took over its core.
openamp_remote_t *openamp_remoteproc_check(mp_obj_t self_in);

// Call this after stop() of a running core: it makes the handler of irq() due.
#if MICROPY_PY_OPENAMP_VISIBLE
void openamp_stopped(openamp_remoteproc_obj_t *self);
#else
#define openamp_stopped(self) ((void)0)
#endif

// Methods (remote_view.c).
MP_DECLARE_CONST_FUN_OBJ_1(openamp_remoteproc_state_obj);
MP_DECLARE_CONST_FUN_OBJ_1(openamp_remoteproc_reason_obj);
MP_DECLARE_CONST_FUN_OBJ_2(openamp_remoteproc_report_crash_obj);
MP_DECLARE_CONST_FUN_OBJ_1(openamp_remoteproc_trace_obj);
MP_DECLARE_CONST_FUN_OBJ_1(openamp_remoteproc_stats_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(openamp_remoteproc_irq_obj);

// Methods (remote_memory.c).
MP_DECLARE_CONST_FUN_OBJ_KW(openamp_remoteproc_mem_obj);
MP_DECLARE_CONST_FUN_OBJ_2(openamp_remoteproc_symbol_obj);
MP_DECLARE_CONST_FUN_OBJ_2(openamp_remoteproc_coredump_obj);

// The device address that is this int; (amp_da_t)-1, where no core has memory, if the int is
// out of range.
amp_da_t openamp_get_da(mp_obj_t number);

// Call this when the contents of the core's memory have been replaced: earlier views are void.
static inline void openamp_loaded(openamp_remote_t *remote) {
#if MICROPY_PY_OPENAMP_VISIBLE
    ++remote->loads;
#else
    (void)remote;
#endif
}

// The entry of a RemoteProc as text: the path, or the address in hex.
const char *openamp_entry_text(mp_obj_t entry);

// The remote of a RemoteProc object, or NULL if it is none.
openamp_remote_t *openamp_remoteproc_remote(mp_obj_t obj);

// Stop the core and have the port switch it off, and close the endpoints that were bound.
// Sends nothing and allocates nothing, so a finaliser may call it.
int openamp_remote_shutdown(openamp_remote_t *remote);

#endif // MICROPY_PY_OPENAMP_HOST

#endif // OPENAMP_REMOTEPROC_H
