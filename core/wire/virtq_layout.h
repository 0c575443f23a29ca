/*
 * The split virtqueue in shared memory, in the legacy layout of the virtio
 * standard (OASIS virtio 1.1, 2.6 "Split Virtqueues", with the alignment of
 * 2.6.2): descriptor table, available ring, padding to the alignment, used
 * ring.  Each part below says which side writes it; docs/WIRE.md explains every bit.
 */
#ifndef AMP_WIRE_VIRTQ_LAYOUT_H
#define AMP_WIRE_VIRTQ_LAYOUT_H

#include <stdint.h>

// Descriptor (2.6.5).  Written by the driver, read by the device.  The standard
// aligns the table to 16; Zephyr's driver without a resource table aligns it only
// to 4.
struct virtq_desc {
    uint64_t addr;
    uint32_t len;
    uint16_t flags;
    uint16_t next;
} __attribute__((packed, aligned(4)));
enum { VIRTQ_DESC_F_NEXT = 1, VIRTQ_DESC_F_WRITE = 2, VIRTQ_DESC_F_INDIRECT = 4 };

// Available ring (2.6.6).  Written by the driver.  ring[num] is used_event.
struct virtq_avail {
    uint16_t flags;
    uint16_t idx;
    uint16_t ring[];
};
enum { VIRTQ_AVAIL_F_NO_INTERRUPT = 1 };

// Used ring (2.6.8).  Written by the device.  After ring[num]: u16 avail_event.
struct virtq_used_elem {
    uint32_t id;
    uint32_t len;
};
struct virtq_used {
    uint16_t flags;
    uint16_t idx;
    struct virtq_used_elem ring[];
};
enum { VIRTQ_USED_F_NO_NOTIFY = 1 };

// Offset of the used ring, and size of the whole vring, for `num` descriptors: bytes.
static inline uint32_t virtq_used_offset(uint32_t num, uint32_t align) {
    return (16 * num + 2 * (3 + num) + align - 1) & ~(align - 1);
}
static inline uint32_t virtq_size(uint32_t num, uint32_t align) {
    return virtq_used_offset(num, align) + 2 * 3 + 8 * num;
}

_Static_assert(sizeof(struct virtq_desc) == 16, "descriptor");
_Static_assert(sizeof(struct virtq_used_elem) == 8, "used element");

#endif // AMP_WIRE_VIRTQ_LAYOUT_H
