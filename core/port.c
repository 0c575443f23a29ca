/* Checks of a port's windows, and its optional cache operation. */
#include "core/cache.h"
#include "openamp/port.h"

bool amp_port_allows(const struct amp_port *port, amp_da_t da, size_t len, uint32_t flags) {
    const struct amp_window *window = port->windows;
    size_t left = port->window_count;
    for (; left-- != 0; ++window) {
        // An address below the window wraps to a number above its length.
        size_t offset = da - window->da;
        if ((flags & ~window->flags) == 0 && offset < window->len && len <= window->len - offset) {
            return true;
        }
    }
    return false;
}

void amp_port_clean(const struct amp_port *port, const void *va, size_t len) {
    if (port->ops->cache_clean != NULL) {
        port->ops->cache_clean(port->ctx, va, len);
    }
}
