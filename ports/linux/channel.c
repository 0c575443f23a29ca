/*
 * Channels and their files: /sys/bus/rpmsg/devices, /dev/rpmsgN, /dev/rpmsg_ctrlN.
 *
 * A channel that the remote announced has a file once it is bound to the character driver, which
 * the kernel does itself for those called "rpmsg-raw".  An endpoint with a destination needs no
 * channel: the kernel makes one, with both addresses.  A node may be there before this program
 * may open it, because udev has still to say who may: that is waited for.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rpmsg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "linux.h"

#define DEVICES "/sys/bus/rpmsg/devices"
#define DRIVER "rpmsg_chrdev"
#define BIND_TRIES 50
#define BIND_PAUSE_MS 2

// ---- The node ----

int linux_channel_open(struct linux_endpoint *self) {
    linux_path_t path;
    LINUX_PATH(path, "/dev/%s", self->node);
    // A write that waits in the kernel can become one that nothing ends.
    int file = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    self->is_waiting = file < 0 && (errno == EACCES || errno == EPERM || errno == ENOENT);
    if (file < 0) {
        self->error = -errno;
        return self->is_waiting ? 0 : -errno;
    }
    self->file = file;
    self->error = 0;
    linux_watch(self->bus, file, EPOLLIN, self);
    ++self->bus->stats.changes;
    return 0;
}

void linux_nodes_changed(struct linux_bus *bus) {
    char events[4096];
    while (read(bus->nodes, events, sizeof(events)) > 0) {
    }
    for (struct linux_endpoint *self = bus->endpoints; self != NULL; self = self->next) {
        if (self->is_waiting && linux_channel_open(self) != 0) {
            linux_channel_close(self, false);
        }
    }
}

void linux_channel_close(struct linux_endpoint *self, bool gone) {
    struct linux_bus *bus = self->bus;
    if (self->file >= 0) {
        if (self->is_own && !gone) {
            ioctl(self->file, RPMSG_DESTROY_EPT_IOCTL, 0); // else its node stays
        }
        close(self->file); // which takes it out of the epoll set
        ++bus->stats.changes;
    }
    if (self->is_bound_here && !gone) {
        linux_put("/sys/bus/rpmsg/drivers/" DRIVER "/unbind", self->device);
    }
    for (int i = 0; i < bus->ready_count; ++i) {
        if (bus->ready[i].data.ptr == self) {
            bus->ready[i].data.ptr = NULL;
        }
    }
    self->file = -1;
    self->is_own = self->is_bound_here = self->is_waiting = false;
    self->device[0] = self->node[0] = '\0';
    self->ept->dest = self->dest;
    self->ept->addr = self->src;
}

// ---- A channel of the remote's ----

// The kernel looks for a driver itself after an announcement, and may be in the middle of it: it
// says EAGAIN then, EBUSY when it has found what we just told it, or ENODEV while the device is
// still being added.  The bus's own lock makes each try a wait.
static int bind_driver(const char *device) {
    linux_path_t path;
    char driver[32];
    int error = 0;
    for (int i = 0; i < BIND_TRIES; ++i) {
        error = linux_put("/sys/bus/rpmsg/drivers/" DRIVER "/bind", device);
        if (error == 0) {
            return 0;
        }
        LINUX_PATH(path, DEVICES "/%s/driver", device);
        linux_follow(path, driver, sizeof(driver));
        if (strcmp(driver, DRIVER) == 0) {
            return 0;
        }
        if (error != -EAGAIN && error != -EBUSY && error != -ENODEV) {
            break;
        }
        linux_pause_ms(BIND_PAUSE_MS);
    }
    return error;
}

static int give_to_driver(struct linux_endpoint *self, const char *device) {
    linux_path_t path;
    char driver[32];
    LINUX_PATH(path, DEVICES "/%s/driver", device);
    linux_follow(path, driver, sizeof(driver));
    if (driver[0] != '\0') {
        return strcmp(driver, DRIVER) == 0 ? 0 : -EEXIST; // the kernel's own, such as rpmsg_tty
    }
    LINUX_PATH(path, DEVICES "/%s/driver_override", device);
    int error = linux_put(path, DRIVER);
    if (error == 0) {
        error = bind_driver(device);
    }
    self->is_bound_here = error == 0;
    return error;
}

int linux_channel_take(struct linux_endpoint *self, const struct linux_service *service) {
    linux_path_t path;
    int error = give_to_driver(self, service->device);
    linux_print(self->device, sizeof(self->device), "%s", service->device);
    if (error == 0) {
        LINUX_PATH(path, DEVICES "/%s/rpmsg", service->device);
        error = linux_find(path, "rpmsg", self->node, sizeof(self->node)) ? linux_channel_open(self)
                                                                          : -ENODEV;
    }
    if (error != 0) {
        linux_channel_close(self, !self->is_bound_here);
        self->error = error;
        return error;
    }
    LINUX_PATH(path, DEVICES "/%s/src", service->device);
    self->ept->addr = linux_get_number(path, AMP_ADDR_ANY); // the driver has one by now
    self->ept->dest = service->dest;
    self->ept->flags |= AMP_ENDPOINT_BOUND;
    ++self->bus->stats.changes;
    return 0;
}

// ---- An endpoint with addresses ----

// The node of this core in /sys/class/rpmsg that has this source address; or "" if none has.
static void find_node(const struct linux_bus *bus, uint32_t src, char *node, size_t room) {
    DIR *entries = opendir("/sys/class/rpmsg");
    const struct dirent *entry = NULL;
    node[0] = '\0';
    while (entries != NULL && node[0] == '\0' && (entry = readdir(entries)) != NULL) {
        linux_path_t path;
        LINUX_PATH(path, "/sys/class/rpmsg/%.64s", entry->d_name);
        if (entry->d_name[0] == '.' || !linux_is_below(bus, path)) {
            continue;
        }
        LINUX_PATH(path, "/sys/class/rpmsg/%.64s/src", entry->d_name);
        if (linux_get_number(path, AMP_ADDR_ANY) == src) {
            linux_print(node, room, "%s", entry->d_name);
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
}

// The kernel says that an address is in use only when the node is opened, and that node then
// stays.  So look before it is made.
static bool is_in_use(const struct linux_bus *bus, uint32_t src) {
    char node[32];
    find_node(bus, src, node, sizeof(node));
    return node[0] != '\0';
}

int linux_channel_make(struct linux_endpoint *self) {
    struct linux_bus *bus = self->bus;
    linux_path_t path;
    struct rpmsg_endpoint_info info = {.src = self->ept->addr, .dst = self->dest};
    linux_print(info.name, sizeof(info.name), "%s", self->ept->name != NULL ? self->ept->name : "");
    if (bus->control[0] == '\0') {
        return self->error = -ENODEV;
    }
    if (is_in_use(bus, info.src)) {
        return self->error = -AMP_EADDRINUSE;
    }
    LINUX_PATH(path, "/dev/%s", bus->control);
    int control = open(path, O_RDWR | O_CLOEXEC);
    int error = control < 0 || ioctl(control, RPMSG_CREATE_EPT_IOCTL, &info) != 0 ? -errno : 0;
    if (control >= 0) {
        close(control);
    }
    if (error == 0) {
        find_node(bus, info.src, self->node, sizeof(self->node)); // the ioctl does not tell it
        self->is_own = true;
        error = self->node[0] == '\0' ? -ENODEV : linux_channel_open(self);
    }
    if (error != 0) {
        linux_channel_close(self, true);
        self->error = error == -EINVAL ? -AMP_EADDRINUSE : error;
    } else {
        self->ept->flags |= AMP_ENDPOINT_BOUND;
    }
    return error == 0 ? 0 : self->error;
}
