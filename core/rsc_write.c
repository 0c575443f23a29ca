/*
 * Writes the host's answers into the resource table in target memory, which the host
 * never reads: gfeatures, status and rings of the RPMsg device that it drives (of a ring
 * only da and notifyid change, and only if they were left open), and da and pa of
 * carveouts that were left open.
 */
#include <string.h>

#include "core/cache.h"
#include "core/rsc_table.h"
#include "core/wire/rpmsg_layout.h"

// The default table: an RPMsg device, and a trace entry of length 0.
static void write_default(struct amp_table_rpmsg *table) {
    memset(table, 0, sizeof(*table));
    table->header.ver = 1;
    table->header.num = 2;
    table->offset[0] = offsetof(struct amp_table_rpmsg, vdev);
    table->offset[1] = offsetof(struct amp_table_rpmsg, trace);
    table->vdev.type = AMP_RSC_VDEV;
    table->vdev.id = VIRTIO_ID_RPMSG;
    table->vdev.dfeatures = 1 << VIRTIO_RPMSG_F_NS;
    table->vdev.num_of_vrings = 2;
    table->trace.type = AMP_RSC_TRACE;
}

int amp_rsc_write(const struct amp_rsc *rsc) {
    const struct amp_port *port = rsc->elf.check.port;
    if (rsc->elf.table_len == 0) {
        return 0;
    }
    uint8_t *table = port->ops->map(port->ctx, rsc->elf.table_da, rsc->elf.table_len);
    if (table == NULL) {
        return -AMP_EIO;
    }
    if (rsc->is_default) {
        write_default((void *)table);
    }
#if AMP_CONFIG_TABLE_MARK
    if (rsc->in_place.ctx != NULL) {
        memmove(table, rsc->in_place.ctx, rsc->elf.table_len);
    }
#endif
    // An image's table may lie at any address, so no field is stored as a word.
    if (amp_rproc_has_link(&rsc->rproc)) {
        uint8_t *vdev = table + (rsc->rproc.vdev.da - rsc->elf.table_da);
        amp_rsc_put(vdev + offsetof(struct amp_rsc_vdev, gfeatures), 0);
        vdev[offsetof(struct amp_rsc_vdev, status)] = 0;
        memcpy(vdev + sizeof(struct amp_rsc_vdev), rsc->rproc.vdev.vring,
            sizeof(rsc->rproc.vdev.vring));
    }
    for (unsigned i = 0; i < rsc->carveout_count; ++i) {
        uint8_t *carveout = table + rsc->carveout[i].entry;
        amp_rsc_put(carveout + offsetof(struct amp_rsc_carveout, da), rsc->carveout[i].da);
        amp_rsc_put(carveout + offsetof(struct amp_rsc_carveout, pa), rsc->carveout[i].da);
    }
    amp_port_clean(port, table, rsc->elf.table_len);
    return 0;
}
