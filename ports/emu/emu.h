/*
 * What a host program can ask of the emu port beyond struct amp_port.
 *
 * Environment:
 *   OPENAMP_EMU_FLASH=file   fills the flash of every core, for firmware that is
 *                            "already in place" (an image linked there)
 *
 * The remote cores run in the thread of the program, and only while it calls
 * amp_emu_run(): where it waits, and now and then where it works.  The listener
 * of a core (set_doorbell_cb() of its port) is called from inside amp_emu_run().
 */
#ifndef AMP_EMU_EMU_H
#define AMP_EMU_EMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openamp/platform.h"

// ---- Time for the cores ----

#define AMP_EMU_ASLEEP UINT64_MAX

// Have each core that has something to do do at most `instructions`.  It is less
// when one rings or dies: then the host has something to look at.  Returns how
// many microseconds may pass until the next call: 0 (a core is at work),
// AMP_EMU_ASLEEP (each waits for the host), or the time to the end of a wait.
uint64_t amp_emu_run(uint32_t instructions);

// Counts the moments in which a core rang or died.  The host looks before it
// sleeps whether this is still what it was.
uint32_t amp_emu_events(void);

// ---- What a core is doing, for tests and for who wants to look ----

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
    uint32_t kicks_to_core; // that arrived
    uint32_t kicks_to_host;
    uint32_t lost; // doorbells that were lost on demand
    bool dying; // amp_emu_kill() was called, and its time has not come
    bool powered; // it has its memory, from the first use of the core to its release
};

// 0, or -AMP_ENODEV: there is no such core.
int amp_emu_look(unsigned core, struct amp_emu_view *view);

// ---- Harm on demand ----

// Each returns 0 or -AMP_ENODEV: the core does not run.
// It dies of a fault, wherever it is, after so many more instructions.
int amp_emu_kill(unsigned core, uint32_t after);
int amp_emu_freeze(unsigned core, bool freeze); // it stands still, or goes on

// The next `count` doorbells to the core, or to the host, do not arrive.
void amp_emu_lose_kicks(unsigned core, bool to_core, unsigned count);

// Have the host look, as a doorbell that rings for nothing does.
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

// Have `watcher` told of each step of the core in shared memory and of each
// doorbell, right after it was done; the host's stores are those that are given
// to amp_emu_host_stored().  NULL ends it.  The watcher may take its time.
typedef void (*amp_emu_watcher_t)(unsigned core, const struct amp_emu_step *step);
void amp_emu_watch(amp_emu_watcher_t watcher);
bool amp_emu_is_watched(void);
void amp_emu_host_stored(const volatile void *at, size_t len);

#endif // AMP_EMU_EMU_H
