/*
 * Ctrl-C pressed twice at one place inside of the module, which is the second time
 * where MicroPython's own handler jumps out.  Linked in with --wrap; the program
 * names the place: os.putenv("PRESS", "create").
 */
#define _GNU_SOURCE
#include "openamp/bus_static.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static void press_if(const char *place) {
    const char *wanted = getenv("PRESS");
    if (wanted != NULL && strcmp(wanted, place) == 0) {
        unsetenv("PRESS");
        raise(SIGINT);
        raise(SIGINT);
    }
}

int __real_amp_bus_virtio_create(struct amp_bus *bus, struct amp_endpoint *ept, const char *name,
    uint32_t addr, uint32_t dest, amp_endpoint_cb cb, unsigned options);
int __wrap_amp_bus_virtio_create(struct amp_bus *bus, struct amp_endpoint *ept, const char *name,
    uint32_t addr, uint32_t dest, amp_endpoint_cb cb, unsigned options);
int __wrap_amp_bus_virtio_create(struct amp_bus *bus, struct amp_endpoint *ept, const char *name,
    uint32_t addr, uint32_t dest, amp_endpoint_cb cb, unsigned options) {
    int result = __real_amp_bus_virtio_create(bus, ept, name, addr, dest, cb, options);
    press_if("create");
    return result;
}

int __real_amp_endpoint_destroy(struct amp_endpoint *ept);
int __wrap_amp_endpoint_destroy(struct amp_endpoint *ept);
int __wrap_amp_endpoint_destroy(struct amp_endpoint *ept) {
    int result = __real_amp_endpoint_destroy(ept);
    press_if("destroy");
    return result;
}

void __real_amp_bus_virtio_set_events(struct amp_bus *bus, const struct amp_bus_events *events);
void __wrap_amp_bus_virtio_set_events(struct amp_bus *bus, const struct amp_bus_events *events);
void __wrap_amp_bus_virtio_set_events(struct amp_bus *bus, const struct amp_bus_events *events) {
    __real_amp_bus_virtio_set_events(bus, events);
    press_if("set_events");
}
