/* A split virtqueue (virtio 1.1, 2.6): its layout, and reading the peer's index. */
#include "core/virtq.h"

#include <string.h>

bool amp_virtq_shape_is_valid(uint32_t num, uint32_t align) {
    return num != 0 && num <= AMP_CONFIG_MAX_BUFFERS && (num & (num - 1)) == 0 //
        && align >= 4 && align <= 65536 && (align & (align - 1)) == 0;
}

// Where the writer of a ring asks for notifications: in the flags before the entries, or
// in the event index behind them.
static uint16_t *flags_of(void *entries) {
    return (uint16_t *)entries - 2;
}
static uint16_t *event_of(const struct amp_virtq *vq, void *entries, size_t entry_size) {
    return (void *)((uint8_t *)entries + entry_size * amp_virtq_num(vq));
}

// Set up the private view, the part that both roles have.
static inline void init_view(
    struct amp_virtq *vq, const struct amp_vring_layout *ring, bool driver) {
    uint32_t num = ring->num;
    vq->desc = ring->va;
    vq->notify_id = ring->notify_id;
    vq->mask = num - 1;
    vq->next_consume = 0;
    vq->peer_initial = driver ? 0 : num;
    struct virtq_avail *avail = (void *)(amp_virtq_desc(vq) + num);
    struct virtq_used *used = (void *)((uint8_t *)ring->va + virtq_used_offset(num, ring->align));
    uint16_t *used_event = event_of(vq, avail->ring, sizeof(*avail->ring));
    uint16_t *avail_event = event_of(vq, used->ring, sizeof(*used->ring));
    vq->out_ring = driver ? (void *)avail->ring : used->ring;
    vq->in_ring = driver ? (void *)used->ring : avail->ring;
    vq->own_notify = flags_of(vq->out_ring);
    vq->peer_notify = flags_of(vq->in_ring);
    vq->peer_event_mask = 0;
    vq->peer_event_idx = driver ? avail_event : used_event;
    if (vq->event_mask != 0) {
        vq->own_notify = driver ? used_event : avail_event;
    }
}

#if AMP_CONFIG_DEVICE
void amp_virtq_device_init(struct amp_virtq *vq, const struct amp_vring_layout *ring) {
    init_view(vq, ring, false);
    vq->next_publish = 0;
    vq->buffer_count = ring->num;
    vq->free_count = 0;
    vq->size_seen = false;
    if (AMP_CONFIG_FAST_PATH) {
        vq->fast_ids = vq->own_count = 0;
    }
    memset(vq->desc_state, 0, ring->num * sizeof(*vq->desc_state));
}
#endif

#if AMP_CONFIG_HOST
amp_da_t amp_virtq_driver_init(
    struct amp_virtq *vq, const struct amp_vring_layout *ring, amp_da_t da, bool stock) {
    init_view(vq, ring, true);
    uint32_t num = ring->num;
    struct virtq_desc *desc = amp_virtq_desc(vq);
    uint16_t *avail = vq->out_ring;
    // The end of the ring: avail_event, behind the last used element.
    uint8_t *end = (uint8_t *)((struct virtq_used_elem *)vq->in_ring + num) + sizeof(uint16_t);
    memset(desc, 0, (size_t)(end - (uint8_t *)desc));
    for (uint32_t id = 0; id < num; ++id) {
        desc[id].addr = da;
        desc[id].len = vq->size;
        desc[id].flags = stock ? VIRTQ_DESC_F_WRITE : 0;
        avail[id] = (uint16_t)id;
        vq->desc_state[id] = stock ? 0 : AMP_DESC_FREE;
        da += vq->size;
    }
    vq->buffer_count = num;
    vq->free_count = stock ? 0 : num;
    vq->next_publish = stock ? num : 0;
    *amp_virtq_idx(avail) = (uint16_t)vq->next_publish;
    if (AMP_CONFIG_FAST_PATH) {
        vq->own_count = stock ? 0 : num;
        vq->fast_ids = vq->next_publish;
    }
    amp_cache_clean(amp_virtq_cache(vq), desc, (size_t)(end - (uint8_t *)desc));
    return da;
}
#endif

int amp_virtq_pending(const struct amp_virtq *vq) {
    amp_cache_invalidate(amp_virtq_cache(vq), amp_virtq_idx(vq->in_ring), sizeof(uint16_t));
    // Partner: the other side's store_release of its index in amp_virtq_publish().
    uint32_t idx = amp_shm_load_acquire_16(amp_virtq_idx(vq->in_ring));
    uint32_t count = (uint16_t)(idx - vq->next_consume);
    return count <= amp_virtq_peer_count(vq) ? (int)count : -1;
}
