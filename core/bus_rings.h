/* What the two buses over our own rings share (core/bus_*.c only). */
#ifndef AMP_CORE_BUS_RINGS_H
#define AMP_CORE_BUS_RINGS_H

#include "openamp/bus.h"

static inline struct amp_bus_rings *amp_bus_rings_of(const struct amp_bus *bus) {
    return (struct amp_bus_rings *)(uintptr_t)bus; // its first member
}
static inline struct amp_rpmsg *amp_bus_link(const struct amp_bus *bus) {
    return &amp_bus_rings_of(bus)->link;
}

// The result of an operation poll() that took so many messages.
static inline int amp_bus_polled(const struct amp_bus *bus, int taken) {
    return taken <= 0 ? taken : taken >= (int)amp_rpmsg_depth(amp_bus_link(bus));
}

void amp_bus_rings_listen(struct amp_bus *bus, amp_notified_t notified, void *arg);
void amp_bus_rings_set_events(struct amp_bus *bus, const struct amp_bus_events *events);
bool amp_bus_rings_is_up(const struct amp_bus *bus);
bool amp_bus_rings_is_polling(const struct amp_bus *bus);
const struct amp_rpmsg_stats *amp_bus_rings_stats(const struct amp_bus *bus);
int amp_bus_rings_create(struct amp_bus *bus, struct amp_endpoint *ept, const char *name,
    uint32_t addr, uint32_t dest, amp_endpoint_cb cb, unsigned options);
bool amp_bus_rings_is_ready(const struct amp_endpoint *ept);
void amp_bus_rings_set_buckets(struct amp_bus *bus, struct amp_endpoint **buckets, uint32_t count);
int amp_bus_rings_send_to(
    struct amp_bus *bus, uint32_t src, uint32_t dest, const void *data, size_t len);
uint32_t amp_bus_rings_wait_room(struct amp_bus *bus, uint32_t slept);
bool amp_bus_rings_peer_can_send(const struct amp_bus *bus);

// The operations that are the link's, for the table of either.
// clang-format off
#define AMP_BUS_RINGS_OPS \
    .listen = amp_bus_rings_listen, \
    .set_events = amp_bus_rings_set_events, \
    .is_up = amp_bus_rings_is_up, \
    .is_polling = amp_bus_rings_is_polling, \
    .stats = amp_bus_rings_stats, \
    .create = amp_bus_rings_create, \
    .destroy = amp_endpoint_destroy, \
    .abandon = amp_endpoint_abandon, \
    .is_ready = amp_bus_rings_is_ready, \
    .set_buckets = amp_bus_rings_set_buckets, \
    .send = amp_endpoint_send, \
    .send_to = amp_bus_rings_send_to, \
    .wait_room = amp_bus_rings_wait_room, \
    .peer_can_send = amp_bus_rings_peer_can_send
// clang-format on

#endif // AMP_CORE_BUS_RINGS_H
