/*
 * The bus where Linux owns the rings: what the files of this folder share.
 *
 * The kernel loads the firmware (remoteproc), is the virtio driver, and gives each channel a
 * file.  A core is /sys/class/remoteproc/remoteprocN, N being its number here too.  Its channels
 * are devices of the rpmsg bus below it; the character driver makes a file of each that it is
 * bound to, and of each endpoint that is asked for with an address.  One netlink socket tells
 * when channels come and go.  All files of a bus are in one epoll set, which is readable when
 * poll() has something to do.
 *
 * One thread.  No write of ours waits in the kernel: one that does cannot always be ended, and a
 * stop waits for it.
 */
#ifndef AMP_LINUX_LINUX_H
#define AMP_LINUX_LINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "openamp/bus.h"

enum {
    LINUX_MTU = 496, // virtio_rpmsg_bus: buffers of 512 bytes, of which 16 are the header
    LINUX_RX_BUFFERS = 64, // messages that are being looked at, or were not read yet
    LINUX_TX_BUFFERS = 8,
    LINUX_READY = 16, // files that one poll() looks at
    LINUX_LOOK_MS = 500, // how often `state` is read where nothing else tells of a crash
};

typedef char linux_path_t[256];
typedef char linux_device_t[96]; // a device of the rpmsg bus, such as virtio0.name.-1.1024

// A message in private memory.
struct linux_buffer {
    struct linux_buffer *next; // that is free
    uint32_t use; // not 0: held or claimed; the same number is in the token
    size_t len;
    uint8_t data[LINUX_MTU + 16];
};

// A channel that the remote announced.
struct linux_service {
    char name[AMP_NAME_SIZE];
    linux_device_t device;
    uint32_t dest;
    bool delivered; // the program was told
    int error; // why it cannot be taken, until the kernel tells of it again; or 0
};

// What an endpoint's `link` points to.
struct linux_endpoint {
    struct linux_endpoint *next; // the newest first
    struct amp_endpoint *ept;
    struct linux_bus *bus;
    int file; // -1: none
    bool is_own; // made by RPMSG_CREATE_EPT: to be destroyed; else `device` is a channel
    bool is_bound_here; // this program has bound the channel to the driver
    bool is_waiting; // the node is there and cannot be opened yet
    linux_device_t device; // "" unless a channel is taken
    char node[32]; // "rpmsg0"; "" if there is none
    uint32_t src; // as the program gave it, or chosen once
    uint32_t dest; // as the program gave it
    struct linux_buffer *left; // the message that its callback left
    int error; // why the endpoint has no channel, or 0
    uint32_t sent; // messages of this program, when the file was last read
    uint32_t answers; // messages that were read one by one since the file was last read to its end
    bool is_behind; // the file was not read to its end
};

struct linux_bus {
    struct amp_bus bus; // first
    unsigned number;
    struct linux_bus *next_open; // in linux_open_buses
    bool is_open;
    bool is_up; // the kernel has channels for this core
    bool is_polling;
    bool is_loaded; // our image, or a core that runs already
    bool started; // by this program
    bool stopping; // by this program, now
    bool died; // a crash that poll() has not returned yet
    bool is_due; // poll() has something to do that no file tells
    bool is_last; // what is received now is of a core that is dead
    bool reported; // this program itself reported the crash
    bool recovers; // the kernel brings a core back that crashed
    bool had_recovery; // before this program switched it off
    bool is_dead; // it crashed, and the kernel has stopped it to make its dump
    int epoll;
    int uevents;
    int nodes; // inotify, of /dev
    int kmsg; // or -1
    unsigned crashes; // since the start
    amp_doorbell_cb doorbell;
    void *doorbell_arg;
    struct linux_endpoint *endpoints;
    struct amp_rpmsg_stats stats;
    unsigned service_count;
    struct linux_service services[AMP_CONFIG_MAX_SERVICES];
    char control[32]; // "rpmsg_ctrl0", or ""
    const char *reason;
    const char *sentence; // about the last error; or NULL
    char said[160]; // the first line of the kernel's log about this core; or ""
    char crash_type[40]; // what the log calls the last crash; or ""
    unsigned crashes_said; // crashes in the log that linux_ended() has not handled yet
    char reason_text[200];
    char note_text[200];
    char sentence_text[400];
    // Messages.
    uint32_t last_use;
    struct linux_buffer *current; // of the callback that is running
    struct linux_endpoint *current_endpoint;
    bool leaves; // the callback said so
    unsigned left_count;
    struct linux_buffer *buffers; // all of them
    struct linux_buffer *rx_free;
    struct linux_buffer *tx_free;
    struct linux_waiting {
        struct linux_buffer *buffer;
        uint32_t src;
        uint32_t dest;
    } waiting[LINUX_TX_BUFFERS]; // for room, the oldest first
    unsigned waiting_count;
    unsigned backoff; // ms; 0: the last write found room
    uint64_t retry_at; // when to try again
    uint64_t look_at; // when to read `state`
    struct epoll_event ready[LINUX_READY];
    int ready_count;
    bool has_looked; // `ready` is what ended the last sleep
};

