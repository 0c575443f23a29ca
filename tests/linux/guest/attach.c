/* A boot loader started the core, and the kernel comes later: it attaches.  It may leave
 * and come back while the core runs on. */
#include <fcntl.h>
#include <linux/rpmsg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"

#define ECHO "vuart-channel"
enum { ECHO_ADDRESS = 0x400 }; // the first one that firmware gives

static void attach(void) {
    REQUIRE(core_is("detached"));
    REQUIRE(guest_put(CORE "state", "start") == 0);
    REQUIRE(core_is("attached"));
}

static void detach(void) {
    REQUIRE(guest_put(CORE "state", "detach") == 0);
    REQUIRE(core_is("detached"));
    REQUIRE(channel_is_gone(ECHO));
}

// Messages that nobody reads the echo of, which have all been answered nevertheless.
static void leave_unread(int file, size_t count) {
    for (size_t i = 0; i < count; i++) {
        REQUIRE(write(file, "unread", 6) == 6);
    }
    int other = endpoint_open("other", ECHO_ADDRESS);
    channel_echo(other, 30);
    close(other);
}

static void comes_and_goes(void) {
    enum { TIMES = 50 };
    for (size_t i = 0; i < TIMES * guest_repeat; i++) {
        attach();
        int file = channel_open(ECHO);
        for (size_t echoes = i % 3; echoes > 0; echoes--) { // none, too: the indices are the same
            channel_echo(file, i * 9 % GUEST_MTU);
        }
        if (i % 5 == 4) {
            leave_unread(file, i % 40);
        }
        detach();
        channel_has_ended(file);
    }
    attach();
    channel_echo(channel_open(ECHO), 100);
    detach();
}

static void attaches(void) {
    attach();
    int file = channel_open(ECHO);
    channel_echo(file, 100);
    core_stop();
    channel_has_ended(file);
}

const struct guest_test guest_attach_tests[] = {
    {"detached and attached, again and again", comes_and_goes},
    {"attaches to a core that runs", attaches},
    {NULL, NULL},
};
