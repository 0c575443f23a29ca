/*
 * The resource table: firmware lists in it what it needs, and the host writes into
 * it where that is.  The layout is version 1 of Linux's remoteproc
 * (include/linux/remoteproc.h).
 *
 * Firmware declares its table as a writable object in section ".resource_table":
 *
 *     AMP_RESOURCE_TABLE struct amp_table_rpmsg table =
 *         AMP_TABLE_RPMSG(64, AMP_REMOTE_TRACE_DA, AMP_REMOTE_TRACE_LEN);
 */
#ifndef OPENAMP_TABLE_H
#define OPENAMP_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "openamp/config.h"

#define AMP_DA_ANY UINT32_C(0xFFFFFFFF) // the host chooses the address

// Types of entries.
enum {
    AMP_RSC_CARVEOUT = 0,
    AMP_RSC_DEVMEM = 1,
    AMP_RSC_TRACE = 2,
    AMP_RSC_VDEV = 3,
    AMP_RSC_VENDOR_FIRST = 128,
    AMP_RSC_BUFFERS = 322, // struct amp_rsc_buffers
    AMP_RSC_VENDOR_LAST = 512,
};

struct amp_rsc_header {
    uint32_t ver; // 1
    uint32_t num; // number of entries
    uint32_t reserved[2];
    // uint32_t offset[num] follows: bytes from the start of the table to each entry
};

// Memory of the firmware for which the host finds a place, or that lies at `da`.
struct amp_rsc_carveout {
    uint32_t type;
    uint32_t da; // AMP_DA_ANY: filled in by the host
    uint32_t pa;
    uint32_t len; // bytes
    uint32_t flags;
    uint32_t reserved;
    uint8_t name[32];
};

// Registers or memory of a device that the firmware uses.
struct amp_rsc_devmem {
    uint32_t type;
    uint32_t da;
    uint32_t pa;
    uint32_t len;
    uint32_t flags;
    uint32_t reserved;
    uint8_t name[32];
};

// A buffer of text that the host can read.
struct amp_rsc_trace {
    uint32_t type;
    uint32_t da; // of the text
    uint32_t len; // bytes
    uint32_t reserved;
    uint8_t name[32];
};

// A virtio device.  num_of_vrings times struct amp_rsc_vring follow, then config_len bytes
// of its configuration.
struct amp_rsc_vdev {
    uint32_t type;
    uint32_t id; // virtio device id: 7 is RPMsg
    uint32_t notifyid;
    uint32_t dfeatures; // feature bits that the device offers
    uint32_t gfeatures; // those that the host accepted: written by the host
    uint32_t config_len;
    uint8_t status; // device status (virtio 1.1, 2.1): written by the host
    uint8_t num_of_vrings;
    uint8_t reserved[2];
};

// An entry of openamp's own, in the range for vendors: the length of one message buffer,
// header included, of ring 0 (device to host) and of ring 1.  Other hosts skip it.
struct amp_rsc_buffers {
    uint32_t type; // AMP_RSC_BUFFERS
    uint32_t magic; // AMP_RSC_BUFFERS_MAGIC; another value: the entry of another vendor
    uint32_t size[2]; // bytes: AMP_BUFFER_MIN to AMP_BUFFER_MAX, a multiple of 4
};
enum {
    AMP_RSC_BUFFERS_MAGIC = 0x42504D41, // "AMPB"
    AMP_BUFFER_MIN = 64,
    AMP_BUFFER_MAX = 65536,
};

struct amp_rsc_vring {
    uint32_t da; // AMP_DA_ANY: filled in by the host
    uint32_t align; // of the used ring: bytes, a power of two
    uint32_t num; // descriptors, a power of two
    uint32_t notifyid; // the kick for this vring carries it
    uint32_t pa; // reserved in old tables
};

