/* The facts of a port that the core asks for. */
#include "openamp/port.h"

int amp_port_allows(const struct amp_port *port, amp_da_t da, size_t len, uint32_t flags) {
    const struct amp_window *window = port->windows;
    const struct amp_window *end = window + port->window_count;
    for (; window != end; ++window) {
        // Below the window this wraps to more than its length.
        size_t offset = da - window->da;
        if ((flags & ~window->flags) == 0 && offset < window->len && len <= window->len - offset) {
            return 1;
        }
    }
    return 0;
}
