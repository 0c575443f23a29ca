/*
 * The resource table: how firmware tells the host what it needs, and how the
 * host tells the firmware where it is.  The layout is the one of Linux's
 * remoteproc, version 1; it is public because firmware declares one.
 *
 * A firmware's table is a writable object in section ".resource_table":
 *
 *     AMP_RESOURCE_TABLE struct amp_table_rpmsg table =
 *         AMP_TABLE_RPMSG(64, AMP_REMOTE_TRACE_DA, AMP_REMOTE_TRACE_LEN);
 */
#ifndef OPENAMP_TABLE_H
#define OPENAMP_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "openamp/config.h"

#define AMP_DA_ANY UINT32_C(0xFFFFFFFF) // "host, choose an address"

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
    uint32_t num; // entries
    uint32_t reserved[2];
    // then uint32_t offset[num], from the start of the table to each entry
};

struct amp_rsc_carveout {
    uint32_t type;
    uint32_t da;
    uint32_t pa;
    uint32_t len;
    uint32_t flags;
    uint32_t reserved;
    uint8_t name[32];
};

struct amp_rsc_devmem {
    uint32_t type;
    uint32_t da;
    uint32_t pa;
    uint32_t len;
    uint32_t flags;
    uint32_t reserved;
    uint8_t name[32];
};

struct amp_rsc_trace {
    uint32_t type;
    uint32_t da; // of the text
    uint32_t len;
    uint32_t reserved;
    uint8_t name[32];
};

// Followed by num_of_vrings times struct amp_rsc_vring, then config_len bytes.
struct amp_rsc_vdev {
    uint32_t type;
    uint32_t id; // virtio device id: 7 is RPMsg
    uint32_t notifyid;
    uint32_t dfeatures; // offered by the device
    uint32_t gfeatures; // written by the host: accepted
    uint32_t config_len;
    uint8_t status; // written by the host
    uint8_t num_of_vrings;
    uint8_t reserved[2];
};

// A vendor's entry, of ours: the length of the message buffers, header included,
// of ring 0 (device to host) and of ring 1.  Other hosts skip it.
struct amp_rsc_buffers {
    uint32_t type; // AMP_RSC_BUFFERS
    uint32_t magic; // AMP_RSC_BUFFERS_MAGIC, or it is another vendor's
    uint32_t size[2]; // bytes: AMP_BUFFER_MIN to AMP_BUFFER_MAX, a multiple of 4
};
enum {
    AMP_RSC_BUFFERS_MAGIC = 0x42504D41, // "AMPB"
    AMP_BUFFER_MIN = 64,
    AMP_BUFFER_MAX = 65536,
};

struct amp_rsc_vring {
    uint32_t da; // AMP_DA_ANY: filled in by the host
    uint32_t align;
    uint32_t num;
    uint32_t notifyid;
    uint32_t pa; // reserved in old tables
};

// Bytes that a table below has for itself (AMP_CONFIG_TABLE_ROOM).
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

// What a device of ours can do: the name service (bit 0), event indices (29).
#define AMP_RSC_FEATURES (UINT32_C(1) << 29 | UINT32_C(1))

#define AMP_RESOURCE_TABLE __attribute__((section(".resource_table"), used))

// What both tables below have; every field, as C++ warns of one that is left out.
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

// `buffers` in each direction (a power of two).  The alignment is that of a
// cache line of the hosts that have one (struct amp_port, cache_line).  The trace buffer's address
// must be a constant, which on a 64-bit core means that the linker script puts
// it at a known place (AMP_REMOTE_TRACE_DA).
#define AMP_TABLE_RPMSG(buffers, trace_da, trace_size) \
    { \
        .header = {.ver = 1, .num = 2, .reserved = {0, 0}}, \
        .offset = {offsetof(struct amp_table_rpmsg, vdev), \
            offsetof(struct amp_table_rpmsg, trace)}, \
        AMP_TABLE_ENTRIES(buffers, trace_da, trace_size), \
    }

// The same, with buffers of `to_host` bytes in ring 0 and `to_device` in ring 1, each
// from AMP_BUFFER_MIN to AMP_BUFFER_MAX, header included.  A host that is not of
// ours skips that, and has buffers of its own choice.
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
