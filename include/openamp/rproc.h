/*
 * The life cycle of a remote core, seen from the host.
 *
 *      load()            start()            the core dies
 *   OFFLINE -> LOADED -> RUNNING ----------------------> CRASHED
 *      ^________|___________| stop()                        |
 *      ^____________________________________________________| stop()
 *
 * stop() leaves the core OFFLINE, not LOADED: what the firmware modified must
 * be loaded again.  Everything here is for the one thread that also polls the
 * link, outside of endpoint callbacks unless noted.  The caller owns all
 * structures.
 *
 * Where to start: load firmware that announces "echo", and count its messages.
 *
 *     #include "openamp/platform.h"
 *     #include "openamp/rproc.h"
 *
 *     static struct amp_rpmsg link;
 *     static struct amp_rproc rproc;
 *     static struct amp_endpoint ept;
 *     static unsigned count;
 *
 *     static void received(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
 *         (void)self, (void)src, (void)data, (void)len;
 *         ++count;
 *     }
 *
 *     int run(const struct amp_image *image) {
 *         const struct amp_port *port = amp_platform_port(0);
 *         struct amp_load_error why; // of a refused image
 *         amp_rpmsg_init(&link, AMP_HOST, port);
 *         amp_rproc_init(&rproc, port, &link);
 *         amp_endpoint_create(&link, &ept, "echo", AMP_ADDR_ANY, AMP_ADDR_ANY, received);
 *         int result = amp_rproc_load(&rproc, image, &why);
 *         if (result == 0) {
 *             result = amp_rproc_start(&rproc);
 *         }
 *         while (result >= 0 && count < 100) {
 *             result = amp_rproc_poll(&rproc); // calls received()
 *             if (result == 0) {
 *                 amp_platform_wait(-1); // for the doorbell
 *             }
 *         }
 *         // After a failed load `why` explains the error; after a crash rproc.reason does,
 *         // until this clears it.
 *         amp_rproc_shutdown(&rproc);
 *         return result; // negative: an error of error.h
 *     }
 */
#ifndef OPENAMP_RPROC_H
#define OPENAMP_RPROC_H

#include <stddef.h>
#include <stdint.h>

#include "openamp/error.h"
#include "openamp/port.h"
#include "openamp/rpmsg.h"
#include "openamp/table.h"

// The source of an ELF image: a file, flash or memory.
struct amp_image {
    // Read exactly `len` bytes at `offset` into `buffer`, which may be the
    // target memory itself.  0, or a negative error.
    int (*read)(void *ctx, uint64_t offset, void *buffer, size_t len);
    void *ctx;
    uint64_t size; // bytes
};

// Why an image was refused.  The texts are static.  For example: "outside the board's
// memory", "segment" 3, 0x100 bytes at 0x20100000, for which AMP_WINDOW_LOAD was missed.
struct amp_load_error {
    const char *what; // NULL: the error is not about the image
    // What `where` counts: "offset", "segment", "entry" (of the resource table), "address"
    // (of the entry point), "machine", "vring"; or NULL, and `where` has no meaning.
    const char *unit;
    amp_da_t where;
    // The memory that the image asked for; len 0: the error is not about memory.
    amp_da_t da;
    size_t len; // bytes
    // Not 0: no window contains all of this memory and has all these AMP_WINDOW_* flags.
    uint32_t missed;
    // Not NULL: the memory belongs to the host program itself; this is the text of
    // amp_host_memory(), such as "the heap".
    const char *used_by;
};

// What the host program itself keeps in any byte of [va, va + len), such as "the heap", or
// NULL.  No segment is loaded to such memory, and no ring, buffer, carveout or table is
// placed there.  core/ has a weak definition that returns NULL; a program that may lie in
// one of the port's windows defines its own.
const char *amp_host_memory(const void *va, size_t len);

// Would the memory have been accepted in this window?
static inline bool amp_load_missed(
    const struct amp_load_error *error, const struct amp_window *window) {
    return error->missed != 0 && (error->missed & ~(window->flags | AMP_WINDOW_ANY)) == 0;
}

enum amp_rproc_state { AMP_RPROC_OFFLINE, AMP_RPROC_LOADED, AMP_RPROC_RUNNING, AMP_RPROC_CRASHED };

// The vdev entry of the RPMsg device in a checked resource table, with the host's answers.
struct amp_rproc_vdev {
    amp_da_t da; // of the entry itself, for the host to write gfeatures and status
    uint32_t features; // dfeatures: what the device offers
    struct amp_rsc_vring vring[2]; // every `da` is placed; `pa` is not used
};

// How many trace entries of a resource table are used; further ones are ignored.
enum { AMP_RPROC_MAX_TRACES = 4 };

struct amp_rproc {
    const struct amp_port *port;
    struct amp_rpmsg *link;
    uint8_t state; // read-only for the user: enum amp_rproc_state
    struct amp_rproc_vdev vdev;
    const char *reason; // read-only for the user: why it crashed, or NULL
    amp_da_t entry;
    struct {
        amp_da_t da;
        uint32_t len; // bytes; 0: no further buffer
    } trace[AMP_RPROC_MAX_TRACES]; // the trace buffers
    uint32_t buffers_da; // of the message buffers
    amp_da_t buffer_base; // see struct amp_default_table
    size_t buffers_len; // bytes: one buffer for each descriptor, as far as there is room
    uint32_t buffer_size[2]; // bytes of one buffer of ring 0, of ring 1
};

