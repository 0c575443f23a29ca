/*
 * A port: all that openamp knows of one machine.
 *
 * A port provides a const struct of operations, a context pointer and a few facts
 * (struct amp_port).  The core of openamp calls these operations; the port calls one
 * function back, the one that set_doorbell_cb() gave to it.  There is no other
 * interface between the two.  docs/PORTING.md explains how to write a port;
 * ports/template is one that compiles, links, and does nothing.
 */
#ifndef OPENAMP_PORT_H
#define OPENAMP_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// An address as the remote core sees it.  As wide as the host's own pointers:
// a 32-bit host has no use for an image that needs more.
typedef uintptr_t amp_da_t;

// What a remote core is doing, as far as the machine can tell.
enum amp_core_state {
    AMP_CORE_STOPPED, // in reset, or never started
    AMP_CORE_RUNNING,
    AMP_CORE_EXITED, // its firmware ended by itself, without a fault
    AMP_CORE_FAULTED, // a fault, a watchdog, or killed from outside
};

// Uses of a memory window; flags of struct amp_window.
enum {
    AMP_WINDOW_LOAD = 1, // an image may be loaded here
    AMP_WINDOW_RUN = 2, // an entry point may lie here
    AMP_WINDOW_SHARED = 4, // rings, buffers and resource tables may lie here
    // Never a flag of a window.  It is set in each amp_load_error.missed that is not 0, so
    // that 0 can mean that no window was missed.
    AMP_WINDOW_ANY = 8,
    AMP_WINDOW_PIE = 16, // with LOAD and RUN: here position-independent images are put
};

// A range of memory that the remote core can reach.  Windows do not overlap,
// and da + len does not wrap.
struct amp_window {
    amp_da_t da;
    size_t len; // bytes
    uint32_t flags; // AMP_WINDOW_*
};

// Memory that the remote core could reach, and must not use: no window.  An image that asks
// for memory that begins there is refused with this reason, in place of "outside the board's
// memory".
struct amp_refused {
    amp_da_t da;
    size_t len; // bytes
    const char *why;
};

// Called by the port when the other core kicked this one.  Runs in the port's interrupt
// (or signal, or thread) context: it may only note that amp_rproc_poll() or
// amp_rpmsg_poll() is due.
typedef void (*amp_doorbell_cb)(void *arg);

struct amp_port_ops {
    // Required.  Kick the other core for the vring with this notify id.
    // Never blocks, may be called from any context, may be spurious.  All
    // stores made before the call are visible to the other core when it is
    // woken.
    void (*kick)(void *ctx, uint32_t notify_id);

    // Required.  The local pointer for [da, da + len), or NULL if it does not lie
    // inside one window (on a device: inside the memory that both cores share).
    // Thread context.
    void *(*map)(void *ctx, amp_da_t da, size_t len);

    // Required.  Have `callback` called with `arg` whenever the other core kicks
    // this one, and, on a host, whenever a running core stops by itself.  NULL
    // ends it: when set_doorbell_cb() returns, no call is under way.
    void (*set_doorbell_cb)(void *ctx, amp_doorbell_cb callback, void *arg);

    // Host, optional.  Acknowledge the doorbell.  Every kick after this call leads to
    // another call of the callback; what the other core wrote before an earlier kick can
    // be read after this call.  The callback is called for the acknowledged kick too, now
    // or later.  amp_rproc_poll() calls this first while the core runs, also inside a
    // callback of an endpoint.  No effect if there is nothing to acknowledge.  NULL where
    // the interrupt handler acknowledges, which is better.  (A device has no need of it:
    // amp_remote_wait() acknowledges before it returns, and firmware polls after that.)
    void (*doorbell_ack)(void *ctx);

    // Host, optional.  Bring the core to reset with its memory powered and clocked.
    // `load`: the caller will write an image.  Otherwise the firmware is in place, and a
    // core that runs it already may be left running, where the port can tell that it
    // waits for a host.  Returns 0, or a negative error; the caller then writes nothing,
    // and core_state() gives the reason.
    int (*core_prepare)(void *ctx, bool load);

    // Host, required.  Release the core from reset at `entry`.  When it
    // returns 0 the core is running (or has already died); otherwise it is in
    // reset as before and the result is a negative error.
    int (*core_start)(void *ctx, amp_da_t entry);

    // Host, required.  Put the core back into reset, whatever it is doing.
    // When this returns 0 the core writes to no memory any more.  Where the hardware
    // cannot do that, the port resets the whole system and does not return
    // (stop_resets).  No effect on a core that is in reset, or that this
    // program neither started nor attached to: the caller need not know which.
    int (*core_stop)(void *ctx);

    // Host, required.  What the core is doing.  If it faulted or exited, or if the port
    // knows why the last core_prepare() or core_start() failed, *reason is set to a short
    // static or port-owned string; otherwise it may be left alone.  Called at every poll
    // and by others, so this must be cheap, and one call must not change the next one's result.
    enum amp_core_state (*core_state)(void *ctx, const char **reason);

