/* The bus of a device over our own rings: a remote core's link to its host. */
#include "core/bus_virtio.h"
#include "openamp/vdev.h"

#if AMP_CONFIG_DEVICE

// If only the program on this core starts again, the session goes on: the host does not
// begin another.
int amp_bus_device_open(struct amp_bus *bus) {
    (void)bus;
    return 0;
}

void amp_bus_device_close(struct amp_bus *bus) {
    amp_bus_virtio_set_doorbell_cb(bus, NULL, NULL);
}

// Bring the link up if it is down and the host is ready.  Returns whether it is up.
static bool is_up(const struct amp_bus_device *device, struct amp_rpmsg *link) {
    struct amp_rpmsg_layout layout;
    if (!amp_rpmsg_is_up(link)
        && amp_vdev_open(link->port, device->table, device->table_len, &layout) == 0) {
        amp_rpmsg_up(link, &layout);
    }
    return amp_rpmsg_is_up(link);
}

int amp_bus_device_poll(struct amp_bus *bus) {
    const struct amp_bus_device *device = (const void *)bus; // its first member
    struct amp_rpmsg *link = amp_bus_link(bus);
    if (!is_up(device, link)) {
        return 0;
    }
    int taken = amp_rpmsg_poll(link);
    if (taken <= 0 && !amp_vdev_is_current(link, device->table, device->table_len)) {
        amp_rpmsg_down(link); // the host ended this session; it may have begun another
        return is_up(device, link);
    }
    return amp_bus_polled(bus, taken);
}

static const struct amp_bus_ops ops = AMP_BUS_DEVICE_OPS;

struct amp_bus *amp_bus_device_init(
    struct amp_bus_device *device, const struct amp_port *port, const void *table, size_t len) {
    device->virtio.bus.ops = &ops;
    device->table = table;
    device->table_len = len;
    amp_rpmsg_init(&device->virtio.link, AMP_DEVICE, port);
    return &device->virtio.bus;
}

#endif // AMP_CONFIG_DEVICE
