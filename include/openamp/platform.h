/*
 * What a build for a board provides to a program: the ports to the other cores,
 * the buses to them, and a way to sleep.  The MicroPython binding and host programs
 * in C (examples/host.c) use it; tests bring ports of their own.
 */
#ifndef OPENAMP_PLATFORM_H
#define OPENAMP_PLATFORM_H

#include <stddef.h>

#include "openamp/port.h"

struct amp_bus;

// The port of remote core number `core` on a host, or of the host (core 0) on
// a remote.  NULL if there is no such core.  The first call sets the hardware up; every
// call returns the same pointer.  If the machine lacks a resource at that moment (memory,
// file handles), core_stop(), which is the first operation that a host calls, and
// core_prepare() return the error, and each later call of them tries again.
const struct amp_port *amp_platform_port(unsigned core);

// The bus to remote core number `core` on a host, or to the host (core 0) on a
// remote.  NULL if there is no such core.  Every call returns the same pointer.
// ports/common/bus_host.c (for AMP_CONFIG_CORES cores) or bus_device.c defines it, or a
// port whose operating system owns the rings.
struct amp_bus *amp_platform_bus(unsigned core);

// Host: sleep until a doorbell rings, a core dies, another interrupt comes, or
// `timeout_ms` milliseconds (-1: no limit) have passed.  What happened since the last call
// ends the sleep at once, so "poll, then wait" loses no doorbell.  Returns 1 if a poll is
// due, else 0.  For programs that have no other way to sleep; MicroPython has its own.
int amp_platform_wait(int timeout_ms);

// On a remote: its resource table, for amp_vdev_open().
const void *amp_platform_table(size_t *len);

#endif // OPENAMP_PLATFORM_H
