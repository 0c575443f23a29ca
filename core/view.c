/*
 * Functions by which a program inspects a link, a core and its memory, and attaches to a
 * core that runs.  No message passes through this file.
 */
#include "core/bus_virtio.h"
#include "core/virtq.h"

const char *amp_rpmsg_service(const struct amp_rpmsg *link, unsigned index, uint32_t *addr) {
    const struct amp_service *service = link->services + index;
    if (index >= (size_t)(link->services_end - link->services)) {
        return NULL;
    }
    *addr = service->addr;
    return service->name;
}

unsigned amp_rpmsg_unconsumed(const struct amp_rpmsg *link, uint16_t *consumed) {
    const struct amp_virtq *vq = &link->tx;
    if (!amp_rpmsg_is_up(link)) {
        return 0;
    }
    amp_cache_invalidate(amp_virtq_cache(vq), amp_virtq_idx(vq->in_ring), sizeof(uint16_t));
    *consumed = amp_shm_load_16(amp_virtq_idx(vq->in_ring));
    return (uint16_t)(vq->next_publish + vq->peer_initial - *consumed); // all it got, less returned
}

// ---- The operations of the buses ----

size_t amp_bus_virtio_mtu(const struct amp_bus *bus) {
    return amp_rpmsg_mtu(amp_bus_link(bus));
}

const char *amp_bus_virtio_service(const struct amp_bus *bus, unsigned index, uint32_t *addr) {
    return amp_rpmsg_service(amp_bus_link(bus), index, addr);
}

unsigned amp_bus_virtio_unconsumed(const struct amp_bus *bus, uint16_t *consumed) {
    return amp_rpmsg_unconsumed(amp_bus_link(bus), consumed);
}

#if AMP_CONFIG_HOST

void *amp_rproc_map(const struct amp_rproc *rproc, amp_da_t da, size_t len, bool write) {
    const struct amp_port *port = rproc->port;
    bool allowed = write ? amp_port_allows(port, da, len, AMP_WINDOW_LOAD)
            || amp_port_allows(port, da, len, AMP_WINDOW_SHARED)
                         : amp_port_allows(port, da, len, 0);
    void *va = allowed ? port->ops->map(port->ctx, da, len) : NULL;
    if (va != NULL && port->ops->cache_invalidate != NULL) {
        amp_port_clean(port, va, len); // the invalidation would lose what this core wrote
        port->ops->cache_invalidate(port->ctx, va, len);
    }
    return va;
}

void amp_rproc_written(const struct amp_rproc *rproc, const void *va, size_t len) {
    amp_port_clean(rproc->port, va, len);
}

int amp_rproc_attach(struct amp_rproc *rproc, amp_da_t *entry, struct amp_load_error *error) {
    const struct amp_port *port = rproc->port;
    *error = (struct amp_load_error){.what = NULL};
    if (rproc->state == AMP_RPROC_RUNNING) {
        return -AMP_EBUSY;
    }
    if (port->ops->core_attach == NULL) {
        error->what = "only the host starts cores on this machine";
        return -AMP_ENODEV;
    }
    int result = port->ops->core_attach(port->ctx, entry);
    if (result == 0) {
        result = amp_rproc_load_address(rproc, *entry, error);
        if (result != 0) {
            return result;
        }
        result = amp_rproc_start(rproc);
    }
    if (result != 0) {
        (void)port->ops->core_state(port->ctx, &error->what);
    }
    return result;
}

static struct amp_rproc *rproc_of(const struct amp_bus *bus) {
    return &((struct amp_bus_host *)(uintptr_t)bus)->rproc; // its first member
}

const char *amp_bus_host_reason(const struct amp_bus *bus) {
    return rproc_of(bus)->reason;
}

size_t amp_bus_host_trace(const struct amp_bus *bus, size_t offset, char *text, size_t len) {
    return amp_rproc_trace(rproc_of(bus), offset, text, len);
}

void *amp_bus_host_map(const struct amp_bus *bus, amp_da_t da, size_t len, bool write) {
    return amp_rproc_map(rproc_of(bus), da, len, write);
}

int amp_bus_host_symbol(
    const struct amp_bus *bus, const struct amp_image *image, const char *name, amp_da_t *value) {
    return amp_rproc_symbol(rproc_of(bus), image, name, value);
}

int amp_bus_host_coredump(
    const struct amp_bus *bus, int (*write)(void *ctx, const void *data, size_t len), void *ctx) {
    return amp_rproc_coredump(rproc_of(bus), write, ctx);
}

void amp_bus_host_written(const struct amp_bus *bus, const void *va, size_t len) {
    amp_rproc_written(rproc_of(bus), va, len);
}

int amp_bus_host_attach(struct amp_bus *bus, amp_da_t *entry, struct amp_load_error *error) {
    return amp_rproc_attach(rproc_of(bus), entry, error);
}

#endif // AMP_CONFIG_HOST
