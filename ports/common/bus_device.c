/* amp_platform_bus() of a remote core: the bus to its host. */
#include "openamp/bus.h"
#include "openamp/platform.h"

static struct amp_bus_device host;

struct amp_bus *amp_platform_bus(unsigned core) {
    const struct amp_port *port = core == 0 ? amp_platform_port(0) : NULL;
    if (port == NULL) {
        return NULL;
    }
    if (host.virtio.bus.ops != NULL) {
        return &host.virtio.bus;
    }
    size_t len;
    const void *table = amp_platform_table(&len);
    return amp_bus_device_init(&host, port, table, len);
}
