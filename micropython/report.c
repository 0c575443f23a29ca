/*
 * Reports that a program does not ask for, and the state of the other core in errors.
 *
 * A core that crashed, and one that was stopped because its RemoteProc was collected,
 * are events of the remote.  They are reported in the program's next scheduled work: to
 * the handler of RemoteProc.irq(), or else in a line on the console.  A core that hangs, and
 * firmware that announces another name than the program expects, raise no event; so the text
 * of each error and repr() has what the core has announced and since when it takes nothing.
 */
#include <stdarg.h> // first: py/obj.h declares some functions only if it was included before

#include "endpoint.h"

#include "py/mphal.h"
#include "py/objexcept.h"

#if MICROPY_PY_OPENAMP_VISIBLE

#if MICROPY_PY_OPENAMP_RAW_REPL
#include "shared/runtime/interrupt_char.h"
#include "shared/runtime/pyexec.h"
// The raw REPL is between two programs: none runs that Ctrl-C would end.
static inline bool is_console_busy(void) {
    return pyexec_mode_kind == PYEXEC_MODE_RAW_REPL && mp_interrupt_char < 0;
}
#else
#define is_console_busy() (false)
#endif

// ---- What the core is doing ----

// Print a name that the other core chose, with an escape for each byte that is not printable
// ASCII.
static void print_name(const mp_print_t *print, const char *name) {
    for (; *name != '\0'; ++name) {
        unsigned char c = (unsigned char)*name;
        mp_printf(print, c >= ' ' && c < 0x7F ? "%c" : "\\x%02x", c);
    }
}

// Print a time in seconds and tenths.
static void print_time(const mp_print_t *print, mp_uint_t ms) {
    mp_printf(print, "%u.%u s", (unsigned)(ms / 1000), (unsigned)(ms % 1000 / 100));
}

void openamp_started(openamp_remote_t *remote) {
    remote->started_ms = mp_hal_ticks_ms();
    remote->consumed_ms = remote->started_ms;
    remote->consumed = 0;
}

mp_uint_t openamp_unconsumed_ms(openamp_remote_t *remote, unsigned *count) {
    uint16_t consumed = remote->consumed;
    *count = OPENAMP_BUS(remote, unconsumed, &consumed);
    mp_uint_t now = mp_hal_ticks_ms();
    // There is no timer: the time counts from the first call that found this number.
    if (consumed != remote->consumed || *count == 0) {
        remote->consumed = consumed;
        remote->consumed_ms = now;
    }
    return now - remote->consumed_ms;
}

static void print_running(const mp_print_t *print, openamp_remote_t *remote) {
    unsigned count;
    mp_uint_t ms = openamp_unconsumed_ms(remote, &count);
    mp_print_str(print, "running");
    if (!OPENAMP_BUS(remote, is_up)) {
        mp_print_str(print, ", without an RPMsg device");
        return;
    }
    if (ms >= OPENAMP_UNCONSUMED_MS) {
        mp_print_str(print, "; has taken nothing for ");
        print_time(print, ms);
        mp_printf(print, ", %u sent", count);
    }
    uint32_t addr;
    const char *name = OPENAMP_BUS(remote, service, 0, &addr);
    if (name == NULL) {
        mp_print_str(print, "; has announced nothing for ");
        print_time(print, mp_hal_ticks_ms() - remote->started_ms);
        return;
    }
    mp_print_str(print, "; announced: ");
    for (unsigned i = 1; name != NULL; ++i) {
        print_name(print, name);
        name = OPENAMP_BUS(remote, service, i, &addr);
        mp_print_str(print, name != NULL ? ", " : "");
    }
#if MICROPY_PY_OPENAMP_HOST && !MICROPY_PY_OPENAMP_STATIC_BUS
    const char *reason = OPENAMP_BUS(remote, reason);
    if (reason != NULL) {
        mp_printf(print, "; %s", reason);
    }
#endif
}

#if MICROPY_PY_OPENAMP_HOST

