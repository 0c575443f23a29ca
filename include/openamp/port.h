/*
 * The one seam between openamp and a machine.
 *
 * A port gives a const struct of operations, a context pointer and a few facts
 * (struct amp_port).  The core calls down through the operations; the port
 * calls up through the function it was given by set_doorbell_cb().  Nothing else
 * crosses.  docs/PORTING.md walks through a port from start to end;
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
    AMP_CORE_EXITED, // stopped by itself, in order
    AMP_CORE_FAULTED, // a fault, a watchdog, or killed from outside
};

// Uses of a memory window; flags of struct amp_window.
enum {
    AMP_WINDOW_LOAD = 1, // an image may be loaded here
    AMP_WINDOW_RUN = 2, // an entry point may lie here
    AMP_WINDOW_SHARED = 4, // rings, buffers and resource tables may lie here
    AMP_WINDOW_ANY = 8, // in struct amp_load_error: every window has it
};

// A range of memory that the remote core can reach.  Windows do not overlap,
// and da + len does not wrap.
struct amp_window {
    amp_da_t da;
    size_t len; // bytes
    uint32_t flags; // AMP_WINDOW_*
};

// Called by the port when the other core kicked this one.  Runs in the port's interrupt
// (or signal, or thread) context: it may only note that amp_rproc_poll() or
// amp_rpmsg_poll() is due.
typedef void (*amp_doorbell_cb)(void *arg);

struct amp_port_ops {
    // Required.  Ring the other core's doorbell for the given notify id.
    // Never blocks, may be called from any context, may be spurious.  All
    // stores made before the call are visible to the other core when it is
    // woken.
    void (*kick)(void *ctx, uint32_t notify_id);

    // Required.  The local pointer for [da, da + len), or NULL if any byte of
    // it is outside the memory that both cores share.  A port with several
    // windows never joins two of them.  Thread context.
    void *(*map)(void *ctx, amp_da_t da, size_t len);

    // Required.  Have `callback` called with `arg` whenever the other core kicks
    // this one, and, on a host, whenever a running core stops by itself.  NULL
    // ends it: when set_doorbell_cb() returns, no call is under way.
    void (*set_doorbell_cb)(void *ctx, amp_doorbell_cb callback, void *arg);

    // Host, optional.  Acknowledge the doorbell: a kick after this call calls the
    // callback anew, and whatever the other core wrote before a kick that is
    // acknowledged here is seen by who looks after this call.  The callback is called
    // for that kick all the same, now or later.  amp_rproc_poll() calls this while the
    // core runs, before it looks at anything, also from a callback of an endpoint; with
    // nothing to acknowledge it has no effect.  NULL where the interrupt's handler
    // acknowledges, which is better.  (A device has none: amp_remote_wait()
    // acknowledges before it returns, and firmware polls after that.)
    void (*doorbell_ack)(void *ctx);

    // Host, optional.  Bring the core to reset with its memory powered and
    // clocked.  `load`: an image is written next; otherwise the firmware is in
    // place, and a core that already runs it may be attached to, where the port
    // can tell that it waits for a host.  Returns 0, or a negative error after
    // which nothing is written; core_state() then says why.
    int (*core_prepare)(void *ctx, bool load);

    // Host, required.  Release the core from reset at `entry`.  When it
    // returns 0 the core is running (or has already died); otherwise it is in
    // reset as before and the result is a negative error.
    int (*core_start)(void *ctx, amp_da_t entry);

    // Host, required.  Put the core back into reset, whatever it is doing.
    // When it returns 0 the core writes to no memory any more.  A platform
    // whose hardware cannot do it resets the system and does not return
    // (stop_resets).  No effect on a core that is in reset, or that this
    // program neither started nor attached to: a binding calls it to be sure.
    int (*core_stop)(void *ctx);

    // Host, required.  What the core is doing.  Where it faulted or exited, or
    // where the port knows why the last core_prepare() or core_start() failed,
    // *reason is set to a short static or port-owned string.  Cheap enough to be asked at every
    // poll; and only a question: whoever asks, and how often, takes nothing away.
    enum amp_core_state (*core_state)(void *ctx, const char **reason);

    // Host, optional.  Power and clocks off, memory given back; the core is
    // stopped, or released already.  core_prepare() undoes it.
    void (*core_release)(void *ctx);

    // Host, optional.  Does the core run firmware already that waits for a host, started by
    // somebody else?  0, and where that begins in *entry; core_prepare(ctx, false) and
    // core_start() take it over.  Otherwise a negative error, and core_state() says why.
    // NULL where nobody else can start the core.
    int (*core_attach)(void *ctx, amp_da_t *entry);

    // Host, optional.  The registers with which the core crashed, as far as the machine
    // tells, in the order and width of Linux's core files of that machine (elf_gregset_t),
    // at most `len` bytes.  False: nothing is known.
    bool (*core_registers)(void *ctx, void *registers, size_t len);

    // The two below: docs/PORTING.md, "Caches".  Any address, any length, any
    // context.  Whole cache lines are meant, so what else lies in the first and
    // the last one must not be the other core's (clean) or ours (invalidate).

    // Host, optional.  Write [va, va + len) back from this core's cache to
    // memory, and return when it is there.  Called over loaded segments and
    // resource tables, and whenever the host wrote to one.  NULL where the
    // memory of both cores is coherent or not cached.
    void (*cache_clean)(void *ctx, const void *va, size_t len);

    // Host, optional.  Forget what this core's cache holds of [va, va + len),
    // written or not, so that the next access reads memory.  Called before the
    // trace buffer is read, which lies in memory of the firmware's choice.
    void (*cache_invalidate)(void *ctx, const void *va, size_t len);
};

// What a remote core gets that brings no resource table of its own: a table
// built by the host at a fixed address that such firmware knows.
struct amp_default_table {
    amp_da_t table_da; // where the table is written: a multiple of 4
    uint32_t vring_da[2]; // ring 0: remote to host; ring 1: host to remote
    uint32_t vring_align; // bytes, a power of two
    uint16_t vring_num; // buffers in each direction, a power of two
    // Subtracted from every buffer's address before it goes into a descriptor:
    // such firmware may count from a base.  Otherwise 0.  (A device with a
    // default table needs to know table_da and this.)
    uint32_t buffer_base;
};

// Machines, as the field e_machine of ELF numbers them.
enum { AMP_EM_ARM = 40, AMP_EM_X86_64 = 62, AMP_EM_AARCH64 = 183, AMP_EM_RISCV = 243 };

struct amp_port {
    const struct amp_port_ops *ops;
    void *ctx; // handed to every operation

    // Host: where rings, buffers and carveouts go whose address the image left
    // open.  Inside one AMP_WINDOW_SHARED window, aligned to the cache line of
    // either core.  Device: the window in which the host's buffers must lie; a
    // length of 0 has map() asked for each buffer.
    amp_da_t shared_da;
    size_t shared_len;
    // A host's table for firmware without one, or NULL: such firmware runs without a
    // link.  A remote's, if it can have been built by the host.
    const struct amp_default_table *default_table;
    // The rest is for a host; a remote leaves it zero.
    const struct amp_window *windows;
    size_t window_count;
    // Bytes of one message buffer, header included, of ring 0 (device to host) and
    // of ring 1, unless the image asks for others: 64 to 65536, a multiple of 4.
    // Linux has 512.
    uint32_t buffer_size[2];
    // 0: rings and buffers are coherent, or not cached.  Otherwise the bytes of
    // a line of this core's cache, and every access to them is accompanied by
    // cache_clean() or cache_invalidate(), which both are there.  Needs
    // AMP_CONFIG_CACHE.
    uint16_t cache_line;
    // core_stop() resets the whole system: it is called because the program
    // wants it, and not because the other core broke the protocol.
    bool stop_resets;
    uint16_t elf_machine; // AMP_EM_*, of the images this core runs
};

// Does [da, da + len) lie inside one window that has all of `flags`?
bool amp_port_allows(const struct amp_port *port, amp_da_t da, size_t len, uint32_t flags);

#endif // OPENAMP_PORT_H