// Aligning a table makes the compiler reserve AMP_CONFIG_TABLE_ROOM bytes for it.
#if AMP_CONFIG_TABLE_ROOM
#define AMP_TABLE_ROOM __attribute__((aligned(AMP_CONFIG_TABLE_ROOM)))
#else
#define AMP_TABLE_ROOM
#endif

// The table of most firmware: one RPMsg device with two rings, one trace
// buffer.
struct AMP_TABLE_ROOM amp_table_rpmsg {
    struct amp_rsc_header header;
    uint32_t offset[2];
    struct amp_rsc_vdev vdev;
    struct amp_rsc_vring vring[2];
    struct amp_rsc_trace trace;
};

// dfeatures of firmware that is built with openamp: VIRTIO_RPMSG_F_NS (bit 0) and
// VIRTIO_RING_F_EVENT_IDX (bit 29).
#define AMP_RSC_FEATURES (UINT32_C(1) << 29 | UINT32_C(1))

// In front of the declaration of a firmware's table.
#define AMP_RESOURCE_TABLE __attribute__((section(".resource_table"), used))

// The entries of both tables below.  All fields are listed, because C++ warns of missing ones.
#define AMP_TABLE_ENTRIES(buffers, trace_da, trace_size) \
    .vdev = {.type = AMP_RSC_VDEV, \
        .id = 7, \
        .notifyid = 0, \
        .dfeatures = AMP_RSC_FEATURES, \
        .gfeatures = 0, \
        .config_len = 0, \
        .status = 0, \
        .num_of_vrings = 2, \
        .reserved = {0, 0}}, \
    .vring = {{.da = AMP_DA_ANY, .align = 32, .num = (buffers), .notifyid = 0, .pa = 0}, \
        {.da = AMP_DA_ANY, .align = 32, .num = (buffers), .notifyid = 1, .pa = 0}}, \
    .trace = {.type = AMP_RSC_TRACE, \
        .da = (trace_da), \
        .len = (trace_size), \
        .reserved = 0, \
        .name = "trace"}

// `buffers` in each direction (a power of two).  The rings' alignment, 32, is the cache
// line of the hosts that cache (struct amp_port, cache_line).  The trace buffer's address
// must be a constant of 32 bits: see AMP_REMOTE_TRACE_DA.
#define AMP_TABLE_RPMSG(buffers, trace_da, trace_size) \
    { \
        .header = {.ver = 1, .num = 2, .reserved = {0, 0}}, \
        .offset = {offsetof(struct amp_table_rpmsg, vdev), \
            offsetof(struct amp_table_rpmsg, trace)}, \
        AMP_TABLE_ENTRIES(buffers, trace_da, trace_size), \
    }

// The same, with buffers of `to_host` bytes in ring 0 and `to_device` in ring 1, each
// from AMP_BUFFER_MIN to AMP_BUFFER_MAX, header included.  A host other than openamp
// skips that entry and chooses the length itself.
struct AMP_TABLE_ROOM amp_table_rpmsg_sized {
    struct amp_rsc_header header;
    uint32_t offset[3];
    struct amp_rsc_vdev vdev;
    struct amp_rsc_vring vring[2];
    struct amp_rsc_trace trace;
    struct amp_rsc_buffers buffers;
};
#define AMP_TABLE_RPMSG_SIZED(count, to_host, to_device, trace_da, trace_size) \
    { \
        .header = {.ver = 1, .num = 3, .reserved = {0, 0}}, \
        .offset = {offsetof(struct amp_table_rpmsg_sized, vdev), \
            offsetof(struct amp_table_rpmsg_sized, trace), \
            offsetof(struct amp_table_rpmsg_sized, buffers)}, \
        AMP_TABLE_ENTRIES(count, trace_da, trace_size), \
        .buffers = {.type = AMP_RSC_BUFFERS, \
            .magic = AMP_RSC_BUFFERS_MAGIC, \
            .size = {(to_host), (to_device)}}, \
    }

#endif // OPENAMP_TABLE_H
