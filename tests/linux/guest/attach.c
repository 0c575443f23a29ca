/* A boot loader started the core, and the kernel comes later: it attaches. */
#include <stddef.h>

#include "guest.h"

#define ECHO "vuart-channel"

static void attach(void) {
    REQUIRE(core_is("detached"));
    REQUIRE(guest_put(CORE "state", "start") == 0);
    REQUIRE(core_is("attached"));
}

static void attaches(void) {
    attach();
    int file = channel_open(ECHO);
    channel_echo(file, 100);
    core_stop();
    channel_has_ended(file);
}

const struct guest_test guest_attach_tests[] = {
    {"attaches to a core that runs", attaches},
    {NULL, NULL},
};
