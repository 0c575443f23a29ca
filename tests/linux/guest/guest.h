/*
 * What the rig's tests share: the kernel's files, and waiting for what it announces.
 *
 * A test ends, as failed, where something is not as it should be: each is a process of
 * its own.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GUEST_MTU = 496 }; // of the kernel's buffers of 512 bytes

#define REQUIRE(condition) guest_require((condition), #condition, __FILE__, __LINE__)
void guest_require(bool holds, const char *what, const char *file, int line);

// ---- Files of sysfs ----

// Write one text.  0, or -errno.
int guest_put(const char *path, const char *text);
// The first line, which the next call overwrites; "" where there is none.
const char *guest_get(const char *path);
// Is this what is read there?
bool guest_is(const char *path, const char *text);

// ---- Waiting ----

// Begin to hear the kernel: its uevents and its log.  What was said before is gone.
void guest_listen(void);
// Look again at each word of the kernel, until `is` holds or a generous time is over.
void guest_await(bool (*is)(const void *arg), const void *arg, const char *what);
#define AWAIT(is, arg) guest_await(is, arg, #is)
// A message, or the end of the file, or a generous time.  poll()'s revents.
short guest_poll(int file);

// ---- The core ----

#define CORE "/sys/class/remoteproc/remoteproc0/"
#define CORE_DEBUG "/sys/kernel/debug/remoteproc/remoteproc0/"

// Start with this image.
void core_start(const char *image);
void core_stop(void);
bool core_is(const void *state); // a text

// ---- Channels ----

// Is there a channel of this name on the bus?
bool channel_is_there(const void *name);
bool channel_is_gone(const void *name);
// Wait for it, give it to the driver that makes files, and open its file.
int channel_open(const char *name);
// The same, where the kernel has to give it to that driver by itself.
int channel_open_bound(const char *name);
// Have the kernel announce a channel of this address, and open its file.
int channel_announce(const char *name, uint32_t src);
void channel_withdraw(const char *name, uint32_t src);
// A file of the program's own, to an address of the core that it knows.
int endpoint_open(const char *name, uint32_t dest);
// Send `len` bytes, and have the same back.
void channel_echo(int file, size_t len);
// One message: its length, or -errno.
int channel_read(int file, void *buffer, size_t room);
// The core is gone: so is this file.
void channel_has_ended(int file);

// ---- The cost of a message (cost.c) ----

// Run a program, and count its system calls between two of chdir(), in which it sends `messages`
// messages and has the answer of each.  0 if there were no more of them than there should be.
int guest_count(unsigned messages, char **program);
// The time of a message and its answer, of a loop in C and of a command's, which prints how many us
// its `messages` took.
int guest_cost(unsigned messages, const char *command);

// ---- The tests ----

extern unsigned guest_repeat; // a longer run: times as often

struct guest_test {
    const char *name;
    void (*run)(void);
};
extern const struct guest_test guest_core_tests[]; // the kernel starts the core
extern const struct guest_test guest_driver_tests[]; // channels that the kernel binds by itself
extern const struct guest_test guest_attach_tests[]; // a boot loader did, and the kernel attaches

#endif
