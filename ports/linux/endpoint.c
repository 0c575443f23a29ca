/* Endpoints: which channel each has, and which waits for one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux.h"

static bool has_channel(const struct linux_endpoint *self) {
    return self->node[0] != '\0' || self->device[0] != '\0';
}

bool linux_is_ready(const struct amp_endpoint *ept) {
    const struct linux_endpoint *self = linux_endpoint_of(ept);
    return self != NULL && self->file >= 0;
}

// ---- Who gets which channel ----

static bool is_used(const struct linux_bus *bus, const struct linux_service *service) {
    const struct linux_endpoint *self = bus->endpoints;
    while (self != NULL && strcmp(self->device, service->device) != 0) {
        self = self->next;
    }
    return self != NULL;
}

// The oldest endpoint that waits for this channel.
static struct linux_endpoint *find_waiting(
    const struct linux_bus *bus, const struct linux_service *service) {
    struct linux_endpoint *oldest = NULL;
    for (struct linux_endpoint *self = bus->endpoints; self != NULL; self = self->next) {
        if (!has_channel(self) && self->ept->name != NULL
            && (self->dest == AMP_ADDR_ANY || self->dest == service->dest)
            && strcmp(self->ept->name, service->name) == 0) {
            oldest = self;
        }
    }
    return oldest;
}

void linux_match(struct linux_bus *bus) {
    for (unsigned i = 0; i < bus->service_count; ++i) {
        struct linux_service *service = &bus->services[i];
        struct linux_endpoint *self = find_waiting(bus, service);
        if (self != NULL && !is_used(bus, service)) {
            if (service->error == 0) {
                service->error = linux_channel_take(self, service);
            }
            if (service->error != 0) {
                self->error = service->error;
            }
        }
    }
}

void linux_make(struct linux_bus *bus) {
    struct linux_endpoint *self = bus->endpoints;
    for (; bus->is_up && self != NULL; self = self->next) {
        if (self->dest != AMP_ADDR_ANY && !has_channel(self)) {
            linux_channel_make(self);
        }
    }
}

void linux_deliver(struct linux_bus *bus) {
    // A callback may end the session, and with it the services.
    for (unsigned i = 0; i < bus->service_count; ++i) {
        struct linux_service *service = &bus->services[i];
        if (bus->bus.events == NULL || bus->bus.events->service == NULL) {
            return;
        }
        if (service->delivered) {
            continue;
        }
        service->delivered = true;
        // A channel that an endpoint has is not reported, neither now nor when that endpoint is
        // closed; nor is one that another program (EBUSY) or a driver of the kernel (EEXIST) has.
        if (!is_used(bus, service) && service->error != -EBUSY && service->error != -EEXIST) {
            char name[AMP_NAME_SIZE];
            linux_print(name, sizeof(name), "%s", service->name);
            bus->bus.events->service(&bus->bus, service->dest, name);
        }
    }
}

// ---- Creating and destroying ----

// An address that no other program's endpoint has: the process is part of it.  One that was freed
// does not come again, so no late message reaches another endpoint.
static uint32_t choose_addr(void) {
    static uint32_t count;
    return UINT32_C(0x10000000) + ((uint32_t)getpid() & 0xFFFF) * 0x1000 + count++ % 0x1000;
}

static bool has_addr(const struct linux_bus *bus, uint32_t addr) {
    const struct linux_endpoint *self = bus->endpoints;
    while (self != NULL && self->ept->addr != addr) {
        self = self->next;
    }
    return self != NULL;
}

static int check(struct linux_bus *bus, const char *name, uint32_t addr, uint32_t dest) {
    if (name != NULL && strlen(name) - 1 >= AMP_NAME_SIZE - 1) {
        return -AMP_EINVAL;
    }
    if (addr != AMP_ADDR_ANY && dest == AMP_ADDR_ANY) {
        return linux_fail(bus, -AMP_EOPNOTSUPP,
            "%s: Linux chooses the address of a channel that is found by its name: leave out src, "
            "or give dest as well",
            name != NULL ? name : "endpoint");
    }
    return addr != AMP_ADDR_ANY && has_addr(bus, addr) ? -AMP_EADDRINUSE : 0;
}

// The error of an endpoint with addresses that cannot be made: waiting would not help.
static int explain(struct linux_bus *bus, const struct linux_endpoint *self) {
    const char *name = self->ept->name != NULL ? self->ept->name : "endpoint";
    switch (self->error) {
        case -AMP_EADDRINUSE:
            return self->error;
        case -ENODEV:
            return linux_fail(
                bus, self->error, "%s: the kernel makes no endpoints: modprobe rpmsg_ctrl", name);
        default:
            return linux_fail(bus, self->error,
                "%s: /dev/%s: %s: be root, or install the udev rule of ports/linux", name,
                bus->control, strerror(-self->error));
    }
}

int linux_create(struct amp_bus *bus_in, struct amp_endpoint *ept, const char *name, uint32_t addr,
    uint32_t dest, amp_endpoint_cb cb, unsigned options) {
    struct linux_bus *bus = linux_of(bus_in);
    (void)options; // the kernel announces nothing for us
    bus->sentence = NULL;
    int error = check(bus, name, addr, dest);
    struct linux_endpoint *self = error == 0 ? calloc(1, sizeof(*self)) : NULL;
    if (self == NULL) {
        return error == 0 ? -AMP_ENOMEM : error;
    }
    *self = (struct linux_endpoint){.next = bus->endpoints, .ept = ept, .bus = bus, .file = -1};
    self->dest = dest;
    self->src = dest != AMP_ADDR_ANY && addr == AMP_ADDR_ANY ? choose_addr() : addr;
    ept->link = (void *)self;
    ept->cb = ept->bound_cb = cb;
    ept->name = name;
    ept->addr = self->src;
    ept->dest = dest;
    ept->flags = 0;
    bus->endpoints = self;
    linux_match(bus);
    linux_make(bus);
    if (dest != AMP_ADDR_ANY && self->error != 0 && !self->is_waiting) {
        error = explain(bus, self);
        linux_abandon(ept);
    }
    return error;
}

void linux_abandon(struct amp_endpoint *ept) {
    struct linux_endpoint *self = linux_endpoint_of(ept);
    if (self == NULL) {
        return;
    }
    struct linux_bus *bus = self->bus;
    struct linux_endpoint **p = &bus->endpoints;
    while (*p != self) {
        p = &(*p)->next;
    }
    *p = self->next;
    linux_channel_close(self, false);
    linux_drop_left(self);
    if (bus->current_endpoint == self) {
        bus->current_endpoint = NULL;
    }
    ept->dest = AMP_ADDR_ANY;
    ept->link = NULL;
    free(self);
    if (bus->is_open) {
        linux_match(bus); // another one may have its channel
    }
}

int linux_destroy(struct amp_endpoint *ept) {
    linux_abandon(ept);
    return 0;
}
