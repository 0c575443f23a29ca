/* A split virtqueue: what both roles share. */
#include "core/virtq.h"

#include <string.h>

bool amp_virtq_shape_is_valid(uint32_t num, uint32_t align) {
    return num != 0 && num <= AMP_CONFIG_MAX_BUFFERS && (num & (num - 1)) == 0 //
        && align >= 4 && align <= 65536 && (align & (align - 1)) == 0;
}

void amp_virtq_init(
    struct amp_virtq *vq, void *va, uint16_t num, uint32_t align, uint32_t notify_id) {
    memset(vq, 0, sizeof(*vq));
    vq->desc = va;
    vq->avail = (uint8_t *)va + sizeof(struct virtq_desc) * num;
    vq->used = (uint8_t *)va + virtq_used_offset(num, align);
    vq->mask = num - 1u;
    vq->notify_id = notify_id;
}
