/* The bus of a host over our own rings: start and stop of the remote core, and its link. */
#include "core/bus_virtio.h"

#if AMP_CONFIG_HOST

static struct amp_rproc *rproc_of(const struct amp_bus *bus) {
    return &((struct amp_bus_host *)(uintptr_t)bus)->rproc; // its first member
}

int amp_bus_host_open(struct amp_bus *bus) {
    struct amp_rpmsg *link = amp_bus_link(bus);
    const struct amp_port *port = link->port;
    uint32_t use = link->use;
    amp_rpmsg_init(link, AMP_HOST, port);
    link->use = use; // counts on, so that a token of the former user stays void
    amp_rproc_init(rproc_of(bus), port, link);
    // The other core may still run, if only this one was reset.
    int error = amp_rproc_stop(rproc_of(bus));
    if (error != 0) {
        (void)port->ops->core_state(port->ctx, &rproc_of(bus)->reason);
    }
    return error;
}

void amp_bus_host_close(struct amp_bus *bus) {
    amp_bus_virtio_set_doorbell_cb(bus, NULL, NULL);
    amp_rproc_shutdown(rproc_of(bus));
}

int amp_bus_host_load(
    struct amp_bus *bus, const struct amp_image *image, struct amp_load_error *error) {
    return amp_rproc_load(rproc_of(bus), image, error);
}

int amp_bus_host_load_address(struct amp_bus *bus, amp_da_t entry, struct amp_load_error *error) {
    return amp_rproc_load_address(rproc_of(bus), entry, error);
}

const struct amp_window *amp_bus_host_windows(const struct amp_bus *bus, size_t *count) {
    const struct amp_port *port = amp_bus_link(bus)->port;
    *count = port->window_count;
    return port->windows;
}

int amp_bus_host_start(struct amp_bus *bus, struct amp_load_error *error) {
    struct amp_rproc *rproc = rproc_of(bus);
    *error = (struct amp_load_error){.what = NULL};
    int result = amp_rproc_start(rproc);
    if (result != 0) {
        // The port may know the reason, for example that there is no code at the entry.
        (void)rproc->port->ops->core_state(rproc->port->ctx, &error->what);
    }
    return result;
}

int amp_bus_host_stop(struct amp_bus *bus) {
    return amp_rproc_stop(rproc_of(bus));
}

int amp_bus_host_shutdown(struct amp_bus *bus) {
    return amp_rproc_shutdown(rproc_of(bus));
}

int amp_bus_host_report_crash(struct amp_bus *bus, const char *reason) {
    return amp_rproc_report_crash(rproc_of(bus), reason);
}

enum amp_rproc_state amp_bus_host_state(const struct amp_bus *bus) {
    return rproc_of(bus)->state;
}

int amp_bus_host_poll(struct amp_bus *bus) {
    return amp_bus_polled(bus, amp_rproc_poll(rproc_of(bus)));
}

static const struct amp_bus_ops ops = AMP_BUS_HOST_OPS;

struct amp_bus *amp_bus_host_init(struct amp_bus_host *host, const struct amp_port *port) {
    host->virtio.bus.ops = &ops;
    host->virtio.link.port = port;
    return &host->virtio.bus;
}

#endif // AMP_CONFIG_HOST
