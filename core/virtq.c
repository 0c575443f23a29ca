/* A split virtqueue: what both roles share. */
#include "core/virtq.h"

#include <string.h>

bool amp_virtq_shape_is_valid(uint32_t num, uint32_t align) {
    return num != 0 && num <= AMP_CONFIG_MAX_BUFFERS && (num & (num - 1)) == 0 //
        && align >= 4 && align <= 65536 && (align & (align - 1)) == 0;
}

// Where the writer of a ring says when it wants to be rung: in the flags before
// the entries, or in the event index behind them.
static uint16_t *flags_of(void *entries) {
    return (uint16_t *)entries - 2;
}
static uint16_t *event_of(const struct amp_virtq *vq, void *entries, size_t entry_size) {
    return (void *)((uint8_t *)entries + entry_size * amp_virtq_num(vq));
}

// The private view.
AMP_PER_ROLE void view(struct amp_virtq *vq, const struct amp_vring_layout *ring, bool driver) {
    uint32_t num = ring->num;
    vq->desc = ring->va;
    vq->notify_id = ring->notify_id;
    vq->mask = num - 1;
    vq->next = 0;
    vq->ahead = driver ? 0 : num;
    struct virtq_avail *avail = (void *)(amp_virtq_desc(vq) + num);
    struct virtq_used *used = (void *)((uint8_t *)ring->va + virtq_used_offset(num, ring->align));
    uint16_t *used_event = event_of(vq, avail->ring, sizeof(*avail->ring));
    uint16_t *avail_event = event_of(vq, used->ring, sizeof(*used->ring));
    vq->mine = driver ? (void *)avail->ring : used->ring;
    vq->theirs = driver ? (void *)used->ring : avail->ring;
    vq->my_event = flags_of(vq->mine);
    vq->peer_event = flags_of(vq->theirs);
    vq->peer_event_mask = 0;
    if (vq->event_mask != 0) {
        vq->my_event = driver ? used_event : avail_event;
        vq->peer_event_idx = driver ? avail_event : used_event;
    }
}

#if AMP_CONFIG_DEVICE
void amp_virtq_device_init(struct amp_virtq *vq, const struct amp_vring_layout *ring) {
    view(vq, ring, false);
    vq->given = 0;
    vq->limit = ring->num;
    if (AMP_SHORT_CUTS) {
        vq->usual = vq->kept_count = 0;
    }
    memset(vq->kept, 0, ring->num);
}
#endif

#if AMP_CONFIG_HOST
amp_da_t amp_virtq_driver_init(
    struct amp_virtq *vq, const struct amp_vring_layout *ring, amp_da_t da, bool stock) {
    view(vq, ring, true);
    uint32_t num = ring->num;
    struct virtq_desc *desc = amp_virtq_desc(vq);
    uint16_t *avail = vq->mine;
    // All of it, up to avail_event behind the last used element.
    uint8_t *end = (uint8_t *)((struct virtq_used_elem *)vq->theirs + num) + sizeof(uint16_t);
    memset(desc, 0, (size_t)(end - (uint8_t *)desc));
    for (uint32_t id = 0; id < num; ++id) {
        desc[id].addr = da;
        desc[id].len = vq->size;
        desc[id].flags = stock ? VIRTQ_DESC_F_WRITE : 0;
        avail[id] = (uint16_t)id;
        da += vq->size;
    }
    memset(vq->kept, stock ? 0 : AMP_KEPT_FREE, num);
    vq->limit = num;
    vq->given = stock ? num : 0;
    *amp_virtq_idx(avail) = (uint16_t)vq->given;
    if (AMP_SHORT_CUTS) {
        vq->kept_count = stock ? 0 : num;
        vq->usual = vq->given;
    }
    amp_cache_clean(amp_virtq_cache(vq), desc, (size_t)(end - (uint8_t *)desc));
    return da;
}
#endif

int amp_virtq_ready(const struct amp_virtq *vq) {
    amp_cache_forget(amp_virtq_cache(vq), amp_virtq_idx(vq->theirs), sizeof(uint16_t));
    // Partner: the other side's store_release of its index, when it gives.
    uint32_t idx = amp_shm_load_acquire_16(amp_virtq_idx(vq->theirs));
    uint32_t count = (uint16_t)(idx - vq->next);
    return count <= amp_virtq_theirs(vq) ? (int)count : -1;
}