void openamp_print_state(const mp_print_t *print, openamp_remote_t *remote) {
    switch (OPENAMP_BUS(remote, state)) {
        case AMP_RPROC_RUNNING:
            print_running(print, remote);
            break;
        case AMP_RPROC_CRASHED:
            mp_printf(print, "crashed: %s", OPENAMP_BUS(remote, reason));
            break;
        case AMP_RPROC_LOADED:
            mp_print_str(print, "loaded, not started");
            break;
        default:
            mp_print_str(print, remote->owner == NULL ? "without firmware" : "stopped");
            break;
    }
}

#else // the other core is our host

void openamp_print_state(const mp_print_t *print, openamp_remote_t *remote) {
    if (OPENAMP_BUS(remote, is_up)) {
        print_running(print, remote);
    } else {
        mp_print_str(print, "not there");
    }
}

#endif

void openamp_raise_state(int error, openamp_remote_t *remote, const char *name, const char *text) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        vstr_t vstr;
        mp_print_t print;
        vstr_init_print(&vstr, 64, &print);
        mp_printf(&print, "%s%score %d ", name, text, (int)openamp_core_number(remote));
        openamp_print_state(&print, remote);
        openamp_raise(error, MP_ERROR_TEXT("%s"), vstr_null_terminated_str(&vstr));
    }
    // Without memory for the text the error has only its number.
    if (mp_obj_exception_match(
            MP_OBJ_FROM_PTR(nlr.ret_val), MP_OBJ_FROM_PTR(&mp_type_MemoryError))) {
        mp_raise_OSError(error);
    }
    nlr_raise(MP_OBJ_FROM_PTR(nlr.ret_val));
}

// ---- Events ----

void openamp_happened(openamp_remote_t *remote, unsigned event) {
    remote->events |= (uint8_t)event;
    openamp_doorbell(remote);
}

void openamp_polled(openamp_remote_t *remote, int result) {
#if MICROPY_PY_OPENAMP_HOST
    if (result < 0) { // once for each crash
        remote->reason = OPENAMP_BUS(remote, reason);
        openamp_happened(remote, OPENAMP_EVENT_CRASHED);
    }
#else
    (void)remote;
    (void)result; // a host that left may come back, so that is no event
#endif
}

void openamp_lost(openamp_remote_t *remote) {
    OPENAMP_RUN_OF(remote)->lost = OPENAMP_RUN_OF(remote)->entry;
    openamp_happened(remote, OPENAMP_EVENT_COLLECTED);
}

void openamp_report_deferred(openamp_remote_t *remote) {
    if (remote->deferred != 0) {
        openamp_happened(remote, remote->deferred);
        remote->deferred = 0;
    }
}

#if MICROPY_PY_OPENAMP_HOST
// What the core runs, as text.  Where other programs start cores, too, endpoints need no RemoteProc.
static const char *firmware_text(mp_obj_t entry) {
#if !MICROPY_PY_OPENAMP_STATIC_BUS
    if (entry == MP_OBJ_NULL) {
        return "another program's";
    }
#endif
    return openamp_entry_text(entry);
}

// Print one line, in one call, where the platform prints errors (on a PC standard error).
static void print_line(
    openamp_remote_t *remote, mp_obj_t entry, const char *what, const char *why) {
    mp_printf(MICROPY_ERROR_PRINTER, "openamp: core %d (%s) %s%s\n",
        (int)openamp_core_number(remote), firmware_text(entry), what, why);
}

// The owner of the core, if it has a handler for that event; else NULL.
static openamp_remoteproc_obj_t *find_handler(const openamp_remote_t *remote, unsigned event) {
    openamp_remoteproc_obj_t *self = (void *)(uintptr_t)remote->owner;
    return self != NULL && (self->trigger & event) ? self : NULL;
}

static void print_crash(openamp_remote_t *remote) {
    if (find_handler(remote, OPENAMP_EVENT_CRASHED) == NULL) {
        print_line(remote, OPENAMP_RUN_OF(remote)->entry, "crashed: ", remote->reason);
    }
}

void openamp_report_crash(openamp_remote_t *remote) {
    if ((remote->events | remote->deferred) & OPENAMP_EVENT_CRASHED) {
        remote->events &= (uint8_t)~OPENAMP_EVENT_CRASHED;
        remote->deferred &= (uint8_t)~OPENAMP_EVENT_CRASHED;
        print_crash(remote);
    }
}

