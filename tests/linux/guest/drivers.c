/* Channels that the kernel binds to a driver by itself: a terminal, and a file. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "guest.h"

#define IMAGE "test_drivers.elf"
#define TERMINAL "/dev/ttyRPMSG0"

static bool is_there(const void *path) {
    return access(path, F_OK) == 0;
}

static bool is_gone(const void *path) {
    return !is_there(path);
}

static int open_terminal(void) {
    struct termios mode;
    AWAIT(is_there, TERMINAL);
    int file = open(TERMINAL, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(file >= 0 && tcgetattr(file, &mode) == 0);
    cfmakeraw(&mode);
    REQUIRE(tcsetattr(file, TCSANOW, &mode) == 0);
    return file;
}

// A stream: what is longer than a message becomes several, and comes back whole.
static void stream(int file, uint8_t first) {
    enum { LEN = 3000 };
    uint8_t out[LEN];
    uint8_t in[LEN];
    for (size_t i = 0; i < LEN; i++) {
        out[i] = (uint8_t)(first + i % 251);
    }
    REQUIRE(write(file, out, LEN) == LEN);
    for (size_t got = 0; got < LEN;) {
        int len = channel_read(file, in + got, LEN - got);
        REQUIRE(len > 0);
        got += (size_t)len;
    }
    REQUIRE(memcmp(in, out, LEN) == 0);
}

static void terminal_has_ended(int file) {
    char byte = 0;
    short said = guest_poll(file);
    REQUIRE((said & POLLHUP) != 0 && (said & POLLERR) != 0);
    REQUIRE(read(file, &byte, 1) == 0);
    REQUIRE(write(file, &byte, 1) < 0 && errno == EIO);
    close(file);
    AWAIT(is_gone, TERMINAL);
}

static void terminal(void) {
    for (uint8_t life = 0; life < 3; life++) {
        core_start(IMAGE);
        int file = open_terminal();
        stream(file, life);
        stream(file, (uint8_t)(life + 100));
        core_stop();
        terminal_has_ended(file);
    }
}

// It may be closed and opened again.
static void raw_file(void) {
    core_start(IMAGE);
    for (size_t len = 0; len < GUEST_MTU; len += 100) {
        int file = channel_open_bound("rpmsg-raw");
        channel_echo(file, len);
        close(file);
    }
    int file = channel_open_bound("rpmsg-raw");
    channel_echo(file, GUEST_MTU);
    core_stop();
    channel_has_ended(file);
}

const struct guest_test guest_driver_tests[] = {
    {"rpmsg-tty: a terminal, by itself", terminal},
    {"rpmsg-raw: a file, by itself", raw_file},
    {NULL, NULL},
};
