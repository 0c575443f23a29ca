/* What the two buses over our own rings share (core/bus_*.c only). */
#ifndef AMP_CORE_BUS_VIRTIO_H
#define AMP_CORE_BUS_VIRTIO_H

#include "openamp/bus.h"
#include "openamp/bus_static.h"

static inline struct amp_bus_virtio *amp_bus_virtio_of(const struct amp_bus *bus) {
    return (struct amp_bus_virtio *)(uintptr_t)bus; // its first member
}
static inline struct amp_rpmsg *amp_bus_link(const struct amp_bus *bus) {
    return &amp_bus_virtio_of(bus)->link;
}

// The result of the bus's poll() for the result `taken` of amp_rpmsg_poll().
static inline int amp_bus_polled(const struct amp_bus *bus, int taken) {
    return taken <= 0 ? taken : taken >= (int)amp_rpmsg_depth(amp_bus_link(bus));
}

#endif // AMP_CORE_BUS_VIRTIO_H
