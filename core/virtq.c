/* A split virtqueue: what both roles share. */
#include "core/virtq.h"

#include <string.h>

bool amp_virtq_shape_is_valid(uint32_t num, uint32_t align) {
    return num != 0 && num <= AMP_CONFIG_MAX_BUFFERS && (num & (num - 1)) == 0 //
        && align >= 4 && align <= 65536 && (align & (align - 1)) == 0;
}

// Where the writer of a ring says when it wants to be rung: behind the entries,
// or in the flags before them.
static uint16_t *event_of(void *entries, size_t len, bool event_idx) {
    return event_idx ? (void *)((uint8_t *)entries + len) : (uint16_t *)entries - 2;
}

bool amp_virtq_init(
    struct amp_virtq *vq, const struct amp_vring_layout *ring, bool driver, bool event_idx) {
    uint32_t num = ring->num;
    if (!amp_virtq_shape_is_valid(num, ring->align)) {
        return false;
    }
    driver = amp_virtq_is_driver(driver);
    vq->desc = ring->va;
    struct virtq_avail *avail = (void *)(amp_virtq_desc(vq) + num);
    struct virtq_used *used = (void *)((uint8_t *)ring->va + virtq_used_offset(num, ring->align));
    uint16_t *used_event = event_of(avail->ring, sizeof(*avail->ring) * num, event_idx);
    uint16_t *avail_event = event_of(used->ring, sizeof(*used->ring) * num, event_idx);
    vq->mine = driver ? (void *)avail->ring : used->ring;
    vq->theirs = driver ? (void *)used->ring : avail->ring;
    vq->my_event = driver ? used_event : avail_event;
    vq->peer_event = driver ? avail_event : used_event;
    vq->notify_id = ring->notify_id;
    vq->mask = num - 1;
    vq->given = vq->next = 0;
    vq->event_mask = event_idx ? 0xFFFF : 0;
    if (AMP_SHORT_CUTS) {
        vq->usual = vq->kept_count = 0;
    }
    memset(vq->kept, 0, num);
    return true;
}

int amp_virtq_ready(const struct amp_virtq *vq, bool driver) {
    amp_cache_forget(amp_virtq_cache(vq), amp_virtq_idx(vq->theirs), sizeof(uint16_t));
    // Partner: the other side's store_release of its index, when it gives.
    uint32_t idx = amp_shm_load_acquire_16(amp_virtq_idx(vq->theirs));
    uint32_t count = (uint16_t)(idx - vq->next);
    // A driver waits for what the device has, a device for what it has not.
    driver = amp_virtq_is_driver(driver);
    uint32_t with = amp_virtq_in_flight(vq, driver);
    return count <= (driver ? with : amp_virtq_num(vq) - with) ? (int)count : -1;
}
