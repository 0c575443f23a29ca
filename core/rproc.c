/*
 * The life cycle of a remote core: load, start, watch, stop.
 *
 * Here the host writes gfeatures and status to the resource table in target memory
 * (rsc_write.c writes the rest).  It never reads anything there.
 */
#include <string.h>

#include "core/cache.h"
#include "core/rsc_table.h"
#include "core/shm.h"
#include "core/wire/rpmsg_layout.h"
#include "core/wire/virtq_layout.h"

void amp_rproc_init(struct amp_rproc *rproc, const struct amp_port *port, struct amp_rpmsg *link) {
    memset(rproc, 0, sizeof(*rproc));
    rproc->port = port;
    rproc->link = link;
}

// ---- Loading ----

// Have the port put the core into reset and make its memory accessible.  On an error no
// memory was written, and *why has the port's reason.
static int prepare(const struct amp_rproc *rproc, bool load, struct amp_load_error *why) {
    const struct amp_port *port = rproc->port;
    int error = 0;
    // A core that crashed may still be executing.
    if (rproc->state == AMP_RPROC_CRASHED) {
        error = port->ops->core_stop(port->ctx);
    }
    if (error == 0 && port->ops->core_prepare != NULL) {
        error = port->ops->core_prepare(port->ctx, load);
    }
    if (error != 0) {
        (void)port->ops->core_state(port->ctx, &why->what); // the port may know the reason
    }
    return error;
}

// `image` is NULL for firmware that is already in place.
static int load(struct amp_rproc *rproc, const struct amp_image *image, struct amp_load_error *why,
    amp_da_t entry) {
    struct amp_rsc rsc;
    *why = (struct amp_load_error){.what = NULL};
    memset(&rsc, 0, sizeof(rsc));
    rsc.elf.check.port = rsc.rproc.port = rproc->port;
    rsc.rproc.link = rproc->link;
    rsc.elf.image = image;
    rsc.elf.entry = entry;
    int what = rproc->state == AMP_RPROC_RUNNING ? -AMP_EBUSY : amp_elf_check(&rsc.elf);
#if AMP_CONFIG_TABLE_MARK
    if (what == 0 && image == NULL) {
        what = prepare(rproc, false, why); // its memory may have no clock or power yet
        if (what == 0) {
            amp_rsc_find_in_place(&rsc);
        }
    }
#endif
    if (what == 0) {
        what = amp_rsc_check(&rsc);
    }
    if (what == 0) {
        what = prepare(rproc, image != NULL, why);
    }
    if (what == 0) {
        // Everything is checked and placed: from here on target memory is written.
        amp_rpmsg_forget(rproc->link);
        *rproc = rsc.rproc;
        rproc->entry = rsc.elf.entry;
        what = amp_elf_load(&rsc.elf);
        if (what == 0) {
            what = amp_rsc_write(&rsc);
        }
        if (what == 0) {
            rproc->state = AMP_RPROC_LOADED;
        }
    }
    return amp_load_report(&rsc.elf.check, what, why);
}

int amp_rproc_load(
    struct amp_rproc *rproc, const struct amp_image *image, struct amp_load_error *error) {
    return load(rproc, image, error, 0);
}

int amp_rproc_load_address(struct amp_rproc *rproc, amp_da_t entry, struct amp_load_error *error) {
    return load(rproc, NULL, error, entry);
}

// ---- Starting and stopping ----

// The feature bits that the host accepts, where the device offers them.
static const uint32_t known_features =
    UINT32_C(1) << VIRTIO_RPMSG_F_NS | UINT32_C(1) << VIRTIO_RING_F_EVENT_IDX;

