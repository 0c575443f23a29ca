/*
 * What the kernel tells of channels: its uevents, on a netlink socket.
 *
 * A session is as long as the kernel's control device of the core is there: the device goes when
 * the core stops or crashes, and comes back with a new life.  Names of devices are used again, so
 * a name that is there before and after need not be the same channel: removals are looked at one
 * by one, and only what is added is looked up in sysfs.
 */
#include <dirent.h>
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "linux.h"

#define DEVICES "/sys/bus/rpmsg/devices"

int linux_uevents_open(struct linux_bus *bus) {
    enum { FROM_KERNEL = 1, ROOM = 1 << 18 };
    const int room = ROOM;
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = FROM_KERNEL};
    bus->uevents =
        socket(AF_NETLINK, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
    if (bus->uevents < 0) {
        return -errno;
    }
    (void)setsockopt(bus->uevents, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
    return bind(bus->uevents, (const struct sockaddr *)&address, sizeof(address)) != 0 ? -errno : 0;
}

// ---- Services ----

static bool is_of_kernel(const char *device) {
    return strstr(device, ".rpmsg_ctrl.") != NULL || strstr(device, ".rpmsg_ns.") != NULL;
}

static struct linux_service *find_service(struct linux_bus *bus, const char *device) {
    for (unsigned i = 0; i < bus->service_count; ++i) {
        if (strcmp(bus->services[i].device, device) == 0) {
            return &bus->services[i];
        }
    }
    return NULL;
}

static void remove_service(struct linux_bus *bus, const char *device) {
    struct linux_service *service = find_service(bus, device);
    for (struct linux_endpoint *self = bus->endpoints; self != NULL; self = self->next) {
        if (strcmp(self->device, device) == 0) {
            linux_channel_close(self, true);
        }
    }
    if (service != NULL) {
        const struct linux_service *end = &bus->services[--bus->service_count];
        memmove(service, service + 1, (size_t)((const char *)end - (const char *)service));
    }
}

// A channel that is there: a new one, or one that may be free by now.
static void add_service(struct linux_bus *bus, const char *device) {
    linux_path_t path;
    struct linux_service *service = find_service(bus, device);
    if (service != NULL) {
        service->error = 0;
        return;
    }
    LINUX_PATH(path, DEVICES "/%.96s/dst", device);
    uint32_t dest = linux_get_number(path, AMP_ADDR_ANY);
    if (dest == AMP_ADDR_ANY) {
        return; // announced from this side
    }
    if (bus->service_count == AMP_CONFIG_MAX_SERVICES) {
        ++bus->stats.services_forgotten;
        remove_service(bus, bus->services[0].device);
    }
    service = &bus->services[bus->service_count];
    *service = (struct linux_service){.dest = dest};
    linux_print(service->device, sizeof(service->device), "%s", device);
    LINUX_PATH(path, DEVICES "/%.96s/name", device);
    if (linux_get(path, service->name, sizeof(service->name)) > 0) {
        ++bus->service_count;
        bus->is_due = true;
    }
}

// ---- Sessions ----

static void session_begin(struct linux_bus *bus) {
    if (!bus->is_up) {
        bus->is_up = true;
        bus->reported = false; // that was the life before
        ++bus->stats.changes;
        linux_begin_watch(bus);
    }
}

void linux_session_end(struct linux_bus *bus) {
    for (struct linux_endpoint *self = bus->endpoints; self != NULL; self = self->next) {
        linux_channel_close(self, true);
        self->error = 0;
    }
    linux_drop_waiting(bus);
    bus->service_count = 0;
    bus->control[0] = '\0';
    bus->is_up = false;
    bus->look_at = UINT64_MAX;
    ++bus->stats.changes;
}

void linux_scan(struct linux_bus *bus) {
    linux_path_t path;
    DIR *entries = opendir(DEVICES);
    const struct dirent *entry;
    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        LINUX_PATH(path, DEVICES "/%.96s", entry->d_name);
        if (entry->d_name[0] == '.' || !linux_is_below(bus, path)) {
            continue;
        }
        if (strstr(entry->d_name, ".rpmsg_ctrl.") != NULL) {
            LINUX_PATH(path, DEVICES "/%.96s/rpmsg", entry->d_name);
            linux_find(path, "rpmsg_ctrl", bus->control, sizeof(bus->control));
            session_begin(bus);
        } else if (!is_of_kernel(entry->d_name)) {
            add_service(bus, entry->d_name);
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
}

// ---- Events ----

// A device is there, or has a driver: a channel, the control device, or the node of either, which
// may be what was missing.
static void appeared(struct linux_bus *bus, bool is_new, const char *path, const char *device) {
    if (strstr(device, ".rpmsg_ctrl.") != NULL) {
        if (is_new) {
            session_begin(bus);
        }
    } else if (!bus->is_up) {
        return; // what a session that has ended still tells of its channels
    } else if (strncmp(device, "rpmsg_ctrl", 10) == 0) {
        linux_print(bus->control, sizeof(bus->control), "%s", device);
    } else if (strstr(path, "/rpmsg/") == NULL && strchr(device, '.') != NULL
        && strncmp(device, "virtio", 6) == 0 && !is_of_kernel(device)) {
        add_service(bus, device);
    }
}

// One event, "action@path".  True: something is there that was not.
static bool handle(struct linux_bus *bus, char *event) {
    char core[32];
    char *path = strchr(event, '@');
    const char *device = strrchr(event, '/');
    linux_print(core, sizeof(core), "/remoteproc%u/", bus->number);
    if (path == NULL || device == NULL || strstr(path, core) == NULL) {
        return false;
    }
    ++device;
    if (strncmp(event, "remove@", 7) != 0) {
        appeared(bus, strncmp(event, "add@", 4) == 0, path, device);
        return true;
    }
    if (strstr(device, ".rpmsg_ctrl.") != NULL) {
        bool was_up = bus->is_up;
        linux_session_end(bus);
        if (was_up && !bus->stopping) {
            linux_ended(bus);
        }
    } else {
        remove_service(bus, device);
    }
    return false;
}

void linux_uevents_read(struct linux_bus *bus) {
    enum { ROOM = 4096 };
    char event[ROOM];
    struct sockaddr_nl from = {.nl_pid = 1};
    socklen_t len = sizeof(from);
    ssize_t got;
    bool look = false;
    while (
        (got = recvfrom(bus->uevents, event, sizeof(event) - 1, 0, (struct sockaddr *)&from, &len))
            > 0
        || (got < 0 && errno == ENOBUFS)) {
        if (got < 0) {
            linux_session_end(bus); // what was lost may have been anything
            linux_scan(bus);
        } else if (from.nl_pid == 0) { // from the kernel, and nobody else
            event[got] = '\0';
            look |= handle(bus, event);
        }
        len = sizeof(from);
    }
    if (look) { // services are given out by the poll, as announcements are everywhere
        linux_make(bus);
        bus->is_due = true;
    }
}