static inline struct linux_bus *linux_of(const struct amp_bus *bus) {
    return (struct linux_bus *)(uintptr_t)bus; // its first member
}

static inline struct linux_endpoint *linux_endpoint_of(const struct amp_endpoint *ept) {
    return (void *)ept->link;
}

// Every bus that there is (bus.c).
struct linux_bus *linux_bus(unsigned core);
// Those that are open, by their numbers.
extern struct linux_bus *linux_open_buses;

// ---- Files (files.c) ----

void linux_print(char *text, size_t room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define LINUX_PATH(path, ...) linux_print((path), sizeof(linux_path_t), __VA_ARGS__)

// The first line of a file of sysfs: its length, or -errno.
int linux_get(const char *path, char *text, size_t room);
// Write one text.  0, or -errno.
int linux_put(const char *path, const char *text);
// A number of a file of sysfs; `otherwise` if there is none.
uint32_t linux_get_number(const char *path, uint32_t otherwise);
// The last part of where a link leads; "" if there is none.
void linux_follow(const char *path, char *name, size_t room);
// Is that link's target below this core?
bool linux_is_below(const struct linux_bus *bus, const char *path);
// The first entry of a folder whose name begins with `prefix`; false: none.
bool linux_find(const char *folder, const char *prefix, char *name, size_t room);
uint64_t linux_now_ms(void);
void linux_pause_ms(unsigned ms);

// Keep a sentence about an error, which is returned.
int linux_fail(struct linux_bus *bus, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Watch a file: poll() is due when it has one of `events`.  `who` is its endpoint, or one of
// the bus's own files.
void linux_watch(struct linux_bus *bus, int file, uint32_t events, void *who);
void linux_rewatch(struct linux_bus *bus, int file, uint32_t events, void *who);

// What amp_linux_interrupt() writes, or -1: in the epoll set of every bus (wait.c).
extern int linux_interrupts;

// ---- The kernel's log (kmsg.c) ----

void linux_kmsg_open(struct linux_bus *bus);
// What was said before is of no interest.
void linux_kmsg_skip(struct linux_bus *bus);
// Note what was said of this core since: `said`, `crash_type`, and that it is time to look.
void linux_kmsg_read(struct linux_bus *bus);

// ---- The life of a core (life.c, stop.c, load.c, check.c, coredump.c) ----

// A file of the core's folder.
void linux_core_path(const struct linux_bus *bus, linux_path_t path, const char *file);
// Write to it: 0, or -errno.  Has it this text?
int linux_core_put(const struct linux_bus *bus, const char *file, const char *text);
bool linux_core_has(const struct linux_bus *bus, const char *file, const char *text);
// Has the kernel this core?  False: `sentence` says so.
bool linux_core_is_there(struct linux_bus *bus);
// Is this what `state` says?
bool linux_core_is(const struct linux_bus *bus, const char *state);
enum amp_rproc_state linux_state(const struct amp_bus *bus);
const char *linux_reason(const struct amp_bus *bus);
int linux_start(struct amp_bus *bus, struct amp_load_error *error);
int linux_stop(struct amp_bus *bus);
int linux_shutdown(struct amp_bus *bus);
int linux_report_crash(struct amp_bus *bus, const char *reason);
int linux_attach(struct amp_bus *bus, amp_da_t *entry, struct amp_load_error *error);
int linux_load(struct amp_bus *bus, const struct amp_image *image, struct amp_load_error *error);
int linux_load_address(struct amp_bus *bus, amp_da_t entry, struct amp_load_error *error);
size_t linux_trace(const struct amp_bus *bus, size_t offset, char *text, size_t len);
int linux_coredump(
    const struct amp_bus *bus, int (*write)(void *ctx, const void *data, size_t len), void *ctx);
// Have the kernel make the dump of a core that crashed and that it did not bring back; the core is
// off then.
int linux_have_dumped(struct linux_bus *bus);
// Check an image as every other host does, as far as that can be known here.
int linux_check(const struct amp_image *image, struct amp_load_error *error);
// A session begins: how the core is watched from now on.
void linux_begin_watch(struct linux_bus *bus);
// Nothing but `state` tells: look, when it is time.
void linux_look(struct linux_bus *bus);
// The core has crashed, or its channels went without our stopping it.
void linux_ended(struct linux_bus *bus);

// ---- What the kernel tells (uevent.c) ----

int linux_uevents_open(struct linux_bus *bus);
void linux_uevents_read(struct linux_bus *bus);
// Look at all of the rpmsg bus: what came before, or was lost.
void linux_scan(struct linux_bus *bus);
// No channel is left: the session has ended.
void linux_session_end(struct linux_bus *bus);

// ---- Channels and their files (channel.c, endpoint.c) ----

// Give services to the endpoints that wait for them; and make those that have addresses.
void linux_match(struct linux_bus *bus);
void linux_make(struct linux_bus *bus);
// Tell the program of those that no endpoint took.
void linux_deliver(struct linux_bus *bus);
// Take the channel for this endpoint: 0 (it may still have to wait for its node), or -errno.
int linux_channel_take(struct linux_endpoint *self, const struct linux_service *service);
// Make one with the endpoint's addresses.
int linux_channel_make(struct linux_endpoint *self);
// Open the node, if that is possible by now.
int linux_channel_open(struct linux_endpoint *self);
// Give it back.  `gone`: the kernel has removed it already.
void linux_channel_close(struct linux_endpoint *self, bool gone);
// Nodes have appeared, or changed who may open them.
void linux_nodes_changed(struct linux_bus *bus);

int linux_create(struct amp_bus *bus, struct amp_endpoint *ept, const char *name, uint32_t addr,
    uint32_t dest, amp_endpoint_cb cb, unsigned options);
void linux_abandon(struct amp_endpoint *ept);
int linux_destroy(struct amp_endpoint *ept);
bool linux_is_ready(const struct amp_endpoint *ept);

// ---- Messages (message.c, send.c) ----

// Take what has come for an endpoint.  True: there may be more.
bool linux_receive(struct linux_endpoint *self);
// Try again what found no place.
void linux_receive_left(struct linux_bus *bus);
// An endpoint ends: what was left for it goes with it.
void linux_drop_left(struct linux_endpoint *self);
// What is held is void from now on.
void linux_forget(struct linux_bus *bus);
void linux_hold(struct amp_bus *bus, struct amp_rx *rx);
bool linux_leave(struct amp_bus *bus);
void linux_release(struct amp_bus *bus, struct amp_rx *rx);

// Send what waits for room, if it is time to try.
void linux_flush(struct linux_bus *bus);
void linux_drop_waiting(struct linux_bus *bus);
int linux_send(struct amp_endpoint *ept, const void *data, size_t len);
int linux_send_to(struct amp_bus *bus, uint32_t src, uint32_t dest, const void *data, size_t len);
int linux_claim(struct amp_bus *bus, struct amp_tx *tx);
int linux_commit(struct amp_bus *bus, struct amp_tx *tx, uint32_t src, uint32_t dest, size_t len);
void linux_cancel(struct amp_bus *bus, struct amp_tx *tx);
uint32_t linux_room_timeout(struct amp_bus *bus, uint32_t slept);

#endif // AMP_LINUX_LINUX_H