// Write gfeatures, then status: a device that sees DRIVER_OK finds everything
// else in place.  Partner: the acquire load of status in amp_vdev_open().
static int write_status(const struct amp_rproc *rproc, uint8_t status) {
    const struct amp_port *port = rproc->port;
    size_t len = sizeof(struct amp_rsc_vdev);
    if (!amp_rproc_has_link(rproc)) {
        return 0;
    }
    uint8_t *va = port->ops->map(port->ctx, rproc->vdev.da, len);
    if (va == NULL) {
        return -AMP_EIO;
    }
    amp_rsc_put(
        va + offsetof(struct amp_rsc_vdev, gfeatures), rproc->vdev.features & known_features);
    amp_shm_store_release_8(va + offsetof(struct amp_rsc_vdev, status), status);
    amp_port_clean(port, va, len);
    return 0;
}

// Begin the session, on the rings and buffers that loading has placed.
static int bring_link_up(struct amp_rproc *rproc) {
    const struct amp_port *port = rproc->port;
    struct amp_rpmsg_layout layout;
    if (!AMP_CONFIG_CACHE && port->cache_line != 0) {
        return -AMP_EINVAL; // this build cannot maintain a cache
    }
    if (!amp_rproc_has_link(rproc)) {
        return 0;
    }
    for (unsigned i = 0; i < 2; ++i) {
        const struct amp_rsc_vring *ring = &rproc->vdev.vring[i];
        layout.vring[i].va =
            port->ops->map(port->ctx, ring->da, virtq_size(ring->num, ring->align));
        layout.vring[i].align = ring->align;
        layout.vring[i].notify_id = ring->notifyid;
        layout.vring[i].num = (uint16_t)ring->num;
        if (layout.vring[i].va == NULL) {
            return -AMP_EIO;
        }
    }
    layout.buffers_len = rproc->buffers_len;
    layout.buffers = port->ops->map(port->ctx, rproc->buffers_da, layout.buffers_len);
    layout.buffers_da = rproc->buffers_da - rproc->buffer_base;
    layout.buffer_size[0] = rproc->buffer_size[0];
    layout.buffer_size[1] = rproc->buffer_size[1];
    layout.name_service = rproc->vdev.features >> VIRTIO_RPMSG_F_NS & 1;
    layout.event_idx = rproc->vdev.features >> VIRTIO_RING_F_EVENT_IDX & 1;
    int error = layout.buffers == NULL ? -AMP_EIO : amp_rpmsg_up(rproc->link, &layout);
    const uint8_t all =
        VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER | VIRTIO_CONFIG_S_DRIVER_OK;
    return error != 0 ? error : write_status(rproc, all);
}

int amp_rproc_start(struct amp_rproc *rproc) {
    const struct amp_port *port = rproc->port;
    if (rproc->state != AMP_RPROC_LOADED) {
        return rproc->state == AMP_RPROC_RUNNING ? -AMP_EBUSY : -AMP_EINVAL;
    }
    int error = bring_link_up(rproc);
    if (error == 0) {
        error = port->ops->core_start(port->ctx, rproc->entry);
    }
    if (error == 0) {
        rproc->state = AMP_RPROC_RUNNING;
        if (amp_rproc_has_link(rproc)) {
            // A kick for ring 0 tells the device that the host is ready, as in Linux.
            port->ops->kick(port->ctx, rproc->vdev.vring[0].notifyid);
        }
        return 0;
    }
    (void)write_status(rproc, 0);
    amp_rpmsg_down(rproc->link);
    return error;
}

int amp_rproc_stop(struct amp_rproc *rproc) {
    const struct amp_port *port = rproc->port;
    // Even if nothing was started: the caller wants the core to be in reset.
    int error = port->ops->core_stop(port->ctx);
    if (error != 0) {
        return error;
    }
    if (rproc->state >= AMP_RPROC_RUNNING) {
        (void)write_status(rproc, 0); // the device has no driver any more
    }
    // The state changes first, because events of amp_rpmsg_down() may read it.
    rproc->state = AMP_RPROC_OFFLINE;
    rproc->reason = NULL;
    amp_rpmsg_down(rproc->link);
    amp_rpmsg_forget(rproc->link);
    return 0;
}

