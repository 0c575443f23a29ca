/* The kernel's files, and what it announces: uevents of devices, and its log, which says
 * of a core's state what no uevent says. */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

enum { GENEROUS_MS = 60000 };

static int uevents = -1;
static int kernel_log = -1;

void guest_require(bool holds, const char *what, const char *file, int line) {
    if (!holds) {
        printf("    %s:%d: not so: %s (errno %d, %s)\n", file, line, what, errno, strerror(errno));
        fflush(stdout);
        _exit(1);
    }
}

int guest_put(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) {
        return -errno;
    }
    int error = write(file, text, strlen(text)) < 0 ? -errno : 0;
    close(file);
    return error;
}

const char *guest_get(const char *path) {
    static char text[1024];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = file < 0 ? 0 : read(file, text, sizeof(text) - 1);
    if (file >= 0) {
        close(file);
    }
    text[len < 0 ? 0 : len] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return text;
}

bool guest_is(const char *path, const char *text) {
    return strcmp(guest_get(path), text) == 0;
}

void guest_listen(void) {
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK, .nl_groups = 1};
    uevents = socket(AF_NETLINK, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
    REQUIRE(bind(uevents, (struct sockaddr *)&kernel, sizeof(kernel)) == 0);
    kernel_log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(kernel_log >= 0 && lseek(kernel_log, 0, SEEK_END) >= 0);
}

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// What was said is not looked at: whoever waits looks at the files.
static void hear(void) {
    char words[4096];
    while (recv(uevents, words, sizeof(words), 0) > 0 || errno == ENOBUFS) {
    }
    while (read(kernel_log, words, sizeof(words)) > 0 || errno == EPIPE) {
    }
}

void guest_await(bool (*is)(const void *arg), const void *arg, const char *what) {
    long end = now_ms() + GENEROUS_MS;
    while (!is(arg)) {
        struct pollfd words[] = {{uevents, POLLIN, 0}, {kernel_log, POLLIN, 0}};
        long left = end - now_ms();
        if (left <= 0 || poll(words, 2, (int)left) == 0) {
            printf("    waited in vain for %s\n", what);
            fflush(stdout);
            _exit(1);
        }
        hear();
    }
}

short guest_poll(int file) {
    struct pollfd waits = {file, POLLIN, 0};
    return poll(&waits, 1, GENEROUS_MS) > 0 ? waits.revents : 0;
}
