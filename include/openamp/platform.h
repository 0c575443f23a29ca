/*
 * What a board gives to a program that runs on it, one of each in a build: its
 * ports, and a way to sleep.  For the MicroPython binding and for host
 * programs in C (examples/host.c); tests bring ports of their own.
 */
#ifndef OPENAMP_PLATFORM_H
#define OPENAMP_PLATFORM_H

#include <stddef.h>

#include "openamp/port.h"

struct amp_bus;

// The port of remote core number `core` on a host, or of the host (core 0) on
// a remote.  NULL if there is no such core.  Sets the hardware up at the first
// call and returns the same pointer ever after.  What the machine has none of now
// (memory, files of the operating system) is the error of core_stop(), which is
// how a host begins, and of core_prepare(); both try again.
const struct amp_port *amp_platform_port(unsigned core);

// The bus to remote core number `core` on a host, or to the host (core 0) on a
// remote.  NULL if there is no such core.  The same pointer ever after.  Needs
// AMP_CONFIG_CORES on a host, and is given by ports/common/bus_host.c or
// bus_device.c, or by a port whose operating system owns the rings.
struct amp_bus *amp_platform_bus(unsigned core);

// Host: sleep until a doorbell rang or a core died since the last call, or
// another interrupt came, or `timeout_ms` (-1: none) passed.  Returns 1 if
// there is something to poll, else 0.  "Poll, then wait" loses no doorbell.
// For programs without an operating system of their own to sleep in; the
// MicroPython binding does not use it.
int amp_platform_wait(int timeout_ms);

// On a remote: its resource table, for amp_vdev_open().
const void *amp_platform_table(size_t *len);

#endif // OPENAMP_PLATFORM_H
