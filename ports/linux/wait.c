/* Sleeping until a bus has something to do. */
#include <poll.h>

#include "linux.h"
#include "wait.h"

static bool can_poll(const struct linux_bus *bus) {
    return bus->is_open && !bus->is_polling;
}

// The first that is open, from number `core` on; NULL: none.
static struct linux_bus *next_bus(unsigned core) {
    while (core < AMP_CONFIG_CORES && !can_poll(linux_bus(core))) {
        ++core;
    }
    return core < AMP_CONFIG_CORES ? linux_bus(core) : NULL;
}

unsigned amp_linux_files(int *files) {
    unsigned count = 0;
    for (struct linux_bus *bus = next_bus(0); bus != NULL; bus = next_bus(bus->number + 1)) {
        if (bus->rx_free != NULL) { // else nothing can be received
            files[count++] = bus->epoll;
        }
    }
    return count;
}

// When something is to be done that no file tells.
static uint64_t due_at(const struct linux_bus *bus) {
    uint64_t at = bus->waiting_count != 0 ? bus->retry_at : UINT64_MAX;
    return bus->is_due ? 0 : at < bus->look_at ? at : bus->look_at;
}

uint32_t amp_linux_timeout(void) {
    uint64_t first = UINT64_MAX;
    for (struct linux_bus *bus = next_bus(0); bus != NULL; bus = next_bus(bus->number + 1)) {
        uint64_t at = due_at(bus);
        first = at < first ? at : first;
    }
    uint64_t now = first == UINT64_MAX ? 0 : linux_now_ms();
    return first == UINT64_MAX ? AMP_FOREVER : first <= now ? 0 : (uint32_t)(first - now);
}

bool amp_linux_ring(void) {
    bool rung = false;
    uint64_t now = 0;
    for (struct linux_bus *bus = next_bus(0); bus != NULL; bus = next_bus(bus->number + 1)) {
        struct pollfd file = {.fd = bus->epoll, .events = POLLIN};
        uint64_t at = due_at(bus);
        if (at != 0 && at != UINT64_MAX && now == 0) {
            now = linux_now_ms();
        }
        if (at <= now || (bus->rx_free != NULL && poll(&file, 1, 0) > 0)) {
            rung = true;
            if (bus->doorbell != NULL) {
                bus->doorbell(bus->doorbell_arg);
            }
        }
    }
    return rung;
}
