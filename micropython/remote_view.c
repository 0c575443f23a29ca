/* RemoteProc: state(), reason(), report_crash(), trace(), stats(), irq(). */
#include "endpoint.h"

#include <string.h>

#if MICROPY_PY_OPENAMP_HOST && MICROPY_PY_OPENAMP_INSPECT

static mp_obj_t remoteproc_state(mp_obj_t self_in) {
    openamp_remote_t *remote = openamp_remoteproc_check(self_in);
    return MP_OBJ_NEW_SMALL_INT(OPENAMP_BUS(remote, state));
}
MP_DEFINE_CONST_FUN_OBJ_1(openamp_remoteproc_state_obj, remoteproc_state);

// ---- reason() ----

// Does an endpoint wait for a service?
static bool is_waiting(const openamp_remote_t *remote) {
    const openamp_endpoint_obj_t *ept = OPENAMP_RUN_OF(remote)->endpoints;
    while (ept != NULL && ept->ept.dest != AMP_ADDR_ANY) {
        ept = ept->next;
    }
    return ept != NULL;
}

// The reason of a crash.  For a core that runs, but takes no messages or has not announced a
// service that an endpoint waits for: its state, because nothing more is known of a core
// that hangs.
static mp_obj_t remoteproc_reason(mp_obj_t self_in) {
    openamp_remote_t *remote = openamp_remoteproc_check(self_in);
    const char *reason = OPENAMP_BUS(remote, reason);
    if (reason != NULL) {
        return mp_obj_new_str(reason, strlen(reason));
    }
    unsigned count;
    if (OPENAMP_BUS(remote, state) != AMP_RPROC_RUNNING
        || (openamp_unconsumed_ms(remote, &count) < OPENAMP_UNCONSUMED_MS && !is_waiting(remote))) {
        return mp_const_none;
    }
    vstr_t text;
    mp_print_t print;
    vstr_init_print(&text, 64, &print);
    openamp_print_state(&print, remote);
    return mp_obj_new_str_from_vstr(&text);
}
MP_DEFINE_CONST_FUN_OBJ_1(openamp_remoteproc_reason_obj, remoteproc_reason);

// ---- report_crash() ----

static mp_obj_t remoteproc_report_crash(mp_obj_t self_in, mp_obj_t reason) {
    openamp_remote_t *remote = openamp_remoteproc_check(self_in);
    const char *text = openamp_get_str(reason, MP_QSTR_reason);
    int error = OPENAMP_UNINTERRUPTED(OPENAMP_BUS(remote, report_crash, text));
    if (error != 0) {
        openamp_raise_explained(remote, error);
        openamp_raise(
            AMP_EINVAL, MP_ERROR_TEXT("core %d does not run"), (int)openamp_core_number(remote));
    }
    OPENAMP_RUN_OF(remote)->reported = reason; // keeps the text alive
    openamp_changed(remote);
    openamp_polled(remote, -AMP_EPIPE);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(openamp_remoteproc_report_crash_obj, remoteproc_report_crash);

// ---- trace(), stats() ----

// Firmware may have overwritten its trace with anything: a byte that is not ASCII becomes '?'.
static mp_obj_t remoteproc_trace(mp_obj_t self_in) {
    openamp_remote_t *remote = openamp_remoteproc_check(self_in);
    vstr_t text;
    vstr_init(&text, 256);
    for (;;) {
        char *part = vstr_add_len(&text, 128);
        size_t got = OPENAMP_BUS(remote, trace, text.len - 128, part, 128);
        for (size_t i = 0; i < got; ++i) {
            part[i] = part[i] & 0x80 ? '?' : part[i];
        }
        text.len -= 128 - got;
        if (got == 0) {
            openamp_raise_explained(remote, -AMP_EOPNOTSUPP);
            return mp_obj_new_str_from_vstr(&text);
        }
    }
}
MP_DEFINE_CONST_FUN_OBJ_1(openamp_remoteproc_trace_obj, remoteproc_trace);

static mp_obj_t remoteproc_stats(mp_obj_t self_in) {
    static const qstr names[] = {MP_QSTR_received, MP_QSTR_sent, MP_QSTR_dropped, MP_QSTR_malformed,
        MP_QSTR_forgotten, MP_QSTR_violations, MP_QSTR_kicks};
    const struct amp_rpmsg_stats *stats = openamp_remoteproc_check(self_in)->stats;
    const uint32_t counts[MP_ARRAY_SIZE(names)] = {stats->received, stats->sent, stats->dropped,
        stats->malformed, stats->services_forgotten, stats->violations, stats->kicks};
    return openamp_new_stats(names, counts, MP_ARRAY_SIZE(names));
}
MP_DEFINE_CONST_FUN_OBJ_1(openamp_remoteproc_stats_obj, remoteproc_stats);

// ---- irq() ----

static mp_obj_t remoteproc_irq(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ALL = OPENAMP_EVENT_CRASHED | OPENAMP_EVENT_STOPPED };
    mp_obj_t handler;
    unsigned trigger = openamp_get_irq(n_args, pos_args, kw_args, ALL, ALL, &handler);
    openamp_remoteproc_check(pos_args[0]);
    openamp_remoteproc_obj_t *self = MP_OBJ_TO_PTR(pos_args[0]);
    self->handler = handler;
    self->trigger = (uint8_t)trigger;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(openamp_remoteproc_irq_obj, 1, remoteproc_irq);

#endif // MICROPY_PY_OPENAMP_HOST && MICROPY_PY_OPENAMP_INSPECT
