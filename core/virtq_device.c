/* A split virtqueue: the device's side, which borrows the descriptors. */
#include "core/virtq.h"

#if AMP_CONFIG_DEVICE

int amp_virtq_device_read(const struct amp_virtq *vq, uint32_t id, uint64_t *addr, uint32_t *len) {
    struct virtq_desc *desc = &amp_virtq_desc(vq)[id];
    if (amp_shm_load_16(&desc->flags) & (VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_INDIRECT)) {
        return -1;
    }
    *addr = amp_shm_load_64(&desc->addr);
    *len = amp_shm_load_32(&desc->len);
    return (int)id;
}

int amp_virtq_device_take(struct amp_virtq *vq, uint64_t *addr, uint32_t *len) {
    uint32_t id = amp_shm_load_16(&amp_virtq_avail(vq)->ring[vq->avail_idx & (vq->num - 1)]);
    if (id >= vq->num || amp_virtq_is_busy(vq, id) || amp_virtq_device_read(vq, id, addr, len) < 0) {
        return -1;
    }
    ++vq->avail_idx;
    amp_virtq_set_busy(vq, id);
    return (int)id;
}

#endif
