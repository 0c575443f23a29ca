/* An Endpoint as the terminal of a REPL: what is not to be had of it as a stream. */
#include "endpoint.h"

#include "terminal.h"

#if MICROPY_PY_OPENAMP_RECEIVE && defined(OPENAMP_TERMINALS)

#include <string.h>

static openamp_endpoint_obj_t *endpoint_of(mp_obj_t obj) {
    return MP_OBJ_TO_PTR(mp_obj_cast_to_native_base(obj, MP_OBJ_FROM_PTR(&openamp_endpoint_type)));
}

bool openamp_is_terminal(mp_obj_t obj) {
    mp_obj_t native = mp_obj_cast_to_native_base(obj, MP_OBJ_FROM_PTR(&openamp_endpoint_type));
    // Of a subclass only if its __init__() has called ours.
    return native != MP_OBJ_NULL && mp_obj_get_type(native) == &openamp_endpoint_type;
}

bool openamp_terminal_any(mp_obj_t obj) {
    openamp_endpoint_obj_t *self = endpoint_of(obj);
    openamp_mark_read(self); // who asks is a reader: nothing is dropped from now on
    return self->queued != 0 || (self->ended && self->eof) || openamp_endpoint_is_closed(self);
}

// Drop what waits up to and including the first `c`.  False: there is none.
static bool drop_through(openamp_endpoint_obj_t *self, int c) {
    unsigned index = self->first;
    size_t offset = self->offset;
    for (unsigned before = 0; before < self->queued; ++before) {
        const openamp_entry_t *entry = openamp_entry(self->remote, index);
        const byte *data = entry->rx.data;
        const byte *found = memchr(data + offset, c, entry->rx.len - offset);
        if (found != NULL) {
            for (; before != 0; --before) {
                openamp_drop_first(self);
            }
            self->offset = (size_t)(found + 1 - data);
            if (self->offset == entry->rx.len) {
                openamp_drop_first(self);
            }
            return true;
        }
        index = entry->next;
        offset = 0;
    }
    return false;
}

bool openamp_terminal_interrupted(mp_obj_t obj, int c, bool discard) {
    openamp_endpoint_obj_t *self = endpoint_of(obj);
    bool found = false;
    openamp_mark_read(self); // so that no message with `c` in it is dropped
    while (drop_through(self, c)) {
        found = true;
    }
    if (discard && self->remote->left == self) {
        for (unsigned count = (self->queued + 1u) / 2; count != 0; --count) {
            ++self->dropped;
            openamp_drop_first(self);
        }
    }
    return found;
}

#endif // MICROPY_PY_OPENAMP_RECEIVE && OPENAMP_TERMINALS
