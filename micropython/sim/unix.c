/*
 * The simulated cores (ports/sim) under MicroPython's unix port: their signals end the
 * system calls of the interpreter.
 */
#include "../unix/unix.h"

#include "ports/sim/sim.h"

void openamp_unix_begin_platform(void) {
    amp_sim_interrupted = openamp_unix_interrupted;
}
