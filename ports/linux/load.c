/*
 * Firmware for the kernel to load.
 *
 * The kernel reads the image itself, when the core starts, and from its own folders only.  So the
 * image is checked, and copied to where it looks: into the one folder that can be added to its
 * own, which is ours unless the system has set another.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux.h"

#define EXTRA_FOLDER "/sys/module/firmware_class/parameters/path"
#define OUR_FOLDER "/run/openamp"

// The folder to copy to.
static int find_folder(linux_path_t folder) {
    if (linux_get(EXTRA_FOLDER, folder, sizeof(linux_path_t)) > 0) {
        return 0;
    }
    LINUX_PATH(folder, "%s", OUR_FOLDER);
    return mkdir(OUR_FOLDER, 0755) == 0 || errno == EEXIST ? linux_put(EXTRA_FOLDER, OUR_FOLDER)
                                                           : -errno;
}

static int copy_to(int file, const struct amp_image *image) {
    static uint8_t part[4096];
    for (uint64_t at = 0; at < image->size;) {
        size_t len = image->size - at < sizeof(part) ? (size_t)(image->size - at) : sizeof(part);
        int error = image->read(image->ctx, at, part, len);
        if (error != 0) {
            return error;
        }
        ssize_t done = write(file, part, len);
        if (done != (ssize_t)len) {
            return done < 0 ? -errno : -AMP_EIO;
        }
        at += len;
    }
    return 0;
}

// A whole copy, or none.
static int copy(const struct amp_image *image, const char *path) {
    linux_path_t part;
    LINUX_PATH(part, "%s.part", path);
    int file = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) {
        return -errno;
    }
    int error = copy_to(file, image);
    close(file);
    if (error == 0 && rename(part, path) != 0) {
        error = -errno;
    }
    if (error != 0) {
        unlink(part);
    }
    return error;
}

static int give_to_kernel(struct linux_bus *bus, const struct amp_image *image) {
    linux_path_t path;
    linux_path_t folder;
    char name[40];
    linux_print(name, sizeof(name), "openamp-remoteproc%u.elf", bus->number);
    int error = find_folder(folder);
    if (error == 0) {
        LINUX_PATH(path, "%.200s/%s", folder, name);
        error = copy(image, path);
    }
    if (error == 0) {
        linux_core_path(bus, path, "firmware");
        error = linux_put(path, name);
    }
    return error;
}

int linux_load(struct amp_bus *self, const struct amp_image *image, struct amp_load_error *error) {
    struct linux_bus *bus = linux_of(self);
    *error = (struct amp_load_error){.what = NULL};
    enum amp_rproc_state state = linux_state(self);
    if (!linux_core_is_there(bus)) {
        error->what = bus->sentence;
        return -AMP_ENODEV;
    }
    int result = state == AMP_RPROC_RUNNING ? -AMP_EBUSY : linux_check(image, error);
    if (result == 0 && state == AMP_RPROC_CRASHED) {
        result = linux_stop(self);
        error->what = result != 0 ? bus->sentence : NULL;
    }
    if (result != 0) {
        return result;
    }
    result = give_to_kernel(bus, image);
    if (result != 0) {
        linux_fail(bus, result,
            result == -EACCES || result == -EPERM ? "no permission to give it to the kernel: be "
                                                    "root, or let a systemd unit start the "
                                                    "core (ports/linux) and use attach()"
                                                  : "it cannot be given to the kernel: %s",
            strerror(-result));
        error->what = bus->sentence;
        return result;
    }
    bus->is_loaded = true;
    bus->reason = NULL;
    return 0;
}

int linux_load_address(struct amp_bus *self, amp_da_t entry, struct amp_load_error *error) {
    struct linux_bus *bus = linux_of(self);
    (void)entry;
    *error = (struct amp_load_error){.what = NULL};
    if (linux_state(self) == AMP_RPROC_RUNNING) {
        return -AMP_EBUSY;
    }
    if (linux_core_is(bus, "detached")) {
        bus->is_loaded = true; // start() attaches
        bus->reason = NULL;
        return 0;
    }
    error->what = "Linux starts no firmware by its address: give its file; attach() is for "
                  "firmware that runs already";
    return -AMP_EOPNOTSUPP;
}

// ---- The trace ----

// `path` cannot be opened: has this firmware no trace, or may only root see it?
static void explain_trace(struct linux_bus *bus, const char *path) {
    const char *folder = "/sys/kernel/debug/remoteproc";
    bool is_there = access(path, F_OK) == 0;
    bus->sentence = NULL;
    if (access(folder, X_OK) != 0 || is_there) {
        linux_fail(bus, -AMP_EOPNOTSUPP,
            "core %u: a trace is read from %s: be root, with debugfs mounted", bus->number, folder);
    }
}

size_t linux_trace(const struct amp_bus *self, size_t offset, char *text, size_t len) {
    for (unsigned i = 0; i < AMP_RPROC_MAX_TRACES; ++i) {
        linux_path_t path;
        LINUX_PATH(
            path, "/sys/kernel/debug/remoteproc/remoteproc%u/trace%u", linux_of(self)->number, i);
        int file = open(path, O_RDONLY | O_CLOEXEC);
        if (file < 0) {
            explain_trace(linux_of(self), path);
            return 0;
        }
        ssize_t got = pread(file, text, len, (off_t)offset);
        char part[256];
        size_t size = 0;
        // Of the whole text of this buffer, how much there is before `offset`.
        for (ssize_t n = 1; got == 0 && n > 0;) {
            n = pread(file, part, sizeof(part), (off_t)size);
            size += n > 0 ? (size_t)n : 0;
        }
        close(file);
        if (got != 0) {
            return got > 0 ? (size_t)got : 0;
        }
        offset -= size < offset ? size : offset;
    }
    return 0;
}
