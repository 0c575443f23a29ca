/*
 * Rings and buffers in memory that the host caches and the device does not see
 * (struct amp_port, cache_line): the message path calls these around its
 * accesses.  `port` is the link's, or NULL where there is nothing to do; without
 * AMP_CONFIG_CACHE there is never anything to do.
 *
 * Each cache line has one writer: the loader checked that.  So the host cleans
 * what it wrote and never invalidates it, and invalidates what the device writes
 * and never cleans it.
 */
#ifndef AMP_CORE_CACHE_H
#define AMP_CORE_CACHE_H

#include "openamp/config.h"
#include "openamp/port.h"

// After this core wrote, before the other one may look.
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

// Before this core looks at what the other one wrote.
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
