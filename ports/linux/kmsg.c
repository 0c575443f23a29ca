/*
 * What the kernel says of a core in its log, and nowhere else: why firmware was refused, that a
 * core crashed which it does not bring back, and of which kind a crash was.  Not every program
 * may read it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "linux.h"

void linux_kmsg_open(struct linux_bus *bus) {
    bus->kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (bus->kmsg >= 0) {
        linux_kmsg_skip(bus);
        linux_watch(bus, bus->kmsg, EPOLLIN, &bus->kmsg);
    }
}

void linux_kmsg_skip(struct linux_bus *bus) {
    if (bus->kmsg >= 0) {
        lseek(bus->kmsg, 0, SEEK_END);
    }
    bus->said[0] = bus->crash_type[0] = '\0';
    bus->crashes_said = 0;
}

static void note(struct linux_bus *bus, const char *said) {
    const char *type = strstr(said, ": type ");
    if (strncmp(said, "crash detected in ", 18) == 0 && type != NULL) {
        linux_print(bus->crash_type, sizeof(bus->crash_type), "%s", type + strlen(": type "));
        ++bus->crashes_said;
    } else if (strncmp(said, "handling crash ", 15) == 0) {
        bus->look_at = 0; // its state is another one now
    } else if (bus->said[0] == '\0') {
        linux_print(bus->said, sizeof(bus->said), "%s", said);
    }
}

void linux_kmsg_read(struct linux_bus *bus) {
    char core[32];
    char record[1024];
    linux_print(core, sizeof(core), "remoteproc%u: ", bus->number);
    ssize_t len = bus->kmsg >= 0 ? 1 : 0;
    // EPIPE: some were overwritten meanwhile.
    while (len > 0 || (len < 0 && errno == EPIPE)) {
        len = read(bus->kmsg, record, sizeof(record) - 1);
        record[len < 0 ? 0 : len] = '\0';
        record[strcspn(record, "\n")] = '\0';
        const char *said = strstr(record, core);
        if (said != NULL) {
            note(bus, said + strlen(core));
        }
    }
}
