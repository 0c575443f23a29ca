/*
 * The dump of a core that crashed.  The kernel made it then, if that was enabled before (start()
 * does), and keeps it for five minutes.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux.h"

#define DUMPS "/sys/class/devcoredump"

// The newest dump of this core: its number, or -1.
static int find_dump(const struct linux_bus *bus) {
    DIR *entries = opendir(DUMPS);
    const struct dirent *entry;
    char core[32];
    int newest = -1;
    linux_print(core, sizeof(core), "remoteproc%u", bus->number);
    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        linux_path_t path;
        char of[64];
        LINUX_PATH(path, DUMPS "/%.64s/failing_device", entry->d_name);
        linux_follow(path, of, sizeof(of));
        if (strncmp(entry->d_name, "devcd", 5) == 0 && strcmp(of, core) == 0) {
            int number = (int)strtol(entry->d_name + 5, NULL, 10);
            newest = number > newest ? number : newest;
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
    return newest;
}

int linux_coredump(const struct amp_bus *self,
    int (*write_part)(void *ctx, const void *data, size_t len), void *ctx) {
    struct linux_bus *bus = linux_of(self);
    bus->sentence = NULL;
    int error = linux_have_dumped(bus);
    if (error != 0) {
        return linux_fail(
            bus, error, "core %u: the kernel made no dump: %s", bus->number, strerror(-error));
    }
    int number = find_dump(bus);
    if (number < 0) {
        return linux_fail(bus, -AMP_EOPNOTSUPP,
            "core %u: there is no dump: Linux makes one of a core that crashes, and keeps it for "
            "five minutes",
            bus->number);
    }
    linux_path_t path;
    LINUX_PATH(path, DUMPS "/devcd%d/data", number);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return linux_fail(bus, -errno, "core %u: %s cannot be read: be root", bus->number, path);
    }
    char part[1024];
    ssize_t len;
    while (error == 0 && (len = read(file, part, sizeof(part))) > 0) {
        error = write_part(ctx, part, (size_t)len);
    }
    close(file);
    if (error == 0) {
        linux_put(path, "1"); // the kernel lets it go, and has room for the next one
    }
    return error;
}
