/* A split virtqueue: the device's side, which borrows the descriptors. */
#include "core/virtq.h"

#if AMP_CONFIG_DEVICE

void amp_virtq_device_begin(struct amp_virtq *vq, bool event_idx) {
    struct virtq_avail *avail = amp_virtq_avail(vq);
    vq->event_idx = event_idx;
    // used_event or flags, both in the driver's ring.
    vq->peer_event = event_idx ? &avail->ring[amp_virtq_num(vq)] : &avail->flags;
}

#endif
