/* The core, and channels on its bus, as a program of user space has them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rpmsg.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"

#ifndef RPMSG_CREATE_DEV_IOCTL
#define RPMSG_CREATE_DEV_IOCTL _IOW(0xb5, 0x3, struct rpmsg_endpoint_info)
#define RPMSG_RELEASE_DEV_IOCTL _IOW(0xb5, 0x4, struct rpmsg_endpoint_info)
#endif

#define BUS "/sys/bus/rpmsg/"

// ---- The core ----

void core_start(const char *image) {
    REQUIRE(guest_put(CORE "firmware", image) == 0);
    REQUIRE(guest_put(CORE "state", "start") == 0);
}

bool core_is(const void *state) {
    return guest_is(CORE "state", state);
}

void core_stop(void) {
    REQUIRE(guest_put(CORE "state", "stop") == 0);
    REQUIRE(core_is("offline"));
}

// ---- Channels ----

typedef char path_t[512];

// The first entry of a folder for which `is` holds.
static bool find(const char *folder, bool (*is)(const char *entry, const void *arg),
    const void *arg, char *found, size_t room) {
    DIR *entries = opendir(folder);
    bool there = false;
    const struct dirent *entry;
    while (entries != NULL && !there && (entry = readdir(entries)) != NULL) {
        there = entry->d_name[0] != '.' && is(entry->d_name, arg);
        if (there) {
            snprintf(found, room, "%s", entry->d_name);
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
    return there;
}

static bool device_is_called(const char *entry, const void *name) {
    path_t path;
    snprintf(path, sizeof(path), BUS "devices/%s/name", entry);
    return guest_is(path, name);
}

static bool is_node(const char *entry, const void *arg) {
    (void)arg;
    return strncmp(entry, "rpmsg", 5) == 0;
}

bool channel_is_there(const void *name) {
    char device[256];
    return find(BUS "devices", device_is_called, name, device, sizeof(device));
}

bool channel_is_gone(const void *name) {
    return !channel_is_there(name);
}

// The driver's node of a device, /dev/rpmsgN.
static bool node_of(const char *device, path_t node) {
    path_t folder;
    char entry[256];
    snprintf(folder, sizeof(folder), BUS "devices/%s/rpmsg", device);
    bool there = find(folder, is_node, NULL, entry, sizeof(entry));
    if (there) {
        snprintf(node, sizeof(path_t), "/dev/%s", entry);
    }
    return there;
}

// The kernel looks for a driver itself after an announcement, and may be in the middle of
// it: then it says EAGAIN, EBUSY or ENODEV, and nothing more when it is done.  So this is
// tried again, which the bus's own lock makes a wait.
static bool is_bound(const void *name) {
    char device[256];
    path_t path;
    if (!find(BUS "devices", device_is_called, name, device, sizeof(device))) {
        return false;
    }
    snprintf(path, sizeof(path), BUS "devices/%s/driver_override", device);
    if (guest_put(path, "rpmsg_chrdev") == -ENOENT) {
        return false;
    }
    path_t node;
    for (int tries = 0; tries < 1000 && !node_of(device, node); tries++) {
        int error = guest_put(BUS "drivers/rpmsg_chrdev/bind", device);
        REQUIRE(error == 0 || error == -EAGAIN || error == -EBUSY || error == -ENODEV);
        if (error != 0) {
            usleep(2000);
        }
    }
    return node_of(device, node);
}

static bool has_node(const void *name) {
    char device[256];
    path_t node;
    return find(BUS "devices", device_is_called, name, device, sizeof(device))
        && node_of(device, node);
}

int channel_open(const char *name) {
    AWAIT(is_bound, name);
    return channel_open_bound(name);
}

int channel_open_bound(const char *name) {
    AWAIT(has_node, name);
    char device[256];
    path_t node;
    REQUIRE(find(BUS "devices", device_is_called, name, device, sizeof(device)));
    REQUIRE(node_of(device, node));
    // A write that waits in the kernel can become one that nothing ends.
    int file = open(node, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(file >= 0);
    return file;
}

static bool node_is_called(const char *entry, const void *name) {
    path_t path;
    snprintf(path, sizeof(path), "/sys/class/rpmsg/%s/name", entry);
    return guest_is(path, name);
}

// Ask the control device.  Its name is 0 in each life of the core.
static void control(unsigned long request, const char *name, uint32_t src, uint32_t dest) {
    int file = open("/dev/rpmsg_ctrl0", O_RDWR | O_CLOEXEC);
    struct rpmsg_endpoint_info info = {.src = src, .dst = dest};
    snprintf(info.name, sizeof(info.name), "%s", name);
    REQUIRE(file >= 0 && ioctl(file, request, &info) == 0);
    close(file);
}

int channel_announce(const char *name, uint32_t src) {
    control(RPMSG_CREATE_DEV_IOCTL, name, src, RPMSG_ADDR_ANY);
    return channel_open(name);
}

void channel_withdraw(const char *name, uint32_t src) {
    control(RPMSG_RELEASE_DEV_IOCTL, name, src, RPMSG_ADDR_ANY);
}

int endpoint_open(const char *name, uint32_t dest) {
    control(RPMSG_CREATE_EPT_IOCTL, name, RPMSG_ADDR_ANY, dest);
    char entry[256];
    path_t node;
    REQUIRE(find("/sys/class/rpmsg", node_is_called, name, entry, sizeof(entry)));
    snprintf(node, sizeof(node), "/dev/%s", entry);
    int file = open(node, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(file >= 0);
    return file;
}

int channel_read(int file, void *buffer, size_t room) {
    if (guest_poll(file) == 0) {
        return -ETIMEDOUT;
    }
    ssize_t len = read(file, buffer, room);
    return len < 0 ? -errno : (int)len;
}

void channel_echo(int file, size_t len) {
    uint8_t out[GUEST_MTU];
    uint8_t in[GUEST_MTU + 16];
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)(i * 7 + len);
    }
    REQUIRE(write(file, out, len) == (ssize_t)len);
    REQUIRE(channel_read(file, in, sizeof(in)) == (int)len);
    REQUIRE(memcmp(in, out, len) == 0);
}

void channel_has_ended(int file) {
    char byte = 0;
    short said = 0;
    while ((said = guest_poll(file)) == POLLIN) { // what came before
        REQUIRE(read(file, &byte, 1) >= 0);
    }
    REQUIRE((said & POLLERR) != 0);
    REQUIRE(read(file, &byte, 1) < 0 && errno == EPIPE);
    REQUIRE(write(file, &byte, 1) < 0 && errno == EPIPE);
    close(file);
}
