/* A split virtqueue: the driver's side, which owns the descriptors. */
#include <string.h>

#include "core/virtq.h"

#if AMP_CONFIG_HOST

void amp_virtq_driver_reset(struct amp_virtq *vq, amp_da_t da, uint32_t size, uint16_t flags) {
    struct virtq_desc *desc = amp_virtq_desc(vq);
    uint32_t num = amp_virtq_num(vq);
    // All of it, up to avail_event behind the last used element.
    uint8_t *end = (uint8_t *)((struct virtq_used_elem *)vq->theirs + num) + sizeof(uint16_t);
    memset(desc, 0, (size_t)(end - (uint8_t *)desc));
    for (uint32_t id = 0; id < num; ++id) {
        desc[id].addr = da;
        desc[id].len = size;
        desc[id].flags = flags;
        da += size;
        amp_virtq_keep(vq, id, AMP_KEPT_FREE);
    }
    amp_cache_clean(amp_virtq_cache(vq), desc, (size_t)(end - (uint8_t *)desc));
}

#endif
