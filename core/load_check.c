/* Functions of all checks of an image: is memory allowed, and why an image was refused. */
#include "core/load_check.h"

#include "openamp/port.h"

#define TEXT(name, text) text,
static const struct amp_load_texts texts = {AMP_LOAD_TEXTS(TEXT)};

bool amp_load_allows(struct amp_load_check *check, amp_da_t da, size_t len, uint32_t flags) {
    check->da = da;
    check->len = len;
    check->flags = flags;
    return amp_port_allows(check->port, da, len, flags);
}

void *amp_load_map(struct amp_load_check *check, amp_da_t da, size_t len, uint32_t flags) {
    const struct amp_port *port = check->port;
    return amp_load_allows(check, da, len, flags) ? port->ops->map(port->ctx, da, len) : NULL;
}

__attribute__((weak)) const char *amp_host_memory(const void *va, size_t len) {
    (void)va;
    (void)len;
    return NULL;
}

int amp_load_check_user(struct amp_load_check *check, const void *va) {
    if (va == NULL) {
        return AMP_OUTSIDE;
    }
    check->used_by = amp_host_memory(va, check->len);
    return check->used_by != NULL ? AMP_TAKEN : 0;
}

int amp_load_report(const struct amp_load_check *check, int what, struct amp_load_error *error) {
    if (what <= 0) {
        return what;
    }
    error->what = check->text != NULL ? check->text : (const char *)&texts + what;
    error->unit = (const char *)&texts + check->unit;
    error->where = check->where;
    if (what <= AMP_TAKEN || check->unit == AMP_AT_SEGMENT) {
        error->da = check->da;
        error->len = check->len;
    }
    if (what == AMP_TAKEN) {
        error->used_by = check->used_by;
    } else if (what < AMP_TAKEN) { // AMP_OUTSIDE, AMP_BAD_ENTRY
        const struct amp_refused *refused = &check->port->refused;
        error->missed = check->flags | AMP_WINDOW_ANY;
        if (check->da - refused->da < refused->len) {
            error->what = refused->why;
        }
    }
    if (what == AMP_UNREADABLE) {
        return check->read_error;
    }
    return what == AMP_NO_ROOM ? -AMP_ENOMEM : -AMP_ENOEXEC;
}
