/*
 * The RPMsg message header and the name service message, as Linux and
 * open-amp define them.  Little-endian.
 */
#ifndef AMP_WIRE_RPMSG_LAYOUT_H
#define AMP_WIRE_RPMSG_LAYOUT_H

#include <stdint.h>

// In front of every payload.  Written by the sender.
struct rpmsg_hdr {
    uint32_t src;
    uint32_t dst;
    uint32_t reserved; // 0; never read
    union {
        struct {
            uint16_t len; // of the payload
            uint16_t flags; // written 0
        };
        uint32_t len_and_flags; // both, for one store
    };
};

// Payload of a message to RPMSG_NS_ADDR.
struct rpmsg_ns_msg {
    char name[32]; // NUL-terminated, unless the sender is hostile
    uint32_t addr;
    uint32_t flags;
};
enum { RPMSG_NS_CREATE = 0, RPMSG_NS_DESTROY = 1 };

enum {
    RPMSG_NS_ADDR = 53,
    RPMSG_FIRST_DYNAMIC_ADDR = 1024, // addresses below are for fixed services
};

enum {
    VIRTIO_ID_RPMSG = 7,
    VIRTIO_RPMSG_F_NS = 0, // bit numbers of the features
    VIRTIO_RING_F_EVENT_IDX = 29,
    VIRTIO_CONFIG_S_ACKNOWLEDGE = 1,
    VIRTIO_CONFIG_S_DRIVER = 2,
    VIRTIO_CONFIG_S_DRIVER_OK = 4,
};

_Static_assert(sizeof(struct rpmsg_hdr) == 16, "header");
_Static_assert(sizeof(struct rpmsg_ns_msg) == 40, "name service message");

#endif // AMP_WIRE_RPMSG_LAYOUT_H
