/*
 * A bus connects a program to one other core, whoever owns the rings.
 *
 * openamp has two interfaces inside.  The lower one (openamp/port.h) lies between
 * the rings and a machine; this one lies between whatever carries messages and the
 * program that sends and receives them, such as the MicroPython module.  Two buses
 * work on rings of our own: that of a host (struct amp_bus_host), which also loads,
 * starts and stops the other core, and that of a device (struct amp_bus_device),
 * which *is* the other core.  Where an operating system owns the rings, as Linux
 * does, a third bus uses the system's files.  A bus may also wrap another bus, to
 * record what passes.
 *
 *     struct amp_bus *bus = amp_platform_bus(0);
 *     bus->ops->open(bus);
 *     bus->ops->create(bus, &ept, "sensor", AMP_ADDR_ANY, AMP_ADDR_ANY, received,
 *         AMP_ENDPOINT_ANNOUNCE);
 *     bus->ops->load(bus, &image, &why);
 *     bus->ops->start(bus, &why);
 *     for (;;) {
 *         bus->ops->poll(bus);         // calls received()
 *         ... sleep until the doorbell rings (bus->ops->set_doorbell_cb()) ...
 *     }
 *
 * A program in C for one kind of bus may as well call amp_rproc_*() and
 * amp_rpmsg_*() directly: the operations below are these, and keep their
 * contracts.  Context and ownership are those of openamp/rpmsg.h: one thread,
 * never from an interrupt; structures are the caller's.
 */
#ifndef OPENAMP_BUS_H
#define OPENAMP_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openamp/port.h"
#include "openamp/rpmsg.h"
#include "openamp/rproc.h"

struct amp_bus;

// The events of a bus; called inside poll(), except where noted.
struct amp_bus_events {
    // The other side announced a service to which no endpoint here was bound: see
    // struct amp_rpmsg_events.  NULL: announcements are remembered until there is a
    // function.
    void (*service)(struct amp_bus *bus, uint32_t src, const char *name);
    // The memory of an endpoint whose destruction returned -AMP_EAGAIN is the
    // caller's again.  Also called when the session ends.
    void (*released)(struct amp_bus *bus, struct amp_endpoint *ept);
};

struct amp_bus_ops {
    // ---- A user of the bus comes and goes ----

    // Begin to use the bus.  Over our own rings, a host's remote core is stopped
    // afterwards: it may still have run, if only this core was reset.  On a device the
    // session goes on, because the host does not begin another one for us.  0, or a negative
    // error, which reason() explains on a host; open() may be tried again.
    int (*open)(struct amp_bus *bus);

    // End the use of the bus: no callback is called any more; over our own rings, a host
    // stops its remote core and gives back what the port holds.  Endpoints may be destroyed
    // afterwards.  A bus of an operating system leaves a core alone, in open() and here,
    // that this program did not start.
    void (*close)(struct amp_bus *bus);

    // Have `callback` called with `arg`, in interrupt context, when poll() is due:
    // see amp_port_ops.set_doorbell_cb().  NULL ends it.
    void (*set_doorbell_cb)(struct amp_bus *bus, amp_doorbell_cb callback, void *arg);

    // Replace the functions for events.  Announcements that were remembered are reported
    // inside this call.
    void (*set_events)(struct amp_bus *bus, const struct amp_bus_events *events);

    // ---- Load, start and stop the other core.  All NULL on a device ----

    // See amp_rproc_load() and amp_rproc_load_address().
    int (*load)(struct amp_bus *bus, const struct amp_image *image, struct amp_load_error *error);
    int (*load_address)(struct amp_bus *bus, amp_da_t entry, struct amp_load_error *error);

    // The port's windows, *count of them.  A program that reports a refused image lists
    // those that would have been right: see amp_load_missed().
    const struct amp_window *(*windows)(const struct amp_bus *bus, size_t *count);

    // See amp_rproc_start().  After a failure error->what is the reason that the port
    // gave, or NULL.
    int (*start)(struct amp_bus *bus, struct amp_load_error *error);

    // See amp_rproc_stop() and amp_rproc_shutdown().
    int (*stop)(struct amp_bus *bus);
    int (*shutdown)(struct amp_bus *bus);

    // See amp_rproc_report_crash().
    int (*report_crash)(struct amp_bus *bus, const char *reason);

    // The state as the calls here left it: over our own rings, only poll() notices that the
    // core died.  A bus of an operating system may ask that for the state each time.
    enum amp_rproc_state (*state)(const struct amp_bus *bus);

    // ---- Work ----

    // Do what is due, a bounded amount of it: see amp_rproc_poll().  1: more may be
    // due, so call poll() again before sleeping.  0: a doorbell will announce the next
    // work.  Negative: an error of the other side; state() tells whether it crashed.
    int (*poll)(struct amp_bus *bus);

    // Has a session begun and not ended?  Are we inside a callback of poll()?
    bool (*is_up)(const struct amp_bus *bus);
    bool (*is_polling)(const struct amp_bus *bus);

    // Running totals; the pointer is valid for as long as the bus is.
    const struct amp_rpmsg_stats *(*stats)(const struct amp_bus *bus);

    // ---- Endpoints ----

