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
 * link, outside of endpoint callbacks unless noted.
 */
#ifndef OPENAMP_RPROC_H
#define OPENAMP_RPROC_H

#include <stddef.h>
#include <stdint.h>

#include "openamp/error.h"
#include "openamp/port.h"
#include "openamp/rpmsg.h"
#include "openamp/table.h"

// Where an image comes from.  A file, flash and memory look alike.
struct amp_image {
    // Read exactly `len` bytes at `offset` into `buffer`, which may be the
    // target memory itself.  0, or a negative error.
    int (*read)(void *ctx, uint64_t offset, void *buffer, size_t len);
    void *ctx;
    uint64_t size; // bytes
};

// Why an image was refused: static text, and where, as far as there is one.  For
// example "outside the board's memory", "segment", 3, 0x20100000, 0x100,
// AMP_WINDOW_LOAD.
struct amp_load_error {
    const char *what; // NULL: the error is not about the image
    // "offset", "segment", "entry" (of the resource table), "address" (of the
    // entry point), "machine", "vring"; or NULL, where `where` says nothing.
    const char *unit;
    amp_da_t where;
    // The memory that was asked for; len 0: it is not about memory.
    amp_da_t da;
    size_t len;
    // Not 0: no window of the port has all of it and all of these (AMP_WINDOW_*).
    uint32_t missed;
    // Not NULL: it is the host program's own, as amp_host_memory() says.
    const char *user;
};

// What the host program itself keeps in any byte of [va, va + len), such as "the heap", or
// NULL.  Memory that has such a use is never loaded to, and no ring, buffer, carveout or
// table is put there.  The core's own answers NULL, and is weak: a program that may lie in
// the memory of one of the port's windows defines it.
const char *amp_host_memory(const void *va, size_t len);

// Is this one of the windows in which it should have been?
static inline bool amp_load_missed(
    const struct amp_load_error *error, const struct amp_window *window) {
    return error->missed != 0 && (error->missed & ~(window->flags | AMP_WINDOW_ANY)) == 0;
}

enum amp_rproc_state { AMP_RPROC_OFFLINE, AMP_RPROC_LOADED, AMP_RPROC_RUNNING, AMP_RPROC_CRASHED };

// The RPMsg device of a checked resource table, as the host decided it.
struct amp_rproc_vdev {
    amp_da_t da; // of its entry in the table: where the host writes
    uint32_t features; // dfeatures: what the device offers
    struct amp_rsc_vring vring[2]; // no address is open any more; pa is not in use
};

// Trace entries of one resource table that are read; further ones are not.
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
        uint32_t len; // 0: no more of them
    } trace[AMP_RPROC_MAX_TRACES]; // buffers
    uint32_t buffers_da;
    amp_da_t buffer_base; // see struct amp_default_table
    size_t buffers_len; // bytes: one buffer for each descriptor, as far as there is room
    uint32_t buffer_size[2]; // bytes of one of ring 0, of ring 1
};

// Does the firmware that is loaded have an RPMsg device?  Without one the link
// stays down: what is left is life and trace.
static inline bool amp_rproc_has_link(const struct amp_rproc *rproc) {
    return rproc->vdev.vring[0].num != 0; // a ring of none is refused
}

// `link` was prepared with amp_rpmsg_init(link, AMP_HOST, port).
void amp_rproc_init(struct amp_rproc *rproc, const struct amp_port *port, struct amp_rpmsg *link);

// Check an ELF image completely, then load it and its resource table.  The
// first byte of target memory is written only when nothing can be wrong any
// more but the image source itself (-AMP_EIO and the source's own errors, for
// which the core is left OFFLINE).  -AMP_ENOEXEC with *error filled in,
// -AMP_EBUSY (running), -AMP_ENOMEM (shared memory too small).  A core that
// was LOADED or CRASHED loses that image when the new one is good.
//
// The image is read several times: a source that is another one when the segments
// are loaded than it was when they were checked is refused then, or gives other
// contents.
int amp_rproc_load(
    struct amp_rproc *rproc, const struct amp_image *image, struct amp_load_error *error);