int amp_rproc_shutdown(struct amp_rproc *rproc) {
    const struct amp_port *port = rproc->port;
    int error = amp_rproc_stop(rproc);
    if (error == 0 && port->ops->core_release != NULL) {
        port->ops->core_release(port->ctx);
    }
    return error;
}

// ---- Running ----

// The core is dead, or broke the protocol.  Returns `error`.
static int enter_crashed(struct amp_rproc *rproc, int error, const char *reason) {
    rproc->state = AMP_RPROC_CRASHED;
    rproc->reason = reason;
    amp_rpmsg_down(rproc->link);
    return error;
}

// Put the core into reset, because it may still write to memory; but not where that would
// reset the whole system.
static void put_into_reset(const struct amp_port *port) {
    if (!port->stop_resets) {
        (void)port->ops->core_stop(port->ctx);
    }
}

int amp_rproc_report_crash(struct amp_rproc *rproc, const char *reason) {
    if (rproc->state != AMP_RPROC_RUNNING) {
        return -AMP_EINVAL;
    }
    put_into_reset(rproc->port);
    return enter_crashed(rproc, 0, reason);
}

int amp_rproc_poll(struct amp_rproc *rproc) {
    const struct amp_port *port = rproc->port;
    struct amp_rpmsg *link = rproc->link;
    const char *reason = "the core stopped";
    if (rproc->state != AMP_RPROC_RUNNING) {
        return 0;
    }
    // First acknowledge, then look: for what the core writes after the acknowledgement it
    // kicks again, and what it wrote before is seen below.  In the other order a doorbell
    // between the two would be lost.  Partner: the other core's kick(), after its write.
    if (port->ops->doorbell_ack != NULL) {
        port->ops->doorbell_ack(port->ctx);
    }
    // The state before the messages: a core that is dead now sends nothing after them,
    // and one poll takes all that it can have sent.
    bool dead = port->ops->core_state(port->ctx, &reason) != AMP_CORE_RUNNING;
    if (dead) {
        amp_rpmsg_peer_died(link);
    }
    uint32_t generation = link->generation;
    int taken = amp_rpmsg_poll(link);
    // From a callback no message was taken, and those that a dead core sent must wait
    // until the callback returns; but the callback learns of the death.
    if (!amp_rpmsg_is_polling(link)) {
        bool up = amp_rpmsg_is_up(link) || !amp_rproc_has_link(rproc);
        if (rproc->state != AMP_RPROC_RUNNING || (up && link->generation != generation)) {
            return taken; // a callback stopped the core, and may have started it again
        }
        if (!up) { // a violation, found here or by a send since the last poll
            put_into_reset(port);
            return enter_crashed(rproc, -AMP_EPROTO, link->violation);
        }
    }
    return dead ? enter_crashed(rproc, -AMP_EPIPE, reason) : taken;
}

// Copy text of one trace buffer, without its first *offset bytes; *offset is reduced by the
// bytes that were skipped.
static size_t read_trace(const uint8_t *va, size_t size, size_t *offset, char *text, size_t len) {
    size_t count = 0;
    for (size_t i = 0; i < size && count < len; ++i) {
        // Once, as the core may be writing: what ends the text is not copied.
        char c = (char)amp_shm_load_8(va + i);
        if (c == 0) {
            break;
        }
        if (*offset != 0) {
            --*offset;
        } else {
            text[count++] = c;
        }
    }
    return count;
}

size_t amp_rproc_trace(const struct amp_rproc *rproc, size_t offset, char *text, size_t len) {
    const struct amp_port *port = rproc->port;
    size_t count = 0;
    for (unsigned i = 0; count == 0 && i < AMP_RPROC_MAX_TRACES; ++i) {
        uint32_t size = rproc->trace[i].len;
        uint8_t *va = size == 0 ? NULL : port->ops->map(port->ctx, rproc->trace[i].da, size);
        if (va == NULL) {
            break;
        }
        if (port->ops->cache_invalidate != NULL) {
            port->ops->cache_invalidate(port->ctx, va, size);
        }
        count = read_trace(va, size, &offset, text, len);
    }
    return count;
}
