/* Files of sysfs, and what else every part of this port wants of the system. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "linux.h"

void linux_print(char *text, size_t room, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(text, room, format, args);
    va_end(args);
}

int linux_fail(struct linux_bus *bus, int error, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(bus->sentence_text, sizeof(bus->sentence_text), format, args);
    va_end(args);
    bus->sentence = bus->sentence_text;
    return error;
}

int linux_get(const char *path, char *text, size_t room) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = file < 0 ? -1 : read(file, text, room - 1);
    int error = errno;
    if (file >= 0) {
        close(file);
    }
    text[len < 0 ? 0 : len] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return len < 0 ? -error : (int)strlen(text);
}

int linux_put(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t len = file < 0 ? -1 : write(file, text, strlen(text));
    int error = errno;
    if (file >= 0) {
        close(file);
    }
    return len < 0 ? -error : 0;
}

uint32_t linux_get_number(const char *path, uint32_t otherwise) {
    char text[32];
    // An address that is open is told as -1, or as all ones.
    return linux_get(path, text, sizeof(text)) > 0 ? (uint32_t)strtoll(text, NULL, 0) : otherwise;
}

void linux_follow(const char *path, char *name, size_t room) {
    linux_path_t target;
    ssize_t len = readlink(path, target, sizeof(target) - 1);
    target[len < 0 ? 0 : len] = '\0';
    const char *last = strrchr(target, '/');
    linux_print(name, room, "%s", last != NULL ? last + 1 : target);
}

bool linux_is_below(const struct linux_bus *bus, const char *path) {
    char folder[32];
    char target[512];
    ssize_t len = readlink(path, target, sizeof(target) - 1);
    target[len < 0 ? 0 : len] = '\0';
    linux_print(folder, sizeof(folder), "/remoteproc%u/", bus->number);
    return strstr(target, folder) != NULL;
}

bool linux_find(const char *folder, const char *prefix, char *name, size_t room) {
    DIR *entries = opendir(folder);
    const struct dirent *entry = NULL;
    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0) {
            linux_print(name, room, "%s", entry->d_name);
            break;
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
    return entry != NULL;
}

uint64_t linux_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void linux_pause_ms(unsigned ms) {
    struct timespec time = {.tv_nsec = (long)ms * 1000000};
    nanosleep(&time, NULL);
}

void linux_watch(struct linux_bus *bus, int file, uint32_t events, void *who) {
    struct epoll_event event = {.events = events, .data = {.ptr = who}};
    epoll_ctl(bus->epoll, EPOLL_CTL_ADD, file, &event);
}

void linux_rewatch(struct linux_bus *bus, int file, uint32_t events, void *who) {
    struct epoll_event event = {.events = events, .data = {.ptr = who}};
    epoll_ctl(bus->epoll, EPOLL_CTL_MOD, file, &event);
}
