/*
 * For rings and buffers in memory that the host caches and that is not coherent
 * (struct amp_port, cache_line): the message path calls these around its
 * accesses.  `port` is NULL if the memory is not cached; without AMP_CONFIG_CACHE
 * these functions do nothing.
 *
 * Each cache line has one writer, as loading has checked.  So the host cleans
 * lines that it wrote and never invalidates them, and it invalidates lines that the
 * device writes and never cleans them.
 */
#ifndef AMP_CORE_CACHE_H
#define AMP_CORE_CACHE_H

#include "openamp/config.h"
#include "openamp/port.h"

// Call after this core wrote, before the other one may read.
static inline void amp_cache_clean(const struct amp_port *port, const void *va, size_t len) {
#if AMP_CONFIG_CACHE
    if (port != NULL) {
        port->ops->cache_clean(port->ctx, va, len);
    }
#else
    (void)port;
    (void)va;
    (void)len;
#endif
}

// Call before this core reads what the other one wrote.
static inline void amp_cache_invalidate(const struct amp_port *port, const void *va, size_t len) {
#if AMP_CONFIG_CACHE
    if (port != NULL) {
        port->ops->cache_invalidate(port->ctx, va, len);
    }
#else
    (void)port;
    (void)va;
    (void)len;
#endif
}

// For memory that is not on the message path (images, resource tables): the port's
// cache_clean(), if it has one (port.c).
void amp_port_clean(const struct amp_port *port, const void *va, size_t len);

#endif // AMP_CORE_CACHE_H
