/*
 * The compile-time options, all of them.  Everything else (number and size of
 * buffers, addresses, windows) is data given at run time, so that one binary
 * can drive remotes of different shapes.
 */
#ifndef OPENAMP_CONFIG_H
#define OPENAMP_CONFIG_H

#include <stdint.h>

// Which roles this build can play.  A microcontroller needs one; the unit
// tests, which put both sides into one process, need both.  With one role the
// compiler removes the other's branches.
#ifndef AMP_CONFIG_HOST
#define AMP_CONFIG_HOST 1
#endif
#ifndef AMP_CONFIG_DEVICE
#define AMP_CONFIG_DEVICE 1
#endif
#if !AMP_CONFIG_HOST && !AMP_CONFIG_DEVICE
#error "openamp needs at least one role"
#endif

// The most descriptors that a ring may have.  struct amp_rpmsg keeps nine bytes for each
// of them.  The limit is 256, as in Linux: the number of a descriptor fits one byte there.
#ifndef AMP_CONFIG_MAX_BUFFERS
#define AMP_CONFIG_MAX_BUFFERS 256
#endif
#if AMP_CONFIG_MAX_BUFFERS > 256
#error "a ring of openamp has at most 256 descriptors"
#endif

// Remote cores that a host has, for amp_platform_bus().
#ifndef AMP_CONFIG_CORES
#define AMP_CONFIG_CORES 1
#endif

// Is the fast path (core/rpmsg_fast.c) compiled?  It handles the ordinary cases of sending
// and receiving with fewer instructions, and takes some kilobytes of code.  By default a
// build for size (-Os) leaves it out.
#ifndef AMP_CONFIG_FAST_PATH
#ifdef __OPTIMIZE_SIZE__
#define AMP_CONFIG_FAST_PATH 0
#else
#define AMP_CONFIG_FAST_PATH 1
#endif
#endif

// Can rings and buffers lie in memory that this core caches and the other one
// does not see (struct amp_port, cache_line)?  1 costs code on the path of every
// message; 0 refuses such a port.
#ifndef AMP_CONFIG_CACHE
#define AMP_CONFIG_CACHE 0
#endif

// Does the host search firmware that is started by address for the mark of its resource
// table (table_mark.h)?  Without the search, which costs code, such firmware gets the
// port's default table.
#ifndef AMP_CONFIG_TABLE_MARK
#define AMP_CONFIG_TABLE_MARK (UINTPTR_MAX > UINT32_MAX)
#endif

// Firmware: the bytes reserved for a table of AMP_TABLE_RPMSG or AMP_TABLE_RPMSG_SIZED, a
// power of two; 0: no more than the table needs.  Use 1024 where the host may be Linux that
// attaches to running firmware: Linux assumes such a table is 1024 bytes long, and writes
// that many back when it detaches.
#ifndef AMP_CONFIG_TABLE_ROOM
#define AMP_CONFIG_TABLE_ROOM 0
#endif

// How many announcements of the other side are remembered, whether or not an endpoint
// has bound to them.  The next one replaces the oldest (counted in
// amp_rpmsg_stats.services_forgotten).
#ifndef AMP_CONFIG_MAX_SERVICES
#define AMP_CONFIG_MAX_SERVICES 8
#endif

// Buckets of the endpoint table; a power of two.  A binding that expects many
// endpoints gives the link a larger table with amp_rpmsg_set_buckets().
#ifndef AMP_CONFIG_BUCKETS
#define AMP_CONFIG_BUCKETS 8
#endif

#endif // OPENAMP_CONFIG_H
