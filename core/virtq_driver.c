/* A split virtqueue: the driver's side, which owns the descriptors. */
#include <string.h>

#include "core/virtq.h"

#if AMP_CONFIG_HOST

void amp_virtq_driver_reset(
    struct amp_virtq *vq, uint64_t da, uint32_t size, uint16_t flags, bool event_idx) {
    struct virtq_desc *desc = amp_virtq_desc(vq);
    struct virtq_used *used = amp_virtq_used(vq);
    memset(desc, 0, (size_t)((uint8_t *)used - (uint8_t *)desc));
    uint32_t num = amp_virtq_num(vq);
    memset(used, 0, sizeof(*used) + 2 + sizeof(struct virtq_used_elem) * num);
    for (uint32_t i = 0; i < num; ++i) {
        desc[i].addr = da + (uint64_t)i * size;
        desc[i].len = size;
        desc[i].flags = flags;
        amp_virtq_driver_own(vq, i);
    }
    vq->event_idx = event_idx;
    // avail_event or flags, both in the device's ring.
    vq->peer_event = event_idx ? (uint16_t *)&used->ring[num] : &used->flags;
}

#endif
