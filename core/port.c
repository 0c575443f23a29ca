/* The facts of a port that the core asks for. */
#include "openamp/port.h"

int amp_port_allows(const struct amp_port *port, amp_da_t da, size_t len, uint32_t flags) {
    for (size_t i = 0; i < port->window_count; ++i) {
        const struct amp_window *window = &port->windows[i];
        // Below the window this wraps to more than its length.
        size_t offset = da - window->da;
        if ((window->flags & flags) == flags && offset < window->len
            && len <= window->len - offset) {
            return 1;
        }
    }
    return 0;
}
