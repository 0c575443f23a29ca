/*
 * What a host program can ask of the emu port beyond struct amp_port.
 *
 * Environment:
 *   OPENAMP_EMU_FLASH=file   fills the flash of every core, for firmware that is
 *                            "already in place" (an image linked there)
 *
 * The remote cores run in the thread of the program, and only inside amp_emu_run().  So a
 * program calls that where it waits, and now and then where it works.  The doorbell
 * callback of a core's port is called inside amp_emu_run(), too.
 */
#ifndef AMP_EMU_EMU_H
#define AMP_EMU_EMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openamp/platform.h"

// ---- Time for the cores ----

#define AMP_EMU_ASLEEP UINT64_MAX

// Run each core that is not asleep for at most `instructions`; its run ends early when it
// kicks the host or dies.  Returns how many microseconds may pass until the next call: 0
// (a core has more to do), AMP_EMU_ASLEEP (all wait for the host), or the time until the
// first wait of a core ends.
uint64_t amp_emu_run(uint32_t instructions);

// Counts kicks of the host and deaths.  The host compares it with the former value before
// it sleeps.
uint32_t amp_emu_events(void);

// ---- What a core is doing, for tests and for display ----

enum amp_emu_activity {
    AMP_EMU_OFF, // in reset
    AMP_EMU_WORKS,
    AMP_EMU_WAITS, // for the host's doorbell
    AMP_EMU_FROZEN,
    AMP_EMU_DEAD, // it faulted or ended
};

struct amp_emu_view {
    enum amp_emu_activity activity;
    const char *reason; // AMP_EMU_DEAD: why
    uint32_t pc;
    uint32_t x[32];
    uint64_t instructions;
    uint32_t kicks_to_core; // without those that were lost
    uint32_t kicks_to_host; // without those that were lost
    uint32_t lost; // kicks in both directions: see amp_emu_lose_kicks()
    bool dying; // it will die when amp_emu_kill()'s instructions are done
    bool powered; // it has its memory: from the first use of the core to its release
};

// 0, or -AMP_ENODEV: there is no such core.
int amp_emu_look(unsigned core, struct amp_emu_view *view);

// ---- Faults on demand ----

// The next two return 0, or -AMP_ENODEV: the core does not run.
// Have the core die of a fault after `after` more instructions; 0: now.
int amp_emu_kill(unsigned core, uint32_t after);
// Stop the core where it is, or let it go on.
int amp_emu_freeze(unsigned core, bool freeze);

// Lose the next `count` kicks to the core, or to the host.
void amp_emu_lose_kicks(unsigned core, bool to_core, unsigned count);

// Call the host's doorbell callback without a kick, as a spurious doorbell would.
void amp_emu_ring_host(unsigned core);

// ---- One step at a time ----

enum amp_emu_act {
    AMP_EMU_STORED, // to memory that both cores share: `address`, `len`
    AMP_EMU_RANG,
    AMP_EMU_SLEEPS,
    AMP_EMU_WOKE,
};

struct amp_emu_step {
    bool by_host;
    enum amp_emu_act act;
    uint32_t address; // as the remote core sees it
    uint32_t len;
};

// Have `watcher` called right after each store of the core to shared memory and after each
// kick; for stores of the host, the program must call amp_emu_host_stored().  NULL ends
// this.  No core runs until the watcher returns, so it may take as long as it likes.
typedef void (*amp_emu_watcher_t)(unsigned core, const struct amp_emu_step *step);
void amp_emu_watch(amp_emu_watcher_t watcher);
bool amp_emu_is_watched(void);
void amp_emu_host_stored(const volatile void *at, size_t len);

#endif // AMP_EMU_EMU_H
