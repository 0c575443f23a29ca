/*
 * What a host program can ask of the sim port beyond struct amp_port.
 *
 * Environment:
 *   OPENAMP_SIM_FLASH=file     fills the flash of every core, for firmware that
 *                              is "already in place" (an image linked there)
 *   OPENAMP_SIM_GDB=1          a core stops at reset; the host says on its
 *                              standard error how to attach a debugger
 *   OPENAMP_SIM_EMULATOR=prog  runs each core under `prog` (qemu-aarch64),
 *                              without the sandbox
 *   OPENAMP_SIM_FAULTS=text    as amp_sim_faults(), from the start
 *
 * Threads.  The simulated interrupts are SIGURG (a doorbell) and SIGIO (a core
 * died), sent to the main thread: that is where cores are started and where the
 * callbacks of set_doorbell_cb() run.  A program that uses these signals as well sets its
 * handlers up before it asks for the first port: they are called for every signal
 * that is not ours.
 *
 * Children.  A core is a child of the program, which may ignore SIGCHLD or wait for
 * whom it likes; of what a core died is then known to Linux 6.15 and later only.
 * (wait() for all children until there are none waits for running cores, too.)  In
 * a child that the program forks there are no cores, whatever it does at its end:
 * there the power of the board is off.
 */
#ifndef AMP_SIM_SIM_H
#define AMP_SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "openamp/platform.h"

// amp_platform_wait() lets these and SIGINT in while it sleeps: a program that
// blocks SIGINT elsewhere cannot miss one.  This is its name among the tests.
static inline int amp_sim_wait(int timeout_ms) {
    return amp_platform_wait(timeout_ms);
}

// The process that is this core, 0 if there is none.  For tests and debuggers.
int amp_sim_pid(unsigned core);

// Called at the end of the handler of each such signal in the main thread, with the
// ucontext_t that it interrupted, so that a program can close the gap between its
// last look and a system call that knows no signal mask.  NULL: nobody.
extern void (*amp_sim_interrupted)(void *context);

// ---- Faults on demand ----

// Switch faults of all cores on, in place of those that are on.  NULL or "":
// off, and whatever was lost or waits is made good at once.  `text` is a list,
// with commas between:
//   lose_kicks=1/50      one doorbell of 50, in either direction, never rings
//   dup_kicks=1/10       one of 10 rings again, up to 500 us later, for nothing
//   delay_kicks=2000us   each rings up to so much later; us or ms
//   stall_core=300us     a core stands still for up to so long, again and again:
//                        what it stores comes late, at any point of its work
//   recover=100ms        both sides are rung so often, which finds the messages
//                        of lost doorbells; this is the default, 0ms: never
//   seed=7               another sequence
// Returns 0, -AMP_EINVAL (not such a text; nothing changed) or -AMP_EIO.
int amp_sim_faults(const char *text);

// Running totals.
struct amp_sim_fault_counts {
    uint64_t kicks; // while faults were on, both directions
    uint64_t lost;
    uint64_t delayed;
    uint64_t doubled;
    uint64_t stalls;
    uint64_t recoveries;
};
void amp_sim_get_fault_counts(struct amp_sim_fault_counts *counts);

// Have a core stand still, or go on; have it die at whatever it does.  0, or
// -AMP_ENODEV: there is none.
int amp_sim_freeze(unsigned core, bool freeze);
int amp_sim_kill(unsigned core);

#endif // AMP_SIM_SIM_H
