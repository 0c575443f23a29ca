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
 *
 * Threads.  The simulated interrupt is SIGURG, sent to the main thread: that
 * is where cores are started and where the callbacks of listen() run.
 */
#ifndef AMP_SIM_SIM_H
#define AMP_SIM_SIM_H

#include "openamp/platform.h"

// amp_platform_wait() lets SIGURG and SIGINT in while it sleeps: a program that
// blocks SIGINT elsewhere cannot miss one.  This is its name among the tests.
static inline int amp_sim_wait(int timeout_ms) {
    return amp_platform_wait(timeout_ms);
}

// The process that is this core, 0 if there is none.  For tests and debuggers.
int amp_sim_pid(unsigned core);

#endif // AMP_SIM_SIM_H
