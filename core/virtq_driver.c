/* A split virtqueue: the driver's side, which owns the descriptors. */
#include <string.h>

#include "core/virtq.h"

#if AMP_CONFIG_HOST

void amp_virtq_driver_reset(struct amp_virtq *vq, amp_da_t da, uint32_t size, bool stock) {
    struct virtq_desc *desc = amp_virtq_desc(vq);
    uint16_t *avail = vq->mine;
    uint32_t num = amp_virtq_num(vq);
    // All of it, up to avail_event behind the last used element.
    uint8_t *end = (uint8_t *)((struct virtq_used_elem *)vq->theirs + num) + sizeof(uint16_t);
    memset(desc, 0, (size_t)(end - (uint8_t *)desc));
    for (uint32_t id = 0; id < num; ++id) {
        desc[id].addr = da;
        desc[id].len = size;
        da += size;
        if (stock) {
            desc[id].flags = VIRTQ_DESC_F_WRITE;
            avail[id] = (uint16_t)id;
        }
    }
    if (stock) {
        amp_virtq_publish(vq, avail, num - 1);
        vq->given = num;
    } else {
        memset(vq->kept, AMP_KEPT_FREE, num);
    }
    if (AMP_SHORT_CUTS) {
        vq->kept_count = stock ? 0 : num;
        vq->usual = stock ? num : 0;
        vq->limit = num;
    }
    amp_cache_clean(amp_virtq_cache(vq), desc, (size_t)(end - (uint8_t *)desc));
}

#endif