// Does the loaded firmware have an RPMsg device?  Without one the link stays down, but
// the core can be started and stopped, and its trace can be read.
static inline bool amp_rproc_has_link(const struct amp_rproc *rproc) {
    return rproc->vdev.vring[0].num != 0; // a ring of none is refused
}

// `link` was prepared with amp_rpmsg_init(link, AMP_HOST, port).
void amp_rproc_init(struct amp_rproc *rproc, const struct amp_port *port, struct amp_rpmsg *link);

// Check an ELF image completely, then load it and its resource table.  Target memory is
// written only after all checks; from then on only the image source can fail (-AMP_EIO or
// its own errors), which leaves the core OFFLINE.
// -AMP_ENOEXEC: *error says why.  -AMP_EBUSY: the core is running.  -AMP_ENOMEM: the
// shared memory is too small.  The former image of a core that was LOADED or CRASHED is
// lost only if the new one is good.
//
// The image is read several times, and every number is checked each time before it is
// used.  A source that changes meanwhile gives an error or other contents, but never
// another address.
int amp_rproc_load(
    struct amp_rproc *rproc, const struct amp_image *image, struct amp_load_error *error);

// The same for firmware that is already in place, for example in flash.  Its table is its
// own, if it has a mark that says where that is (table_mark.h, AMP_CONFIG_TABLE_MARK), else
// the port's default table, if any.  `entry` must lie in a window with AMP_WINDOW_RUN.
int amp_rproc_load_address(struct amp_rproc *rproc, amp_da_t entry, struct amp_load_error *error);

// Build the rings and bring the link up, if there is one, and release the core from reset.
// -AMP_EBUSY (running), -AMP_EINVAL (nothing loaded), or the port's error.
int amp_rproc_start(struct amp_rproc *rproc);

// Put the core into reset and take the link down.  0 also when it was not
// running.  May be called from an endpoint callback.
int amp_rproc_stop(struct amp_rproc *rproc);

// Stop, then have the port switch power and clocks off and give memory back.
int amp_rproc_shutdown(struct amp_rproc *rproc);

// Look whether the core died, and call amp_rpmsg_poll().  Returns what that returns, or,
// once, -AMP_EPIPE when the core is dead: it is CRASHED then and the link is down; the
// messages that it had sent were delivered before.  -AMP_EPROTO: the core broke the
// protocol, and is CRASHED too.  Called inside an endpoint callback this takes no messages
// but still notices a death.
int amp_rproc_poll(struct amp_rproc *rproc);

// Report that the core crashed, as rproc_report_crash() of Linux does.  For a watchdog: no
// machine notices that a core hangs.  The core is put into reset (unless that would reset the
// whole chip, amp_port.stop_resets), its state is CRASHED, and the link is down.  `reason`
// must stay valid: only its address is kept.  -AMP_EINVAL: the core does not run.  May be
// called inside an endpoint callback.
int amp_rproc_report_crash(struct amp_rproc *rproc, const char *reason);

// Copy at most `len` bytes of the firmware's trace, from byte `offset` on, to `text`; returns
// the number of bytes, 0 at the end.  The trace is the texts of all trace buffers, one after
// the other in the order of the table; one call copies from one buffer only.
size_t amp_rproc_trace(const struct amp_rproc *rproc, size_t offset, char *text, size_t len);

// ---- What a program can ask of the core (core/view.c, a file of the bus: core/core.mk) ----

// The local pointer to [da, da + len) of the core's memory; NULL if that does not lie in
// one window of the port, for `write` one with AMP_WINDOW_LOAD or AMP_WINDOW_SHARED.  The
// core may be writing there at the same time: believe nothing.  Where this core caches the
// memory, it may not see what the other core writes after this call: call again.
void *amp_rproc_map(const struct amp_rproc *rproc, amp_da_t da, size_t len, bool write);

// Call this after writing through such a pointer, so that the core sees what was written.
void amp_rproc_written(const struct amp_rproc *rproc, const void *va, size_t len);

// Find the address of a symbol of the firmware.  The image is read again for its symbol
// table.  A global symbol wins over others with the same name.
// -AMP_ESTALE: this is not the loaded image (memory that the core does not write differs).
// -AMP_ENXIO: the image has no symbol table.  -AMP_ENOENT: it has no such symbol.
// -AMP_ENOEXEC: it is no ELF image, or cut short.  Or the image source's own errors.
int amp_rproc_symbol(const struct amp_rproc *rproc, const struct amp_image *image, const char *name,
    amp_da_t *value);

// Write an ELF core file, which `gdb firmware.elf core` opens: the core's memory, except
// what is all zeros, and its registers, if the port knows them.  write() is called
// with one piece after the other and returns 0, or an error that ends the dump and is
// returned.  -AMP_ENOEXEC: the format for this machine is not known here.
int amp_rproc_coredump(const struct amp_rproc *rproc,
    int (*write)(void *ctx, const void *data, size_t len), void *ctx);

// Attach to firmware that already runs and waits for a host, such as firmware that a
// bootloader started: its memory is not loaded, *entry is set to its entry point, and the
// core is RUNNING.  -AMP_ENODEV: the machine cannot tell, or no core waits; *error has the
// reason.  Or the errors of amp_rproc_load_address() and amp_rproc_start().
int amp_rproc_attach(struct amp_rproc *rproc, amp_da_t *entry, struct amp_load_error *error);

#endif // OPENAMP_RPROC_H
