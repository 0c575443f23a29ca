/*
 * What a host program can ask of the sim port beyond struct amp_port.
 *
 * Environment:
 *   OPENAMP_SIM_FLASH=file     fills the flash of every core, for firmware that
 *                              is "already in place" (an image linked there)
 *   OPENAMP_SIM_GDB=1          a core stops at reset; the host prints to standard
 *                              error how to attach a debugger
 *   OPENAMP_SIM_EMULATOR=prog  runs each core under `prog` (qemu-aarch64),
 *                              without the sandbox
 *   OPENAMP_SIM_FAULTS=text    as amp_sim_faults(), from the start
 *
 * Threads.  The simulated interrupts are SIGURG (a doorbell) and SIGIO (a core
 * died), sent to the main thread: there cores must be started, and there the doorbell
 * callbacks run.  A program that uses these signals itself installs its handlers before
 * it asks for the first port: they are called for every signal that is not from a core.
 *
 * Children.  A core is a child process of the program.  The program may ignore SIGCHLD
 * or wait for all its children, but then only Linux 6.15 and later tell how a core ended.
 * (A loop of wait() until there are no children waits for running cores, too.)  A child
 * that the program forks has no cores, and cannot harm those of its parent: the
 * power of its board is off.
 */
#ifndef AMP_SIM_SIM_H
#define AMP_SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "openamp/platform.h"

// The tests' name of amp_platform_wait().  That unblocks these signals and SIGINT while it
// sleeps, so a program that blocks SIGINT elsewhere misses none.
static inline int amp_sim_wait(int timeout_ms) {
    return amp_platform_wait(timeout_ms);
}

// The number of this core's process, 0 if there is none.  For tests and debuggers.
int amp_sim_pid(unsigned core);

// If not NULL, called in the main thread at the end of each handler of these signals, with
// the interrupted ucontext_t.  A program can use it to end a system call that takes no
// signal mask, if the signal came between the program's last look and that call.
extern void (*amp_sim_interrupted)(void *context);

// ---- Faults on demand ----

// Switch faults of all cores on, in place of those that are on.  NULL or "": switch
// faults off, and ring both sides at once in place of lost and delayed doorbells.
// `text` is a list with commas:
//   lose_kicks=1/50      one doorbell of 50, in either direction, is lost
//   dup_kicks=1/10       one of 10 rings a second time, up to 500 us later
//   delay_kicks=2000us   each rings up to this much later; us or ms
//   stall_core=300us     each core is stopped for up to this long, again and again, at
//                        any point of its work, so that its stores come late
//   recover=100ms        both sides are rung at this interval, so that messages whose
//                        doorbell was lost are found; 100ms is the default, 0ms: never
//   seed=7               another random sequence
// Returns 0, -AMP_EINVAL (`text` is no such list; nothing changed) or -AMP_EIO.
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

// Stop a core where it is, or let it go on; kill it.  0, or -AMP_ENODEV: it does not run.
int amp_sim_freeze(unsigned core, bool freeze);
int amp_sim_kill(unsigned core);

#endif // AMP_SIM_SIM_H
