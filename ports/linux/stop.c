/*
 * The end of a core's life: stopped, reported to have crashed, or dumped.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "linux.h"

enum { TRIES = 64, WITHDRAWAL_MS = 15000 };

// The kernel takes back each channel that Linux has announced, waits 15 s where the core takes
// nothing any more, and if a signal comes meanwhile, for ever, busily: that write never ends, and
// no other of this core.  And a signal ends its wait for a recovery with another error than the
// one that tells that the core runs.  So signals, such as Ctrl-C's, come afterwards.
static int put_undisturbed(const struct linux_bus *bus, const char *file, const char *text) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int error = linux_core_put(bus, file, text);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

// `state` says "offline" during a recovery, too.  So write the firmware's name back: the kernel
// waits for a recovery to end, and answers EBUSY unless the core is then off.
static bool is_off(const struct linux_bus *bus) {
    linux_path_t path;
    linux_path_t name;
    char state[32];
    linux_core_path(bus, path, "state");
    if (linux_get(path, state, sizeof(state)) <= 0 || strcmp(state, "detached") == 0) {
        return true; // no such core; or one that is not ours to stop
    }
    if (strcmp(state, "offline") != 0) {
        return false;
    }
    linux_core_path(bus, path, "firmware");
    return linux_get(path, name, sizeof(name)) <= 0
        || put_undisturbed(bus, "firmware", name) != -EBUSY;
}

// Write "stop" until the core is off.  The kernel counts starts, so one stop may not be enough;
// and kernels before 6.12.117 refuse to stop a crashed core (EINVAL), so that one is recovered
// first.
static int stop_core(const struct linux_bus *bus) {
    int error = 0;
    for (int i = 0; i < TRIES; ++i) {
        if (is_off(bus)) {
            return 0;
        }
        error = put_undisturbed(bus, "state", "stop");
        if (error == -EINVAL && linux_core_is(bus, "crashed")) {
            error = put_undisturbed(bus, "recovery", "recover");
        }
        if (error != 0 && error != -EINVAL) {
            break;
        }
    }
    return error != 0 ? error : -AMP_EBUSY;
}

// The same; nothing that the kernel says meanwhile is reported to the program.
static int stop_quietly(struct linux_bus *bus) {
    bus->stopping = true;
    int error = stop_core(bus);
    linux_uevents_read(bus);
    bus->stopping = false;
    if (error == 0) {
        linux_session_end(bus);
        linux_kmsg_skip(bus);
        bus->look_at = UINT64_MAX;
    }
    return error;
}

// The kernel makes a dump when it brings a core back.
int linux_have_dumped(struct linux_bus *bus) {
    if (!linux_core_is(bus, "crashed") || linux_core_has(bus, "recovery", "enabled")) {
        return 0;
    }
    bus->stopping = true;
    int error = put_undisturbed(bus, "recovery", "recover");
    bus->stopping = false;
    if (error == 0) {
        error = stop_quietly(bus);
        bus->is_dead = error == 0;
    }
    return error;
}

static int refused(struct linux_bus *bus, int error) {
    if (error == -EACCES || error == -EPERM) {
        return linux_fail(bus, error, "core %u: no permission to stop it: be root", bus->number);
    }
    return linux_fail(bus, error,
        "core %u does not stop (%s): firmware that dies at once keeps this kernel busy, "
        "a module or the board has to be reset",
        bus->number, strerror(-error));
}

int linux_stop(struct amp_bus *self) {
    struct linux_bus *bus = linux_of(self);
    uint64_t start = linux_now_ms();
    int error = stop_quietly(bus);
    if (error != 0) {
        return refused(bus, error);
    }
    uint64_t took = linux_now_ms() - start;
    if (bus->had_recovery) {
        linux_core_put(bus, "recovery", "enabled");
    }
    linux_forget(bus);
    bus->started = bus->is_loaded = bus->died = bus->reported = bus->is_dead = false;
    bus->had_recovery = false;
    bus->reason = NULL;
    if (took >= WITHDRAWAL_MS) {
        linux_print(bus->reason_text, sizeof(bus->reason_text),
            "it was stopped after %u s: the kernel waits 15 s for each channel that Linux has "
            "announced to a core that takes nothing any more",
            (unsigned)(took / 1000));
        bus->reason = bus->reason_text;
    }
    return 0;
}

int linux_shutdown(struct amp_bus *self) {
    struct linux_bus *bus = linux_of(self);
    if (bus->started) {
        return linux_stop(self);
    }
    bus->is_loaded = false; // somebody else's core goes on
    return 0;
}

// The kernel does it in its own time, and says so in its log.  Where it brings the core back, that
// may run again before we look.
static void await_crash(struct linux_bus *bus) {
    enum { LOOKS = 20 };
    struct pollfd log = {.fd = bus->kmsg, .events = POLLIN};
    int looks = linux_core_has(bus, "recovery", "enabled") ? 1 : LOOKS;
    while (looks > 0 && linux_core_is(bus, "running")) {
        int said = poll(&log, 1, LINUX_LOOK_MS);
        if (said > 0) {
            linux_kmsg_read(bus);
        } else if (said == 0) { // and not a signal
            --looks;
        }
    }
}

int linux_report_crash(struct amp_bus *self, const char *reason) {
    struct linux_bus *bus = linux_of(self);
    linux_path_t path;
    bus->sentence = NULL;
    linux_uevents_read(bus); // so that none of before begins a session afterwards
    if (linux_state(self) != AMP_RPROC_RUNNING) {
        return -AMP_EINVAL;
    }
    bus->reported = true;
    LINUX_PATH(path, "/sys/kernel/debug/remoteproc/remoteproc%u/crash", bus->number);
    int error = linux_put(path, "1"); // of the kind "watchdog"
    if (error != 0) {
        bus->reported = false;
        return linux_fail(bus, error,
            "core %u: %s: a crash is reported to the kernel there, by root, with debugfs mounted",
            bus->number, path);
    }
    await_crash(bus);
    linux_session_end(bus);
    linux_kmsg_skip(bus);
    bus->reason = reason;
    return 0;
}
