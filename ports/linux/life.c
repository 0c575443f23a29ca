/*
 * The life of a core: the files of /sys/class/remoteproc/remoteprocN.
 *
 * What the core is doing is what the kernel says it is, whoever started or stopped it.  A core
 * that this program starts stays crashed until the program acts, as everywhere else: the kernel's
 * own recovery is off until the core is stopped.  Another program's core is brought back by the
 * kernel: CRASHED for a moment, then RUNNING, in a new life.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "linux.h"

enum { MODULES_MS = 3000 };

void linux_core_path(const struct linux_bus *bus, linux_path_t path, const char *file) {
    LINUX_PATH(path, "/sys/class/remoteproc/remoteproc%u/%s", bus->number, file);
}

int linux_core_put(const struct linux_bus *bus, const char *file, const char *text) {
    linux_path_t path;
    linux_core_path(bus, path, file);
    return linux_put(path, text);
}

bool linux_core_has(const struct linux_bus *bus, const char *file, const char *text) {
    linux_path_t path;
    char said[32];
    linux_core_path(bus, path, file);
    return linux_get(path, said, sizeof(said)) > 0 && strcmp(said, text) == 0;
}

bool linux_core_is(const struct linux_bus *bus, const char *state) {
    return linux_core_has(bus, "state", state);
}

bool linux_core_is_there(struct linux_bus *bus) {
    linux_path_t path;
    linux_core_path(bus, path, "state");
    if (access(path, F_OK) == 0) {
        return true;
    }
    linux_fail(bus, -AMP_ENODEV,
        "there is no /sys/class/remoteproc/remoteproc%u: the kernel has no such core, or its "
        "driver "
        "is not loaded",
        bus->number);
    return false;
}

enum amp_rproc_state linux_state(const struct amp_bus *self) {
    const struct linux_bus *bus = linux_of(self);
    linux_path_t path;
    char state[32];
    linux_core_path(bus, path, "state");
    if (linux_get(path, state, sizeof(state)) > 0) {
        if (strcmp(state, "running") == 0 || strcmp(state, "attached") == 0) {
            return AMP_RPROC_RUNNING;
        }
        if (strcmp(state, "crashed") == 0) {
            return AMP_RPROC_CRASHED;
        }
    }
    return bus->is_dead ? AMP_RPROC_CRASHED : bus->is_loaded ? AMP_RPROC_LOADED : AMP_RPROC_OFFLINE;
}

// ---- Why ----

// Of a core that runs: what keeps an endpoint from its channel.
static const char *find_note(struct linux_bus *bus) {
    const struct linux_endpoint *self = bus->endpoints;
    while (self != NULL && self->error == 0) {
        self = self->next;
    }
    if (self == NULL) {
        return NULL;
    }
    const char *what = self->error == -EBUSY ? "another program has this channel"
        : self->error == -EEXIST ? "a driver of the kernel's own has this channel, and may have a "
                                   "file for it (/dev/ttyRPMSG0)"
        : self->error == -EACCES || self->error == -EPERM
        ? "no permission for it: see the udev rule in ports/linux; to bind a channel that is not "
          "called rpmsg-raw takes root"
        : self->error == -ENOENT ? "the kernel has no files for channels: modprobe rpmsg_char"
        : self->error == -ENODEV ? "the kernel makes no endpoints: modprobe rpmsg_ctrl"
                                 : strerror(-self->error);
    linux_print(bus->note_text, sizeof(bus->note_text), "%s: %s",
        self->ept->name != NULL ? self->ept->name : "endpoint", what);
    return bus->note_text;
}

// What keeps a core that runs from being used counts more than why its last life ended.
const char *linux_reason(const struct amp_bus *self) {
    struct linux_bus *bus = linux_of(self);
    enum amp_rproc_state state = linux_state(self);
    const char *note = state == AMP_RPROC_RUNNING ? find_note(bus) : NULL;
    if (note != NULL || bus->reason != NULL) {
        return note != NULL ? note : bus->reason;
    }
    return state == AMP_RPROC_CRASHED ? "the kernel has not said why" : NULL;
}

void linux_begin_watch(struct linux_bus *bus) {
    bus->recovers = linux_core_has(bus, "recovery", "enabled");
    // How a crash is noticed: if the kernel recovers the core and it has channels, by their
    // end.  Otherwise by the kernel's log, if this program may read it.  Otherwise by `state`.
    bus->look_at = (bus->recovers && bus->is_up) || bus->kmsg >= 0 ? UINT64_MAX
                                                                   : linux_now_ms() + LINUX_LOOK_MS;
}

// Without the log a stop by another program looks like a crash that the kernel recovers from.
static const char *describe_crash(const struct linux_bus *bus) {
    return bus->crash_type[0] != '\0' ? bus->crash_type
        : bus->kmsg >= 0 || linux_core_is(bus, "crashed")
        ? "the kernel's log says why"
        : "unless another program has stopped it; the kernel's log tells";
}

void linux_ended(struct linux_bus *bus) {
    linux_kmsg_read(bus);
    if (bus->reported) {
        return; // the program knows, and has said why
    }
    if (bus->crashes_said == 0 && bus->kmsg >= 0 && !linux_core_is(bus, "crashed")) {
        bus->reason = "another program has stopped it";
        return;
    }
    bus->crashes_said -= bus->crashes_said != 0;
    ++bus->crashes;
    bus->recovers = linux_core_has(bus, "recovery", "enabled");
    char times[40] = "";
    if (bus->crashes > 1) {
        linux_print(times, sizeof(times), ", %u times", bus->crashes);
    }
    linux_print(bus->reason_text, sizeof(bus->reason_text), "%s%s%s", describe_crash(bus), times,
        bus->recovers ? ": the kernel starts it again, until stop()" : "");
    bus->reason = bus->reason_text;
    bus->died = true;
}

// The channels stay, and their files are silent.
static void crashed_for_good(struct linux_bus *bus) {
    bus->is_last = true; // what it has sent comes first
    for (struct linux_endpoint *self = bus->endpoints; self != NULL; self = self->next) {
        while (self->file >= 0 && linux_receive(self)) {
        }
    }
    bus->is_last = false;
    linux_session_end(bus);
    linux_ended(bus);
}

void linux_look(struct linux_bus *bus) {
    if (linux_now_ms() < bus->look_at) {
        return;
    }
    enum amp_rproc_state state = linux_state(&bus->bus);
    bus->look_at = UINT64_MAX;
    if (state == AMP_RPROC_RUNNING) {
        linux_begin_watch(bus);
    } else if (state == AMP_RPROC_CRASHED) {
        bus->recovers = linux_core_has(bus, "recovery", "enabled");
        if (bus->recovers) {
            bus->look_at = linux_now_ms() + LINUX_LOOK_MS; // its channels are about to go
        } else {
            crashed_for_good(bus);
        }
    }
}

// ---- Start ----

// Why `start`, or what comes before it, failed.
static const char *explain_start(struct linux_bus *bus, int error) {
    linux_kmsg_read(bus);
    if (error == -EACCES || error == -EPERM) {
        linux_fail(bus, error,
            "no permission to write /sys/class/remoteproc/remoteproc%u: be root, or let a systemd "
            "unit start the core (ports/linux) and use attach()",
            bus->number);
    } else if (bus->said[0] != '\0') {
        linux_fail(bus, error, "the kernel says: %s", bus->said);
    } else {
        linux_fail(bus, error, "the kernel refused it (%s): its log says why", strerror(-error));
    }
    return bus->sentence;
}

// A device of RPMsg below the core that no driver has?
static bool lacks_driver(const struct linux_bus *bus) {
    for (unsigned i = 0; i < 64; ++i) {
        linux_path_t path;
        char text[80];
        LINUX_PATH(path, "/sys/bus/virtio/devices/virtio%u", i);
        if (!linux_is_below(bus, path)) {
            continue;
        }
        LINUX_PATH(path, "/sys/bus/virtio/devices/virtio%u/modalias", i);
        linux_get(path, text, sizeof(text));
        if (strncmp(text, "virtio:d00000007", 16) == 0) {
            LINUX_PATH(path, "/sys/bus/virtio/devices/virtio%u/driver", i);
            linux_follow(path, text, sizeof(text));
            return text[0] == '\0';
        }
    }
    return false;
}

// The kernel says what a core has as soon as it runs; but a module may first have to be loaded,
// by udev.  False: there is none.
static bool has_modules(struct linux_bus *bus) {
    uint64_t end = linux_now_ms() + MODULES_MS;
    linux_uevents_read(bus);
    while (!bus->is_up && lacks_driver(bus)) {
        uint64_t now = linux_now_ms();
        struct pollfd events = {.fd = bus->uevents, .events = POLLIN};
        if (now >= end || poll(&events, 1, (int)(end - now)) == 0) {
            return false;
        }
        linux_uevents_read(bus);
    }
    return true;
}

// The core runs, started by us or by somebody else.
static void began(struct linux_bus *bus) {
    bus->is_loaded = bus->reported = bus->is_dead = false;
    bus->crashes = 0;
    bus->reason = NULL;
    linux_uevents_read(bus);
    linux_begin_watch(bus);
    bus->is_due = true;
}

int linux_start(struct amp_bus *self, struct amp_load_error *error) {
    struct linux_bus *bus = linux_of(self);
    *error = (struct amp_load_error){.what = NULL};
    bus->sentence = NULL;
    enum amp_rproc_state state = linux_state(self);
    if (state != AMP_RPROC_LOADED) {
        // The kernel would say 0, and count.
        return state == AMP_RPROC_RUNNING ? -AMP_EBUSY : -AMP_EINVAL;
    }
    if (linux_core_has(bus, "coredump", "disabled")) {
        linux_core_put(bus, "coredump", "enabled"); // before a crash, or there is none
    }
    bool had_recovery = linux_core_has(bus, "recovery", "enabled");
    if (had_recovery) {
        linux_core_put(bus, "recovery", "disabled");
    }
    linux_kmsg_skip(bus);
    int result = linux_core_put(bus, "state", "start");
    if (result != 0) {
        error->what = explain_start(bus, result);
        if (had_recovery) {
            linux_core_put(bus, "recovery", "enabled");
        }
        return result;
    }
    bus->started = true;
    bus->had_recovery = had_recovery;
    if (!has_modules(bus)) {
        linux_stop(self);
        error->what = "the kernel has no driver for its messages: modprobe virtio_rpmsg_bus";
        return -AMP_ENODEV;
    }
    began(bus);
    return 0;
}

int linux_attach(struct amp_bus *self, amp_da_t *entry, struct amp_load_error *error) {
    struct linux_bus *bus = linux_of(self);
    *error = (struct amp_load_error){.what = NULL};
    *entry = 0; // the kernel does not tell
    if (!linux_core_is_there(bus)) {
        error->what = bus->sentence;
        return -AMP_ENODEV;
    }
    if (linux_state(self) != AMP_RPROC_RUNNING) {
        if (!linux_core_is(bus, "detached")) {
            error->what = "no firmware runs on it";
            return -AMP_ENODEV;
        }
        linux_kmsg_skip(bus);
        int result = linux_core_put(bus, "state", "start");
        if (result != 0) {
            error->what = explain_start(bus, result);
            return result;
        }
        bus->started = true;
    }
    began(bus);
    return 0;
}
