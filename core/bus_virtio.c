/* The bus over our own rings: the operations that are the link's, for both roles. */
#include "core/bus_virtio.h"

void amp_bus_virtio_set_doorbell_cb(struct amp_bus *bus, amp_doorbell_cb callback, void *arg) {
    const struct amp_port *port = amp_bus_link(bus)->port;
    port->ops->set_doorbell_cb(port->ctx, callback, arg);
}

// ---- Events ----

static struct amp_bus *bus_of(struct amp_rpmsg *link) {
    return (void *)((char *)link - offsetof(struct amp_bus_virtio, link));
}

static void service(struct amp_rpmsg *link, uint32_t src, const char *name) {
    struct amp_bus *bus = bus_of(link);
    bus->events->service(bus, src, name);
}

static void released(struct amp_rpmsg *link, struct amp_endpoint *ept) {
    struct amp_bus *bus = bus_of(link);
    if (bus->events->released != NULL) {
        bus->events->released(bus, ept);
    }
}

void amp_bus_virtio_set_events(struct amp_bus *bus, const struct amp_bus_events *events) {
    // While the program has no `service`, the link gets none, so that it remembers
    // announcements until there is one.
    static const struct amp_rpmsg_events with_service = {.service = service, .released = released};
    static const struct amp_rpmsg_events without_service = {.released = released};
    bus->events = events;
    amp_rpmsg_set_events(amp_bus_link(bus),
        events == NULL                ? NULL
            : events->service != NULL ? &with_service
                                      : &without_service);
}

// ---- The link ----

bool amp_bus_virtio_is_up(const struct amp_bus *bus) {
    return amp_rpmsg_is_up(amp_bus_link(bus));
}

bool amp_bus_virtio_is_polling(const struct amp_bus *bus) {
    return amp_rpmsg_is_polling(amp_bus_link(bus));
}

const struct amp_rpmsg_stats *amp_bus_virtio_stats(const struct amp_bus *bus) {
    return &amp_bus_link(bus)->stats;
}

// ---- Endpoints ----

int amp_bus_virtio_create(struct amp_bus *bus, struct amp_endpoint *ept, const char *name,
    uint32_t addr, uint32_t dest, amp_endpoint_cb cb, unsigned options) {
    return amp_endpoint_create_with(amp_bus_link(bus), ept, name, addr, dest, cb, options);
}

bool amp_bus_virtio_is_ready(const struct amp_endpoint *ept) {
    return amp_endpoint_is_ready(ept);
}

void amp_bus_virtio_set_buckets(
    struct amp_bus *bus, struct amp_endpoint **buckets, uint32_t count) {
    struct amp_rpmsg *link = amp_bus_link(bus);
    if (buckets == NULL) {
        buckets = link->own_buckets;
        count = AMP_CONFIG_BUCKETS;
    }
    amp_rpmsg_set_buckets(link, buckets, count);
}

// ---- Messages ----

int amp_bus_virtio_send_to(
    struct amp_bus *bus, uint32_t src, uint32_t dest, const void *data, size_t len) {
    return amp_rpmsg_send(amp_bus_link(bus), src, dest, data, len);
}

int amp_bus_virtio_claim(struct amp_bus *bus, struct amp_tx *tx) {
    return amp_tx_claim(amp_bus_link(bus), tx);
}

int amp_bus_virtio_commit(
    struct amp_bus *bus, struct amp_tx *tx, uint32_t src, uint32_t dest, size_t len) {
    return amp_tx_commit(amp_bus_link(bus), tx, src, dest, len);
}

void amp_bus_virtio_cancel(struct amp_bus *bus, struct amp_tx *tx) {
    amp_tx_cancel(amp_bus_link(bus), tx);
}

void amp_bus_virtio_hold(struct amp_bus *bus, struct amp_rx *rx) {
    amp_rx_hold(amp_bus_link(bus), rx);
}

bool amp_bus_virtio_leave(struct amp_bus *bus) {
    return amp_rx_leave(amp_bus_link(bus));
}

void amp_bus_virtio_release(struct amp_bus *bus, struct amp_rx *rx) {
    amp_rx_release(amp_bus_link(bus), rx);
}

unsigned amp_bus_virtio_depth(const struct amp_bus *bus) {
    return amp_rpmsg_depth(amp_bus_link(bus));
}

uint32_t amp_bus_virtio_room_timeout(struct amp_bus *bus, uint32_t slept) {
    return amp_rpmsg_room_timeout(amp_bus_link(bus), slept);
}

uint32_t amp_bus_virtio_message_timeout(struct amp_bus *bus, uint32_t slept) {
    return amp_rpmsg_message_timeout(amp_bus_link(bus), slept);
}

bool amp_bus_virtio_peer_can_send(const struct amp_bus *bus) {
    return amp_rpmsg_peer_can_send(amp_bus_link(bus));
}
