/* Device: find the host's buffers, whose addresses are in its descriptors. */
#include "core/link.h"

#if AMP_CONFIG_DEVICE

uint8_t *amp_link_map_buffer(
    struct amp_rpmsg *link, struct amp_virtq *vq, uint32_t id, uint32_t *len) {
    uint64_t addr;
    if (id > vq->mask || !amp_virtq_read_desc(vq, id, &addr, len)) {
        return NULL;
    }
    uint64_t offset = addr - link->buffers_da;
    uint32_t bytes = *len;
    if (bytes - AMP_HEADER_SIZE > UINT16_MAX || offset % 4 != 0) {
        return NULL;
    }
    if (offset <= link->buffers_len && bytes <= link->buffers_len - offset) {
        return vq->buffers + offset;
    }
    if (vq->buffers == NULL && offset <= UINTPTR_MAX) { // no window: ask the port
        return link->port->ops->map(link->port->ctx, (amp_da_t)offset, bytes);
    }
    return NULL;
}

uint8_t *amp_link_tx_buffer(struct amp_rpmsg *link, uint32_t id, uint32_t *len) {
    struct amp_virtq *vq = &link->tx;
    uint8_t *buffer = amp_link_map_buffer(link, vq, id, len);
    if (buffer == NULL) {
        amp_link_violated(link, "available ring: transmit buffer that cannot be one");
    } else if (*len > vq->size || !vq->size_seen) { // the longest counts, for amp_rpmsg_mtu()
        vq->size_seen = true;
        amp_link_set_buffer_size(link, vq, *len);
    }
    return buffer;
}

void amp_link_probe_buffer_size(struct amp_rpmsg *link) {
    int pending = amp_virtq_pending(&link->tx);
    if (pending < 0) {
        amp_link_violated(link, amp_link_bad_index);
    } else if (pending > 0) {
        uint32_t len;
        (void)amp_link_tx_buffer(
            link, amp_virtq_in_id(&link->tx, link->tx.in_ring, 0, false), &len);
    }
}

#endif
