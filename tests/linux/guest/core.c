/* The kernel starts the core, stops it, and brings it back when it died. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

#define ECHO "vuart-channel" // of virtual_uart
#define DUMPS "/sys/class/devcoredump"

static void start_and_stop(void) {
    REQUIRE(core_is("offline"));
    core_start("virtual_uart.elf");
    REQUIRE(core_is("running"));
    int file = channel_open(ECHO);
    channel_echo(file, 20);
    REQUIRE(strcmp(guest_get(CORE_DEBUG "trace0"), "link up") == 0);
    core_stop();
    REQUIRE(channel_is_gone(ECHO));
    channel_has_ended(file);
}

static void refused(void) {
    REQUIRE(guest_put(CORE "state", "stop") == -EINVAL);
    REQUIRE(guest_put(CORE "firmware", "missing.elf") == 0);
    REQUIRE(guest_put(CORE "state", "start") == -ENOENT);
    REQUIRE(core_is("offline"));
    core_start("virtual_uart.elf");
    REQUIRE(guest_put(CORE "firmware", "virtual_uart.elf") == -EBUSY);
    REQUIRE(guest_put(CORE "state", "detach") == -EINVAL); // it was not attached to
    core_stop();
}

static void all_sizes(void) {
    core_start("virtual_uart.elf");
    int file = channel_open(ECHO);
    for (size_t len = 0; len <= GUEST_MTU; len++) {
        channel_echo(file, len);
    }
    static const char longer[GUEST_MTU + 1];
    REQUIRE(write(file, longer, sizeof(longer)) < 0 && errno == EMSGSIZE);
    channel_echo(file, GUEST_MTU);
    core_stop();
}

// As many messages as there is room for, again and again: none is lost, none overtakes.
static void floods(void) {
    enum { MESSAGES = 10000 };
    core_start("virtual_uart.elf");
    int file = channel_open(ECHO);
    uint32_t sent = 0;
    uint32_t number = 0;
    for (uint32_t got = 0; got < MESSAGES; got++) {
        ssize_t len = sizeof(sent);
        while (sent < MESSAGES && (len = write(file, &sent, sizeof(sent))) == sizeof(sent)) {
            sent++;
        }
        REQUIRE(len == sizeof(sent) || errno == EAGAIN);
        REQUIRE(channel_read(file, &number, sizeof(number)) == sizeof(number));
        REQUIRE(number == got);
    }
    core_stop();
}

// A service of the kernel's side: the firmware is told of it, and of its end.
static void kernel_announces(void) {
    core_start("test_names.elf");
    int report = channel_open("test-names");
    REQUIRE(write(report, "hi", 2) == 2); // whom to report to
    int file = channel_announce("of-linux", 0x55);
    char text[GUEST_MTU];
    int len = channel_read(report, text, sizeof(text));
    REQUIRE(len == 9 && memcmp(text, "+of-linux", 9) == 0);
    REQUIRE(write(report, "greet", 5) == 5);
    len = channel_read(file, text, sizeof(text));
    REQUIRE(len == 5 && memcmp(text, "hello", 5) == 0);
    channel_withdraw("of-linux", 0x55);
    len = channel_read(report, text, sizeof(text));
    REQUIRE(len == 9 && memcmp(text, "-of-linux", 9) == 0);
    core_stop();
}

// ---- Death ----

// The dump of the last crash is an ELF image; writing to it frees it.
static void take_dump(void) {
    char path[300] = "";
    DIR *dumps = opendir(DUMPS);
    const struct dirent *entry;
    while (dumps != NULL && (entry = readdir(dumps)) != NULL) {
        if (strncmp(entry->d_name, "devcd", 5) == 0) {
            snprintf(path, sizeof(path), DUMPS "/%.200s/data", entry->d_name);
        }
    }
    if (dumps != NULL) {
        closedir(dumps);
    }
    char magic[4] = "";
    int file = open(path, O_RDONLY | O_CLOEXEC);
    REQUIRE(file >= 0 && read(file, magic, 4) == 4 && memcmp(magic, "\177ELF", 4) == 0);
    close(file);
    REQUIRE(guest_put(path, "1") == 0);
}

// The firmware dies of itself, the kernel starts it again, and the channel is a new one.
static void dies_of(const char *command) {
    REQUIRE(guest_put(CORE "recovery", "enabled") == 0);
    REQUIRE(guest_put(CORE "coredump", "enabled") == 0);
    core_start("test_crash.elf");
    int file = channel_open("test-crash");
    channel_echo(file, 20);
    REQUIRE(write(file, command, strlen(command)) == (ssize_t)strlen(command));
    channel_has_ended(file);
    file = channel_open("test-crash");
    channel_echo(file, 21);
    AWAIT(core_is, "running");
    take_dump();
    core_stop();
    channel_has_ended(file);
}

static void recovers_from_fault(void) {
    dies_of("segv");
}

static void recovers_from_exit(void) {
    dies_of("exit 3");
}

// Without recovery the core stays as it is, and its trace can be read.
static void stays_crashed(void) {
    REQUIRE(guest_put(CORE "coredump", "disabled") == 0);
    REQUIRE(guest_put(CORE "recovery", "disabled") == 0);
    core_start("test_crash.elf");
    int file = channel_open("test-crash");
    REQUIRE(write(file, "segv", 4) == 4);
    AWAIT(core_is, "crashed");
    REQUIRE(strcmp(guest_get(CORE_DEBUG "trace0"), "test_crash") == 0);
    REQUIRE(guest_put(CORE "recovery", "recover") == 0);
    channel_has_ended(file);
    file = channel_open("test-crash");
    channel_echo(file, 21);
    AWAIT(core_is, "running");
    REQUIRE(guest_put(CORE "recovery", "enabled") == 0);
    core_stop();
}

static void again_and_again(void) {
    enum { TIMES = 50 };
    REQUIRE(guest_put(CORE "coredump", "disabled") == 0);
    for (size_t i = 0; i < TIMES * guest_repeat; i++) {
        core_start("virtual_uart.elf");
        int file = channel_open(ECHO);
        channel_echo(file, i * 10 % GUEST_MTU);
        core_stop();
        channel_has_ended(file);
    }
}

const struct guest_test guest_core_tests[] = {
    {"starts and stops", start_and_stop},
    {"what is refused", refused},
    {"messages of all sizes", all_sizes},
    {"10,000 messages as fast as they go", floods},
    {"the kernel announces a service", kernel_announces},
    {"a fault, and recovery", recovers_from_fault},
    {"an exit, and recovery", recovers_from_exit},
    {"a crash without recovery", stays_crashed},
    {"starts and stops, again and again", again_and_again},
    {NULL, NULL},
};
