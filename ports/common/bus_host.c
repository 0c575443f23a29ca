/* amp_platform_bus() of a host: a bus for each remote core of the port. */
#include "openamp/bus.h"
#include "openamp/platform.h"

static struct amp_bus_host buses[AMP_CONFIG_CORES];

struct amp_bus *amp_platform_bus(unsigned core) {
    const struct amp_port *port = core < AMP_CONFIG_CORES ? amp_platform_port(core) : NULL;
    if (port == NULL) {
        return NULL;
    }
    struct amp_bus_host *host = &buses[core];
    return host->virtio.bus.ops != NULL ? &host->virtio.bus : amp_bus_host_init(host, port);
}
