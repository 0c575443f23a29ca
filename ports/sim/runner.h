/* What the runner's files share. */
#ifndef AMP_SIM_RUNNER_H
#define AMP_SIM_RUNNER_H

#include <stdint.h>

// The command line: seven decimal numbers, in this order.
#define RUNNER_ARGUMENTS 7

struct runner {
    long status; // the writing end of the status pipe
    long memory; // the board's memory file
    long host_pid;
    long host_tid;
    long flags; // AMP_SIM_RUN_*
    long core;
    long entry;
};

// The byte that means "ready"; the sandbox allows no other to be written.
extern const uint8_t runner_ready;

// Have the registers of a fault written to the mailbox.  0, or a negative error.
long runner_watch_faults(void);

// Allow only what a core needs from here on.  0, or a negative error.
long runner_sandbox(const struct runner *r);

#endif // AMP_SIM_RUNNER_H