    // See amp_endpoint_create_with(), amp_endpoint_destroy(), amp_endpoint_abandon()
    // and amp_endpoint_is_ready().
    int (*create)(struct amp_bus *bus, struct amp_endpoint *ept, const char *name, uint32_t addr,
        uint32_t dest, amp_endpoint_cb cb, unsigned options);
    // These three find the bus by `ept->link`, which the bus sets, and which is NULL while
    // the endpoint is not created.
    int (*destroy)(struct amp_endpoint *ept);
    void (*abandon)(struct amp_endpoint *ept);
    bool (*is_ready)(const struct amp_endpoint *ept);

    // Give the bus a hash table of `count` (a power of two) buckets, so that finding an
    // endpoint costs the same for any number of them; NULL takes the table back.  The
    // operation is NULL on a bus that needs no table.  See amp_rpmsg_set_buckets().
    void (*set_buckets)(struct amp_bus *bus, struct amp_endpoint **buckets, uint32_t count);

    // ---- Messages ----

    // See amp_endpoint_send() and amp_rpmsg_send().
    int (*send)(struct amp_endpoint *ept, const void *data, size_t len);
    int (*send_to)(struct amp_bus *bus, uint32_t src, uint32_t dest, const void *data, size_t len);

    // Zero copy: see amp_tx_claim(), amp_tx_commit(), amp_tx_cancel(), amp_rx_hold(),
    // amp_rx_leave() and amp_rx_release().  depth() is the number of receive buffers, of
    // the last session while there is none.
    int (*claim)(struct amp_bus *bus, struct amp_tx *tx);
    int (*commit)(struct amp_bus *bus, struct amp_tx *tx, uint32_t src, uint32_t dest, size_t len);
    void (*cancel)(struct amp_bus *bus, struct amp_tx *tx);
    void (*hold)(struct amp_bus *bus, struct amp_rx *rx);
    bool (*leave)(struct amp_bus *bus);
    void (*release)(struct amp_bus *bus, struct amp_rx *rx);
    unsigned (*depth)(const struct amp_bus *bus);

    // See amp_rpmsg_room_timeout(), amp_rpmsg_message_timeout() and
    // amp_rpmsg_peer_can_send().
    uint32_t (*room_timeout)(struct amp_bus *bus, uint32_t slept);
    uint32_t (*message_timeout)(struct amp_bus *bus, uint32_t slept);
    bool (*peer_can_send)(const struct amp_bus *bus);

    // See amp_rpmsg_mtu().
    size_t (*mtu)(const struct amp_bus *bus);

    // ---- What a program can be shown ----

    // Why the core crashed, or open() failed; or NULL.  The operation is NULL on a device.
    const char *(*reason)(const struct amp_bus *bus);

    // See amp_rproc_trace(), amp_rproc_map(), amp_rproc_written(), amp_rproc_attach(),
    // amp_rproc_symbol() and amp_rproc_coredump().  These operations are NULL on a device.
    size_t (*trace)(const struct amp_bus *bus, size_t offset, char *text, size_t len);
    void *(*map)(const struct amp_bus *bus, amp_da_t da, size_t len, bool write);
    int (*symbol)(const struct amp_bus *bus, const struct amp_image *image, const char *name,
        amp_da_t *value);
    int (*coredump)(const struct amp_bus *bus,
        int (*write)(void *ctx, const void *data, size_t len), void *ctx);
    void (*written)(const struct amp_bus *bus, const void *va, size_t len);
    int (*attach)(struct amp_bus *bus, amp_da_t *entry, struct amp_load_error *error);

    // See amp_rpmsg_service() and amp_rpmsg_unconsumed().
    const char *(*service)(const struct amp_bus *bus, unsigned index, uint32_t *addr);
    unsigned (*unconsumed)(const struct amp_bus *bus, uint16_t *consumed);

    // A sentence about the error that an operation has just returned: what the operating
    // system that owns the rings refused, and what to do.  Returns NULL if the error number
    // says enough.  The operation itself is NULL on a bus over our own rings.
    const char *(*explain)(const struct amp_bus *bus);
};

struct amp_bus {
    const struct amp_bus_ops *ops;
    const struct amp_bus_events *events; // or NULL
    void *user; // for the user: never touched here
};

// ---- Over our own rings ----

// What the buses of both roles have.
struct amp_bus_virtio {
    struct amp_bus bus; // first
    struct amp_rpmsg link;
};

// A host's bus to one remote core.  The caller owns the struct, which begins as all zeros
// and stays in place for as long as the program runs; the bus that is returned is part of
// it.  Call init() once, then open() of the bus.
struct amp_bus_host {
    struct amp_bus_virtio virtio; // first
    struct amp_rproc rproc;
};
struct amp_bus *amp_bus_host_init(struct amp_bus_host *host, const struct amp_port *port);

// A remote core's bus to its host.  `table` is this core's own resource table.
struct amp_bus_device {
    struct amp_bus_virtio virtio; // first
    const void *table;
    size_t table_len;
};
struct amp_bus *amp_bus_device_init(
    struct amp_bus_device *device, const struct amp_port *port, const void *table, size_t len);

#endif // OPENAMP_BUS_H