// The same for firmware that is already in place, with its own table if it says
// where that is (table_mark.h, AMP_CONFIG_TABLE_MARK), else with the port's default
// table, if there is one.  `entry` must lie in a window with AMP_WINDOW_RUN.
int amp_rproc_load_address(struct amp_rproc *rproc, amp_da_t entry, struct amp_load_error *error);

// Build the rings and bring the link up, if there is one, and release the core.
// -AMP_EBUSY (running), -AMP_EINVAL (nothing loaded), or the port's error.
int amp_rproc_start(struct amp_rproc *rproc);

// Put the core into reset and take the link down.  0 also when it was not
// running.  May be called from an endpoint callback.
int amp_rproc_stop(struct amp_rproc *rproc);

// Stop, then give back what the port holds.
int amp_rproc_shutdown(struct amp_rproc *rproc);

// Notice a core that died, then amp_rpmsg_poll().  Returns what that returns,
// or -AMP_EPIPE once when the core was found dead: state is then CRASHED and
// the link is down (messages it sent before it died were delivered first).
// From an endpoint callback it takes no messages but still notices a death.
int amp_rproc_poll(struct amp_rproc *rproc);

// Say that the core crashed, as rproc_report_crash() does in Linux: for a watchdog, because
// nothing else tells that a core hangs.  It is held in reset from then on, where a stop is not
// a reset of the whole chip, its state is CRASHED, and the link is down.  `reason` is kept by
// its address.  -AMP_EINVAL: it does not run.  May be called from an endpoint callback.
int amp_rproc_report_crash(struct amp_rproc *rproc, const char *reason);

// Copy at most `len` bytes of the firmware's trace, from `offset`, into private memory;
// returns the number of bytes, 0 at the end.  It is the texts of all trace buffers, in the
// order of the table; one call copies of one buffer.
size_t amp_rproc_trace(const struct amp_rproc *rproc, size_t offset, char *text, size_t len);

// ---- What a program can ask of the core (core/view.c, a file of the bus: core/core.mk) ----

// The local pointer to [da, da + len) of the core's memory, which lies in one of the
// port's windows, and for `write` in one that is not read-only; else NULL.  It is what the
// core left there, or is writing now: nothing is believed of it.  Where the
// port caches that memory, what the core writes after this call may not be seen.
void *amp_rproc_map(const struct amp_rproc *rproc, amp_da_t da, size_t len, bool write);

// After writing there: the core sees it from now on.
void amp_rproc_written(const struct amp_rproc *rproc, const void *va, size_t len);

// The address of a name of the firmware, from the symbol table of the image, which is read
// again.  -AMP_ESTALE: it is not the one that is loaded (what the core does not write
// differs).  -AMP_ENXIO: it has no symbol table.  -AMP_ENOENT: no such name in it.
// -AMP_ENOEXEC: no ELF image, or cut short.  The image source's own errors.  Of several with
// that name, a global one is found.
int amp_rproc_symbol(const struct amp_rproc *rproc, const struct amp_image *image, const char *name,
    amp_da_t *value);

// Write an ELF core file, which `gdb firmware.elf core` opens: the core's memory but for
// what is all zeros, and its registers as far as the port knows them.  write() is called
// with one piece after the other, and returns 0 or an error, which ends it and is returned.
// -AMP_ENOEXEC: this machine's core files are not known here.
int amp_rproc_coredump(const struct amp_rproc *rproc,
    int (*write)(void *ctx, const void *data, size_t len), void *ctx);

// Take over firmware that runs already and waits for a host, as a bootloader leaves it: its
// memory is not touched, and its entry goes into *entry.  The core is RUNNING then.
// -AMP_ENODEV (*error has why: the machine cannot tell, or no core waits), or the errors of
// amp_rproc_load_address() and amp_rproc_start().
int amp_rproc_attach(struct amp_rproc *rproc, amp_da_t *entry, struct amp_load_error *error);

#endif // OPENAMP_RPROC_H
