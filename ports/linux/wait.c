/* Sleeping until a bus has something to do. */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "linux.h"
#include "wait.h"

// ---- Interrupts ----

int linux_interrupts = -1;

int amp_linux_interrupts(void) {
    if (linux_interrupts < 0) {
        linux_interrupts = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    }
    return linux_interrupts < 0 ? -errno : linux_interrupts;
}

void amp_linux_interrupt(void) {
    int saved = errno;
    if (write(linux_interrupts, &(uint64_t){1}, sizeof(uint64_t)) < 0) {
        errno = saved; // it is full, so readable; or nobody has slept yet
    }
}

bool amp_linux_interrupted(void) {
    return read(linux_interrupts, &(uint64_t){0}, sizeof(uint64_t)) > 0;
}

// ---- Which buses ----

// The first of these open buses that can be polled now; NULL: none.
static struct linux_bus *idle(struct linux_bus *bus) {
    while (bus != NULL && bus->is_polling) {
        bus = bus->next_open;
    }
    return bus;
}

unsigned amp_linux_files(int *files) {
    unsigned count = 0;
    for (struct linux_bus *bus = idle(linux_open_buses); bus != NULL; bus = idle(bus->next_open)) {
        bus->has_looked = false; // what it saw before this sleep is old
        if (bus->rx_free != NULL) { // else nothing can be received
            files[count++] = bus->epoll;
        }
    }
    return count;
}

// ---- Sleeping ----

// Wait for the bus's events, which its next poll() then has.  Returns epoll_wait()'s result, of
// which *interrupts tell of no more than an interrupt: that is over now.
static int look(struct linux_bus *bus, int ms, int *interrupts) {
    int result = epoll_wait(bus->epoll, bus->ready, LINUX_READY, ms);
    *interrupts = 0;
    bus->ready_count = result > 0 ? result : 0;
    for (int i = 0; i < bus->ready_count; ++i) {
        if (bus->ready[i].data.ptr == &linux_interrupts) {
            amp_linux_interrupted();
            ++*interrupts;
        }
    }
    bus->has_looked = result > *interrupts; // else the next poll() looks, for what comes until then
    return result;
}

int amp_linux_sleep(struct pollfd *file, int ms) {
    int interrupts = 0;
    struct linux_bus *bus = idle(linux_open_buses);
    while (bus != NULL && bus->epoll != file->fd) {
        bus = idle(bus->next_open);
    }
    if (bus == NULL) {
        return poll(file, 1, ms); // none of ours
    }
    int result = look(bus, ms, &interrupts);
    file->revents = result > 0 ? POLLIN : 0;
    return result < 0 ? -1 : result > 0;
}

// When something is to be done that no file tells.
static uint64_t due_at(const struct linux_bus *bus) {
    uint64_t at = bus->waiting_count != 0 ? bus->retry_at : UINT64_MAX;
    return bus->is_due ? 0 : at < bus->look_at ? at : bus->look_at;
}

uint32_t amp_linux_timeout(void) {
    uint64_t first = UINT64_MAX;
    for (struct linux_bus *bus = idle(linux_open_buses); bus != NULL; bus = idle(bus->next_open)) {
        uint64_t at = due_at(bus);
        first = at < first ? at : first;
    }
    uint64_t now = first == UINT64_MAX ? 0 : linux_now_ms();
    return first == UINT64_MAX ? AMP_FOREVER : first <= now ? 0 : (uint32_t)(first - now);
}

static bool has_event(struct linux_bus *bus, const struct pollfd *looked, unsigned count) {
    int interrupts = 0;
    for (unsigned i = 0; i < count; ++i) {
        if (looked[i].fd == bus->epoll) {
            return looked[i].revents != 0;
        }
    }
    return look(bus, 0, &interrupts) > interrupts;
}

bool amp_linux_ring(const struct pollfd *looked, unsigned count) {
    bool rung = false;
    uint64_t now = 0;
    for (struct linux_bus *bus = idle(linux_open_buses); bus != NULL; bus = idle(bus->next_open)) {
        uint64_t at = due_at(bus);
        if (at != 0 && at != UINT64_MAX && now == 0) {
            now = linux_now_ms();
        }
        if (at <= now || (bus->rx_free != NULL && has_event(bus, looked, count))) {
            rung = true;
            if (bus->doorbell != NULL) {
                bus->doorbell(bus->doorbell_arg);
            }
        }
    }
    return rung;
}
