/*
 * Cores that are processes, under MicroPython's unix port: their signals end its
 * system calls.
 */
#include "../unix/unix.h"

#include "ports/sim/sim.h"

void openamp_unix_begin_platform(void) {
    amp_sim_interrupted = openamp_unix_interrupted;
}
