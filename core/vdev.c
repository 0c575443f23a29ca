/*
 * The device's side of the virtio handshake: find the RPMsg device in this core's
 * resource table, and check whether the host has set DRIVER_OK.  The host may write
 * to the table at any time, so each field is read once.
 */
#include "openamp/vdev.h"

#include <string.h>

#include "core/shm.h"
#include "core/virtq.h"
#include "core/wire/rpmsg_layout.h"
#include "openamp/table.h"

#if AMP_CONFIG_DEVICE

// The vdev entry of the RPMsg device, with room for its two rings, or NULL.
static const struct amp_rsc_vdev *find_entry(const uint8_t *table, size_t len) {
    const struct amp_rsc_header *header = (const void *)table;
    if (len < sizeof(*header) || amp_shm_load_32(&header->ver) != 1) {
        return NULL;
    }
    const uint32_t *offsets = (const void *)(table + sizeof(*header));
    size_t room = (len - sizeof(*header)) / sizeof(*offsets);
    size_t num = amp_shm_load_32(&header->num);
    for (size_t i = 0; i < num && i < room; ++i) {
        uint32_t offset = amp_shm_load_32(&offsets[i]);
        size_t size = sizeof(struct amp_rsc_vdev) + 2 * sizeof(struct amp_rsc_vring);
        if (offset % 4 != 0 || offset > len || len - offset < size) {
            continue;
        }
        const struct amp_rsc_vdev *entry = (const void *)(table + offset);
        if (amp_shm_load_32(&entry->type) == AMP_RSC_VDEV
            && amp_shm_load_32(&entry->id) == VIRTIO_ID_RPMSG) {
            return entry;
        }
    }
    return NULL;
}

static bool is_ready(const struct amp_rsc_vdev *entry) {
    // Partner: the host's store_release of the status, after all other fields.
    return (amp_shm_load_acquire_8(&entry->status) & VIRTIO_CONFIG_S_DRIVER_OK) != 0;
}

int amp_vdev_open(const struct amp_port *port, const void *table, size_t table_len,
    struct amp_rpmsg_layout *layout) {
    const struct amp_rsc_vdev *entry = find_entry(table, table_len);
    if (entry == NULL) {
        return -AMP_EINVAL;
    }
    if (!is_ready(entry)) {
        return -AMP_EAGAIN;
    }
    memset(layout, 0, sizeof(*layout));
    const struct amp_rsc_vring *vrings = (const void *)(entry + 1);
    for (int i = 0; i < 2; ++i) {
        uint32_t num = amp_shm_load_32(&vrings[i].num);
        uint32_t align = amp_shm_load_32(&vrings[i].align);
        uint32_t da = amp_shm_load_32(&vrings[i].da);
        if (!amp_virtq_shape_is_valid(num, align) || da % 4 != 0) {
            return -AMP_EINVAL;
        }
        layout->vring[i].va = port->ops->map(port->ctx, da, virtq_size(num, align));
        if (layout->vring[i].va == NULL) {
            return -AMP_EINVAL;
        }
        layout->vring[i].num = (uint16_t)num;
        layout->vring[i].align = align;
        layout->vring[i].notify_id = amp_shm_load_32(&vrings[i].notifyid);
    }
    if (port->shared_len != 0) {
        layout->buffers = port->ops->map(port->ctx, port->shared_da, port->shared_len);
        layout->buffers_len = port->shared_len;
    }
    layout->buffers_da = layout->buffers == NULL ? 0 : port->shared_da;
    // With the default table, buffer addresses may count from a base.
    const struct amp_default_table *own = port->default_table;
    if (own != NULL && own->table_da == (uintptr_t)table) {
        layout->buffers_da -= own->buffer_base;
    }
    uint32_t features = amp_shm_load_32(&entry->gfeatures);
    layout->name_service = features >> VIRTIO_RPMSG_F_NS & 1;
    layout->event_idx = features >> VIRTIO_RING_F_EVENT_IDX & 1;
    return 0;
}

// Only this side writes the index of a used ring, so another value shows that the host has
// reset the ring.
static bool is_as_published(const struct amp_virtq *vq) {
    return amp_shm_load_16(amp_virtq_idx(vq->out_ring)) == (uint16_t)vq->next_publish;
}

bool amp_vdev_is_current(const struct amp_rpmsg *link, const void *table, size_t table_len) {
    const struct amp_rsc_vdev *entry = find_entry(table, table_len);
    return entry != NULL && is_ready(entry) //
        && is_as_published(&link->rx) && is_as_published(&link->tx);
}

#endif