    // Host, optional.  Switch power and clocks off and give memory back.  The core is
    // stopped, or released already.  core_prepare() undoes this.
    void (*core_release)(void *ctx);

    // Host, optional.  Does the core already run firmware that waits for a host, such as
    // firmware that a bootloader started?  Then returns 0 with its entry in *entry, and
    // core_prepare(ctx, false) and core_start() will attach to it.  Otherwise returns a
    // negative error, for which core_state() gives the reason.  NULL where nobody else can
    // start the core.
    int (*core_attach)(void *ctx, amp_da_t *entry);

    // Host, optional.  Copy the registers of the core that crashed to `registers`, at most
    // `len` bytes, in the order and width of Linux's core files of that machine
    // (elf_gregset_t).  False: they are not known.
    bool (*core_registers)(void *ctx, void *registers, size_t len);

    // The next two: docs/PORTING.md, "Caches".  Any address, any length, any context.
    // They affect whole cache lines, so the rest of the first and of the last line must
    // not hold what the other core writes (clean) or what this core writes (invalidate).

    // Host, optional.  Write [va, va + len) back from this core's cache to
    // memory, and return when that is complete.  Called for each loaded segment, and
    // whenever the host wrote to a resource table.  NULL where the memory of both cores
    // is coherent or not cached.
    void (*cache_clean)(void *ctx, const void *va, size_t len);

    // Host, optional.  Discard what this core's cache holds of [va, va + len),
    // written or not, so that the next access reads memory.  Called before the host
    // reads memory that the firmware wrote, such as the trace buffer.
    void (*cache_invalidate)(void *ctx, const void *va, size_t len);
};

// The resource table that the host builds for firmware without one of its own, at a
// fixed address that such firmware knows.
struct amp_default_table {
    amp_da_t table_da; // where the table is written: a multiple of 4
    uint32_t vring_da[2]; // ring 0: remote to host; ring 1: host to remote
    uint32_t vring_align; // bytes, a power of two
    uint16_t vring_num; // buffers in each direction, a power of two
    // The host subtracts this from a buffer's address before it writes a descriptor, for
    // firmware that expects offsets from a base; usually 0.  (Of this struct a device needs
    // table_da and buffer_base only.)
    uint32_t buffer_base;
};

// Machines, as the field e_machine of ELF numbers them.
enum { AMP_EM_ARM = 40, AMP_EM_X86_64 = 62, AMP_EM_AARCH64 = 183, AMP_EM_RISCV = 243 };

// How a host loads position-independent images (ET_DYN): see struct amp_port, pie.
struct amp_elf;
struct amp_pie {
    // Choose the place of the image, then check its segments and relocations.
    int (*check)(struct amp_elf *elf);
    // Read contents that are loaded to [da, da + len), and relocate them.
    int (*read_contents)(struct amp_elf *elf, size_t offset, void *buffer, size_t len, amp_da_t da);
};
extern const struct amp_pie amp_pie; // core/elf_pie.c

struct amp_port {
    const struct amp_port_ops *ops;
    void *ctx; // passed to every operation

    // Host: rings, buffers and carveouts whose address the image left open are placed
    // here.  Inside one AMP_WINDOW_SHARED window, aligned to the cache line of
    // either core.  Device: the host's buffers must lie here; with a length of 0,
    // map() is asked for each buffer instead.
    amp_da_t shared_da;
    size_t shared_len; // bytes
    // Host: the table for firmware without one; NULL: such firmware runs without a link.
    // Device: the same table, if the firmware may use it; else NULL.
    const struct amp_default_table *default_table;
    // The rest is for a host; a device leaves it zero.
    const struct amp_window *windows;
    size_t window_count;
    // Bytes of one message buffer, header included, of ring 0 (device to host) and
    // of ring 1, unless the image asks for others: 64 to 65536, a multiple of 4.
    // Linux has 512.
    uint32_t buffer_size[2];
    // 0: the memory of rings and buffers is coherent or not cached.  Otherwise the bytes
    // of a line of this core's cache: the port has cache_clean() and cache_invalidate(),
    // one of which accompanies every access to that memory.  Needs AMP_CONFIG_CACHE.
    uint16_t cache_line;
    // core_stop() resets the whole system, so it is called only when the program asks for
    // it, and not when the other core broke the protocol.
    bool stop_resets;
    uint16_t elf_machine; // AMP_EM_*, of the images this core runs
    // &amp_pie: an image that was linked without fixed addresses is put into the first window
    // with AMP_WINDOW_PIE that has room for it beside the shared region, at the lowest address
    // there that is a multiple of the image's alignment.  NULL: such an image is refused, and
    // the program has no code for it.
    const struct amp_pie *pie;
    struct amp_refused refused; // len 0: there is none
};

// Does [da, da + len) lie inside one window that has all of `flags`?
bool amp_port_allows(const struct amp_port *port, amp_da_t da, size_t len, uint32_t flags);

#endif // OPENAMP_PORT_H
