/* A split virtqueue: what both roles share. */
#include "core/virtq.h"

#include <string.h>

bool amp_virtq_shape_is_valid(uint32_t num, uint32_t align) {
    return num != 0 && num <= AMP_CONFIG_MAX_BUFFERS && (num & (num - 1)) == 0 //
        && align >= 4 && align <= 65536 && (align & (align - 1)) == 0;
}

void amp_virtq_init(
    struct amp_virtq *vq, const struct amp_vring_layout *ring, bool driver, bool event_idx) {
    uint32_t num = ring->num;
    uint8_t *kept = vq->kept;
    memset(kept, 0, num);
    memset(vq, 0, sizeof(*vq));
    vq->kept = kept;
    vq->desc = ring->va;
    vq->notify_id = ring->notify_id;
    vq->mask = num - 1;
    struct virtq_avail *avail = (void *)(amp_virtq_desc(vq) + num);
    struct virtq_used *used = (void *)((uint8_t *)ring->va + virtq_used_offset(num, ring->align));
    // used_event and avail_event, or the flags, of which each side writes its own.
    uint16_t *used_event = &avail->flags;
    uint16_t *avail_event = &used->flags;
    if (event_idx) {
        vq->event_mask = 0xFFFF;
        used_event = &avail->ring[num];
        avail_event = (uint16_t *)&used->ring[num];
    }
    vq->mine = driver ? (void *)avail->ring : used->ring;
    vq->theirs = driver ? (void *)used->ring : avail->ring;
    vq->my_event = driver ? used_event : avail_event;
    vq->peer_event = driver ? avail_event : used_event;
}
