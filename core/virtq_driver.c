/* A split virtqueue: the driver's side, which owns the descriptors. */
#include <string.h>

#include "core/virtq.h"

#if AMP_CONFIG_HOST

void amp_virtq_driver_reset(struct amp_virtq *vq, uint64_t da, uint32_t size, uint16_t flags) {
    struct virtq_desc *desc = amp_virtq_desc(vq);
    memset(desc, 0, (size_t)((uint8_t *)vq->used - (uint8_t *)vq->desc));
    memset(vq->used, 0, sizeof(struct virtq_used) + 2 + sizeof(struct virtq_used_elem) * vq->num);
    for (uint32_t i = 0; i < vq->num; ++i) {
        desc[i].addr = da + (uint64_t)i * size;
        desc[i].len = size;
        desc[i].flags = flags;
    }
}

#endif
