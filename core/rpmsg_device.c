/* A device looks at the buffers that the host offers. */
#include "core/link.h"

#if AMP_CONFIG_DEVICE

void *amp_link_map_buffer(
    struct amp_rpmsg *link, const struct amp_virtq *vq, uint32_t id, uint32_t *len) {
    uint64_t addr;
    if (id > vq->mask || !amp_virtq_device_read(vq, id, &addr, len)) {
        return NULL;
    }
    uint64_t offset = addr - link->buffers_da;
    if (*len - AMP_HEADER_SIZE > UINT16_MAX || offset % 4 != 0) {
        return NULL;
    }
    if (offset <= link->buffers_len && *len <= link->buffers_len - offset) {
        return link->buffers + offset;
    }
    // No window to look into: the port knows.
    return link->buffers != NULL || offset > UINTPTR_MAX
        ? NULL
        : link->port->ops->map(link->port->ctx, (amp_da_t)offset, *len);
}

uint8_t *amp_link_tx_buffer(struct amp_rpmsg *link, uint32_t id) {
    uint32_t size;
    uint8_t *buffer = amp_link_map_buffer(link, &link->tx, id, &size);
    if (buffer == NULL) {
        amp_link_violated(link, "available ring: transmit buffer that cannot be one");
    } else {
        amp_link_learn(link, size);
    }
    return buffer;
}

void amp_link_look(struct amp_rpmsg *link) {
    int ready = amp_virtq_ready(&link->tx);
    if (ready < 0) {
        amp_link_violated(link, amp_link_bad_index);
    } else if (ready > 0) {
        (void)amp_link_tx_buffer(link, amp_virtq_device_peek(&link->tx, link->tx.theirs, 0));
    }
}

#endif