void openamp_stopped(openamp_remoteproc_obj_t *self) {
    if (self->trigger & OPENAMP_EVENT_STOPPED) {
        OPENAMP_RUN_OF(self->remote)->stopped = MP_OBJ_FROM_PTR(self);
        openamp_happened(self->remote, OPENAMP_EVENT_STOPPED);
    }
}

// Call the handlers; returns the events that had none.  A handler may have been removed since
// the event, also by the handler that was called before it.
static unsigned report_to_handlers(openamp_remote_t *remote, unsigned events) {
    mp_obj_t stopped = OPENAMP_RUN_OF(remote)->stopped;
    OPENAMP_RUN_OF(remote)->stopped = MP_OBJ_NULL;
    if (stopped != MP_OBJ_NULL) {
        const openamp_remoteproc_obj_t *object = MP_OBJ_TO_PTR(stopped);
        if (object->trigger & OPENAMP_EVENT_STOPPED) {
            openamp_call(object->handler, stopped);
        }
    }
    openamp_remoteproc_obj_t *self = find_handler(remote, OPENAMP_EVENT_CRASHED);
    if (self != NULL && (events & OPENAMP_EVENT_CRASHED)) {
#if MICROPY_PY_OPENAMP_STATIC_BUS
        openamp_call(self->handler, MP_OBJ_FROM_PTR(self));
#else
        remote->reporting = true;
        openamp_call(self->handler, MP_OBJ_FROM_PTR(self));
        remote->reporting = false;
#endif
        return events & ~(unsigned)OPENAMP_EVENT_CRASHED;
    }
    return events;
}
#endif

static void report_in_lines(openamp_remote_t *remote, unsigned events) {
#if MICROPY_PY_OPENAMP_HOST
    if (events & OPENAMP_EVENT_CRASHED) {
        print_crash(remote);
    }
    if (events & OPENAMP_EVENT_COLLECTED) {
        print_line(
            remote, OPENAMP_RUN_OF(remote)->lost, "was stopped: its RemoteProc was collected", "");
    }
#endif
    if ((events & OPENAMP_EVENT_FORGOTTEN) && !OPENAMP_RUN()->warned) {
        OPENAMP_RUN()->warned = true;
        mp_print_str(MICROPY_ERROR_PRINTER,
            "openamp: over " MP_STRINGIFY(AMP_CONFIG_MAX_SERVICES) " services announced, the "
                                                                   "oldest is forgotten\n");
    }
}

void openamp_report(openamp_remote_t *remote) {
    unsigned events = remote->events;
    remote->events = 0; // events that a handler causes are reported in the next turn
#if MICROPY_PY_OPENAMP_HOST
    events = report_to_handlers(remote, events);
#endif
    if (is_console_busy()) {
        remote->deferred |= (uint8_t)events; // print the lines when the next program begins
        return;
    }
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        report_in_lines(remote, events);
        nlr_pop();
    } else {
        openamp_caught(&nlr); // from a console that is written in Python
    }
}

// ---- Errors ----

// Print the error as MicroPython prints an OSError whose number has a name.
static void error_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    const mp_obj_exception_t *self = MP_OBJ_TO_PTR(self_in);
    mp_print_kind_t how = kind & ~PRINT_EXC_SUBCLASS;
    qstr name = self->args->len == 2 ? openamp_error_name(self->args->items[0]) : MP_QSTRnull;
    if (name == MP_QSTRnull || (how != PRINT_STR && how != PRINT_EXC)) {
        mp_obj_exception_print(print, self_in, kind);
        return;
    }
    if (kind == PRINT_EXC) {
        mp_print_str(print, "OSError: ");
    }
    mp_printf(print, "[Errno %d] %q: ", (int)mp_obj_get_int(self->args->items[0]), name);
    mp_obj_print_helper(print, self->args->items[1], PRINT_STR);
}

// clang-format off
MP_DEFINE_CONST_OBJ_TYPE(
    openamp_error_type, MP_QSTR_OSError, MP_TYPE_FLAG_NONE,
    make_new, mp_obj_exception_make_new,
    print, error_print,
    attr, mp_obj_exception_attr,
    parent, &mp_type_OSError
    );
// clang-format on

#endif // MICROPY_PY_OPENAMP_VISIBLE
