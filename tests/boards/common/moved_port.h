/* A port whose window for position-independent images lies elsewhere, for tests. */
#ifndef TESTS_BOARDS_MOVED_PORT_H
#define TESTS_BOARDS_MOVED_PORT_H

#include <string.h>

#include "openamp/port.h"

// The same port, but such images are put into its code RAM from byte `by` on, whether it has a
// window for them or not.
static inline const struct amp_port *moved_port(const struct amp_port *port, size_t by) {
    static struct amp_window windows[8];
    static struct amp_port moved;
    const uint32_t code = AMP_WINDOW_LOAD | AMP_WINDOW_RUN;
    struct amp_window *window = windows;
    memcpy(windows, port->windows, port->window_count * sizeof(*windows));
    while ((window->flags & code) != code) {
        ++window;
    }
    window->flags |= AMP_WINDOW_PIE;
    window->da += by;
    window->len -= by;
    moved = *port;
    moved.windows = windows;
    moved.pie = &amp_pie;
    return &moved;
}

#endif // TESTS_BOARDS_MOVED_PORT_H
