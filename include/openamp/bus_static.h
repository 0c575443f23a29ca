/*
 * The operations of the buses over our own rings, by name: for a program that
 * has one kind of bus.  The compiler knows the members of a `static const` table
 * made of AMP_BUS_HOST_OPS, so it turns a call through the table into a direct one:
 *
 *     static const struct amp_bus_ops ops = AMP_BUS_HOST_OPS;
 *     ops.send(&ept, data, len);       // is amp_endpoint_send(&ept, data, len)
 *
 * The contracts are those of struct amp_bus_ops.
 */
#ifndef OPENAMP_BUS_STATIC_H
#define OPENAMP_BUS_STATIC_H

#include "openamp/bus.h"

// ---- Both roles ----

void amp_bus_virtio_set_doorbell_cb(struct amp_bus *bus, amp_doorbell_cb callback, void *arg);
void amp_bus_virtio_set_events(struct amp_bus *bus, const struct amp_bus_events *events);
bool amp_bus_virtio_is_up(const struct amp_bus *bus);
bool amp_bus_virtio_is_polling(const struct amp_bus *bus);
const struct amp_rpmsg_stats *amp_bus_virtio_stats(const struct amp_bus *bus);
int amp_bus_virtio_create(struct amp_bus *bus, struct amp_endpoint *ept, const char *name,
    uint32_t addr, uint32_t dest, amp_endpoint_cb cb, unsigned options);
bool amp_bus_virtio_is_ready(const struct amp_endpoint *ept);
void amp_bus_virtio_set_buckets(struct amp_bus *bus, struct amp_endpoint **buckets, uint32_t count);
int amp_bus_virtio_send_to(
    struct amp_bus *bus, uint32_t src, uint32_t dest, const void *data, size_t len);
int amp_bus_virtio_claim(struct amp_bus *bus, struct amp_tx *tx);
int amp_bus_virtio_commit(
    struct amp_bus *bus, struct amp_tx *tx, uint32_t src, uint32_t dest, size_t len);
void amp_bus_virtio_cancel(struct amp_bus *bus, struct amp_tx *tx);
void amp_bus_virtio_hold(struct amp_bus *bus, struct amp_rx *rx);
bool amp_bus_virtio_leave(struct amp_bus *bus);
void amp_bus_virtio_release(struct amp_bus *bus, struct amp_rx *rx);
unsigned amp_bus_virtio_depth(const struct amp_bus *bus);
uint32_t amp_bus_virtio_room_timeout(struct amp_bus *bus, uint32_t slept);
uint32_t amp_bus_virtio_message_timeout(struct amp_bus *bus, uint32_t slept);
bool amp_bus_virtio_peer_can_send(const struct amp_bus *bus);
size_t amp_bus_virtio_mtu(const struct amp_bus *bus);
const char *amp_bus_virtio_service(const struct amp_bus *bus, unsigned index, uint32_t *addr);
unsigned amp_bus_virtio_unconsumed(const struct amp_bus *bus, uint16_t *consumed);

// ---- Host ----

int amp_bus_host_open(struct amp_bus *bus);
void amp_bus_host_close(struct amp_bus *bus);
int amp_bus_host_load(
    struct amp_bus *bus, const struct amp_image *image, struct amp_load_error *error);
int amp_bus_host_load_address(struct amp_bus *bus, amp_da_t entry, struct amp_load_error *error);
const struct amp_window *amp_bus_host_windows(const struct amp_bus *bus, size_t *count);
int amp_bus_host_start(struct amp_bus *bus, struct amp_load_error *error);
int amp_bus_host_stop(struct amp_bus *bus);
int amp_bus_host_shutdown(struct amp_bus *bus);
int amp_bus_host_report_crash(struct amp_bus *bus, const char *reason);
enum amp_rproc_state amp_bus_host_state(const struct amp_bus *bus);
const char *amp_bus_host_reason(const struct amp_bus *bus);
size_t amp_bus_host_trace(const struct amp_bus *bus, size_t offset, char *text, size_t len);
void *amp_bus_host_map(const struct amp_bus *bus, amp_da_t da, size_t len, bool write);
int amp_bus_host_symbol(
    const struct amp_bus *bus, const struct amp_image *image, const char *name, amp_da_t *value);
int amp_bus_host_coredump(
    const struct amp_bus *bus, int (*write)(void *ctx, const void *data, size_t len), void *ctx);
void amp_bus_host_written(const struct amp_bus *bus, const void *va, size_t len);
int amp_bus_host_attach(struct amp_bus *bus, amp_da_t *entry, struct amp_load_error *error);
int amp_bus_host_poll(struct amp_bus *bus);

// ---- Device ----

int amp_bus_device_open(struct amp_bus *bus);
void amp_bus_device_close(struct amp_bus *bus);
int amp_bus_device_poll(struct amp_bus *bus);

// ---- The tables ----

// clang-format off
#define AMP_BUS_VIRTIO_OPS \
    .set_doorbell_cb = amp_bus_virtio_set_doorbell_cb, \
    .set_events = amp_bus_virtio_set_events, \
    .is_up = amp_bus_virtio_is_up, \
    .is_polling = amp_bus_virtio_is_polling, \
    .stats = amp_bus_virtio_stats, \
    .create = amp_bus_virtio_create, \
    .destroy = amp_endpoint_destroy, \
    .abandon = amp_endpoint_abandon, \
    .is_ready = amp_bus_virtio_is_ready, \
    .set_buckets = amp_bus_virtio_set_buckets, \
    .send = amp_endpoint_send, \
    .send_to = amp_bus_virtio_send_to, \
    .claim = amp_bus_virtio_claim, \
    .commit = amp_bus_virtio_commit, \
    .cancel = amp_bus_virtio_cancel, \
    .hold = amp_bus_virtio_hold, \
    .leave = amp_bus_virtio_leave, \
    .release = amp_bus_virtio_release, \
    .depth = amp_bus_virtio_depth, \
    .room_timeout = amp_bus_virtio_room_timeout, \
    .message_timeout = amp_bus_virtio_message_timeout, \
    .peer_can_send = amp_bus_virtio_peer_can_send, \
    .mtu = amp_bus_virtio_mtu, \
    .service = amp_bus_virtio_service, \
    .unconsumed = amp_bus_virtio_unconsumed

#define AMP_BUS_HOST_OPS \
    { \
        .open = amp_bus_host_open, \
        .close = amp_bus_host_close, \
        .load = amp_bus_host_load, \
        .load_address = amp_bus_host_load_address, \
        .windows = amp_bus_host_windows, \
        .start = amp_bus_host_start, \
        .stop = amp_bus_host_stop, \
        .shutdown = amp_bus_host_shutdown, \
        .report_crash = amp_bus_host_report_crash, \
        .state = amp_bus_host_state, \
        .reason = amp_bus_host_reason, \
        .trace = amp_bus_host_trace, \
        .map = amp_bus_host_map, \
        .symbol = amp_bus_host_symbol, \
        .coredump = amp_bus_host_coredump, \
        .written = amp_bus_host_written, \
        .attach = amp_bus_host_attach, \
        .poll = amp_bus_host_poll, \
        AMP_BUS_VIRTIO_OPS, \
    }

#define AMP_BUS_DEVICE_OPS \
    { \
        .open = amp_bus_device_open, \
        .close = amp_bus_device_close, \
        .poll = amp_bus_device_poll, \
        AMP_BUS_VIRTIO_OPS, \
    }
// clang-format on

#endif // OPENAMP_BUS_STATIC_H
