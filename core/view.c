/*
 * What can be shown of a link and of a core: for texts, never for decisions.
 *
 * Nothing here is on the way of a message, and nothing changes anything.
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

unsigned amp_rpmsg_untaken(const struct amp_rpmsg *link, uint16_t *taken) {
    const struct amp_virtq *vq = &link->tx;
    if (!amp_rpmsg_is_up(link)) {
        return 0;
    }
    amp_cache_invalidate(amp_virtq_cache(vq), amp_virtq_idx(vq->in_ring), sizeof(uint16_t));
    *taken = amp_shm_load_16(amp_virtq_idx(vq->in_ring));
    return (uint16_t)(vq->next_publish + vq->peer_initial - *taken); // all that it has, or returned
}

// ---- The operations of the buses ----

size_t amp_bus_virtio_mtu(const struct amp_bus *bus) {
    return amp_rpmsg_mtu(amp_bus_link(bus));
}

const char *amp_bus_virtio_service(const struct amp_bus *bus, unsigned index, uint32_t *addr) {
    return amp_rpmsg_service(amp_bus_link(bus), index, addr);
}

unsigned amp_bus_virtio_untaken(const struct amp_bus *bus, uint16_t *taken) {
    return amp_rpmsg_untaken(amp_bus_link(bus), taken);
}

#if AMP_CONFIG_HOST

const char *amp_bus_host_reason(const struct amp_bus *bus) {
    return ((const struct amp_bus_host *)bus)->rproc.reason; // its first member
}

#endif // AMP_CONFIG_HOST
