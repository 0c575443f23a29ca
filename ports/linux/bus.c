/* The bus over the kernel's files: its operations, and the bus of each core. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "linux.h"
#include "openamp/platform.h"
#include "wait.h"

// ---- Beginning and end ----

static void close_file(int *file) {
    if (*file >= 0) {
        close(*file);
    }
    *file = -1;
}

static void close_files(struct linux_bus *bus) {
    close_file(&bus->uevents);
    close_file(&bus->nodes);
    close_file(&bus->kmsg);
    close_file(&bus->epoll);
}

// Once for each bus: what is held is not unmapped before the program ends.
static bool make_buffers(struct linux_bus *bus) {
    if (bus->buffers != NULL) {
        return true;
    }
    bus->buffers = calloc(LINUX_RX_BUFFERS + LINUX_TX_BUFFERS, sizeof(*bus->buffers));
    for (unsigned i = 0; bus->buffers != NULL && i < LINUX_RX_BUFFERS + LINUX_TX_BUFFERS; ++i) {
        struct linux_buffer **list = i < LINUX_RX_BUFFERS ? &bus->rx_free : &bus->tx_free;
        bus->buffers[i].next = *list;
        *list = &bus->buffers[i];
    }
    return bus->buffers != NULL;
}

static int open_files(struct linux_bus *bus) {
    bus->epoll = epoll_create1(EPOLL_CLOEXEC);
    bus->nodes = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    int error = bus->epoll < 0 || bus->nodes < 0 || amp_linux_interrupts() < 0
        ? -errno
        : linux_uevents_open(bus);
    if (error == 0) {
        linux_watch(bus, linux_interrupts, EPOLLIN, &linux_interrupts);
        inotify_add_watch(bus->nodes, "/dev", IN_ATTRIB | IN_CREATE);
        linux_watch(bus, bus->uevents, EPOLLIN, &bus->uevents);
        linux_watch(bus, bus->nodes, EPOLLIN, &bus->nodes);
        linux_kmsg_open(bus);
    }
    return error;
}

// At the exit of this process (not of a child that fork() made), give back what would outlive it
// in the kernel: endpoints, bindings of drivers, and a core that it started.
static pid_t owner;

static void close_all(void) {
    for (unsigned i = 0; owner == getpid() && i < AMP_CONFIG_CORES; ++i) {
        struct linux_bus *bus = linux_bus(i);
        if (bus->is_open) {
            for (struct linux_endpoint *self = bus->endpoints; self != NULL; self = self->next) {
                linux_channel_close(self, false);
            }
            linux_shutdown(&bus->bus);
        }
    }
}

struct linux_bus *linux_open_buses;

// Where the list has this bus, or would have it.
static struct linux_bus **place_of(const struct linux_bus *bus) {
    struct linux_bus **place = &linux_open_buses;
    while (*place != NULL && (*place)->number < bus->number) {
        place = &(*place)->next_open;
    }
    return place;
}

static void enlist(struct linux_bus *bus) {
    struct linux_bus **place = place_of(bus);
    bus->next_open = *place;
    *place = bus;
}

// Whether the core runs is not ours to change: another program may have started it.
static int linux_open(struct amp_bus *self) {
    struct linux_bus *bus = linux_of(self);
    if (owner == 0 && atexit(close_all) == 0) {
        owner = getpid();
    }
    if (!make_buffers(bus)) {
        bus->reason = "no memory for messages";
        return -AMP_ENOMEM;
    }
    bus->epoll = bus->nodes = bus->uevents = bus->kmsg = -1;
    int error = open_files(bus);
    if (error != 0) {
        linux_print(bus->reason_text, sizeof(bus->reason_text),
            "the files to wait with cannot be opened: %s", strerror(-error));
        bus->reason = bus->reason_text;
        close_files(bus);
        return error;
    }
    enlist(bus);
    bus->is_open = true;
    bus->has_looked = false;
    bus->reason = NULL;
    bus->look_at = UINT64_MAX;
    linux_scan(bus);
    return 0;
}

static void linux_close(struct amp_bus *self) {
    struct linux_bus *bus = linux_of(self);
    bus->doorbell = NULL;
    linux_shutdown(self);
    if (bus->is_open) {
        *place_of(bus) = bus->next_open;
    }
    bus->is_open = false;
    close_files(bus);
}

static void linux_set_doorbell_cb(struct amp_bus *self, amp_doorbell_cb callback, void *arg) {
    linux_of(self)->doorbell = callback;
    linux_of(self)->doorbell_arg = arg;
}

static void linux_set_events(struct amp_bus *self, const struct amp_bus_events *events) {
    struct linux_bus *bus = linux_of(self);
    self->events = events;
    if (bus->is_open && events != NULL && !bus->is_polling) {
        bus->is_polling = true; // what came before is told as in a poll
        linux_match(bus);
        linux_deliver(bus);
        bus->is_polling = false;
    }
}

// ---- Work ----

static bool handle(struct linux_bus *bus, const struct epoll_event *event) {
    if (event->data.ptr == &linux_interrupts) {
        return false; // for who sleeps
    }
    if (event->data.ptr == &bus->uevents) {
        linux_uevents_read(bus);
    } else if (event->data.ptr == &bus->kmsg) {
        linux_kmsg_read(bus);
    } else if (event->data.ptr == &bus->nodes) {
        linux_nodes_changed(bus);
    } else if (event->data.ptr != NULL) { // an endpoint that is still there
        struct linux_endpoint *self = event->data.ptr;
        if (self->left == NULL) {
            return linux_receive(self);
        }
        // It is watched for nothing while a message is left, so the channel has ended.
        linux_channel_close(self, true);
    }
    return false;
}

static int linux_poll(struct amp_bus *self) {
    struct linux_bus *bus = linux_of(self);
    bool more = false;
    if (bus->is_polling || !bus->is_open) {
        return 0;
    }
    bus->is_polling = true;
    bus->is_due = false;
    if (bus->left_count != 0) {
        linux_receive_left(bus);
    }
    if (!bus->has_looked) {
        bus->ready_count = epoll_wait(bus->epoll, bus->ready, LINUX_READY, 0);
    }
    bus->has_looked = false;
    for (int i = 0; i < bus->ready_count; ++i) {
        more |= handle(bus, &bus->ready[i]);
    }
    more |= bus->ready_count == LINUX_READY;
    bus->ready_count = 0;
    linux_flush(bus);
    if (bus->look_at != UINT64_MAX) {
        linux_look(bus);
    }
    linux_match(bus);
    linux_deliver(bus);
    bus->is_polling = false;
    bool died = bus->died;
    bus->died = false;
    return died ? -AMP_EPIPE : more;
}

static bool linux_is_up(const struct amp_bus *self) {
    return linux_of(self)->is_up;
}

static bool linux_is_polling(const struct amp_bus *self) {
    return linux_of(self)->is_polling;
}

static const struct amp_rpmsg_stats *linux_stats(const struct amp_bus *self) {
    return &linux_of(self)->stats;
}

// ---- What the kernel does itself ----

static unsigned linux_depth(const struct amp_bus *self) {
    (void)self;
    return LINUX_RX_BUFFERS;
}

static uint32_t linux_message_timeout(struct amp_bus *self, uint32_t slept) {
    (void)self;
    (void)slept;
    return AMP_FOREVER; // it announces nothing that could wait for room
}

// It takes messages for us, so no callback keeps the other side from going on.
static bool linux_peer_can_send(const struct amp_bus *self) {
    (void)self;
    return true;
}

static size_t linux_mtu(const struct amp_bus *self) {
    return linux_of(self)->is_up ? LINUX_MTU : 0;
}

static const char *linux_service(const struct amp_bus *self, unsigned index, uint32_t *addr) {
    const struct linux_bus *bus = linux_of(self);
    if (index >= bus->service_count) {
        return NULL;
    }
    *addr = bus->services[index].dest;
    return bus->services[index].name;
}

// How many messages the other side did not take is the kernel's secret.
static unsigned linux_unconsumed(const struct amp_bus *self, uint16_t *consumed) {
    (void)self;
    *consumed = 0;
    return 0;
}

static const struct amp_window *linux_windows(const struct amp_bus *self, size_t *count) {
    (void)self;
    *count = 0;
    return NULL;
}

// ---- What it does not let anybody do ----

static void *linux_map(const struct amp_bus *self, amp_da_t da, size_t len, bool write) {
    (void)da;
    (void)len;
    (void)write;
    linux_fail(linux_of(self), -AMP_EOPNOTSUPP,
        "core %u: Linux does not show a core's memory: have the firmware send it",
        linux_of(self)->number);
    return NULL;
}

static void linux_written(const struct amp_bus *self, const void *va, size_t len) {
    (void)self;
    (void)va;
    (void)len;
}

static int linux_symbol(
    const struct amp_bus *self, const struct amp_image *image, const char *name, amp_da_t *value) {
    (void)image;
    *value = 0;
    return linux_fail(linux_of(self), -AMP_EOPNOTSUPP,
        "%s: Linux does not show a core's memory, so its names are of no use", name);
}

static const char *linux_explain(const struct amp_bus *self) {
    return linux_of(self)->sentence;
}

// ---- The buses ----

static const struct amp_bus_ops ops = {
    .open = linux_open,
    .close = linux_close,
    .set_doorbell_cb = linux_set_doorbell_cb,
    .set_events = linux_set_events,
    .load = linux_load,
    .load_address = linux_load_address,
    .windows = linux_windows,
    .start = linux_start,
    .stop = linux_stop,
    .shutdown = linux_shutdown,
    .report_crash = linux_report_crash,
    .state = linux_state,
    .poll = linux_poll,
    .is_up = linux_is_up,
    .is_polling = linux_is_polling,
    .stats = linux_stats,
    .create = linux_create,
    .destroy = linux_destroy,
    .abandon = linux_abandon,
    .is_ready = linux_is_ready,
    .send = linux_send,
    .send_to = linux_send_to,
    .claim = linux_claim,
    .commit = linux_commit,
    .cancel = linux_cancel,
    .hold = linux_hold,
    .leave = linux_leave,
    .release = linux_release,
    .depth = linux_depth,
    .room_timeout = linux_room_timeout,
    .message_timeout = linux_message_timeout,
    .peer_can_send = linux_peer_can_send,
    .mtu = linux_mtu,
    .reason = linux_reason,
    .trace = linux_trace,
    .map = linux_map,
    .symbol = linux_symbol,
    .coredump = linux_coredump,
    .written = linux_written,
    .attach = linux_attach,
    .service = linux_service,
    .unconsumed = linux_unconsumed,
    .explain = linux_explain,
};

struct linux_bus *linux_bus(unsigned core) {
    static struct linux_bus buses[AMP_CONFIG_CORES];
    return &buses[core];
}

struct amp_bus *amp_platform_bus(unsigned core) {
    if (core >= AMP_CONFIG_CORES) {
        return NULL;
    }
    struct linux_bus *bus = linux_bus(core);
    bus->number = core;
    bus->bus.ops = &ops;
    return &bus->bus;
}
