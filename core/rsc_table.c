/*
 * The resource table of Linux's remoteproc (include/linux/rsc_table.h,
 * Documentation/staging/remoteproc.rst), version 1.
 *
 * The table is checked where it is in the image, entry by entry, each read
 * once into private memory.  After loading, the host writes into the copy in
 * target memory and never reads it.  It writes gfeatures, status and the rings
 * of the RPMsg device it serves (of a ring only da and notifyid change, and
 * only if left open), and da and pa of carveouts that were left open.
 */
#include <string.h>

#include "core/cache.h"
#include "core/rsc_table.h"
#include "core/virtq.h"
#include "core/wire/rpmsg_layout.h"

// Where gcc, asked for small code, would have a copy in each of two callers.
#define NOINLINE __attribute__((noinline))

enum { LINE = 64 }; // alignment of what the host places: a cache line of any core

// Any entry, as it is in the table.
union entry {
    uint32_t type;
    struct amp_rsc_carveout carveout;
    struct amp_rsc_devmem devmem;
    struct amp_rsc_trace trace;
    struct amp_rsc_vdev vdev;
    struct amp_rsc_buffers buffers;
};

// Read from the table, which is checked to be long enough.
static int read_table(struct amp_rsc *rsc, size_t offset, void *buffer, size_t len) {
    struct amp_elf *elf = &rsc->elf;
    return amp_range_is_inside(offset, len, elf->table_len)
        ? amp_elf_read(elf, elf->table_offset + offset, buffer, len)
        : AMP_CUT_SHORT;
}

// ---- Placement ----

static amp_da_t round_up(amp_da_t da, size_t align) {
    return (da + (align - 1)) & ~(amp_da_t)(align - 1);
}

// Allocate from the shared region; `align` is a power of two.  That there is no
// room is noted, for one look at the end.
static void place(struct amp_rsc *rsc, uint32_t *placed, size_t len, size_t align) {
    const struct amp_port *port = rsc->elf.check.port;
    amp_da_t da = round_up(rsc->next, align);
    size_t used = da - port->shared_da;
    // A table has 32 bits for an address.
    if (da < rsc->next || used > port->shared_len || len > port->shared_len - used
        || (uint32_t)da != da) {
        rsc->placing = AMP_NO_ROOM;
        return;
    }
    *placed = (uint32_t)da;
    rsc->next = round_up(da + len, LINE);
}

// As many message buffers as the rings have descriptors; but what there is no
// room for is left out of ring 1, as long as it keeps one.
static void place_buffers(struct amp_rsc *rsc) {
    const struct amp_port *port = rsc->elf.check.port;
    const uint32_t *size = rsc->rproc.buffer_size;
    size_t len = (size_t)rsc->rproc.vdev.vring[0].num * size[0];
    // If `next` is beyond the region, or ring 0's do not fit, this wraps, and
    // place() finds no room.
    size_t room = port->shared_len - (rsc->next - port->shared_da) - len;
    size_t count = room / size[1];
    if (count == 0) {
        rsc->placing = AMP_NO_ROOM;
    }
    if (count > rsc->rproc.vdev.vring[1].num) {
        count = rsc->rproc.vdev.vring[1].num;
    }
    len += count * size[1];
    rsc->rproc.buffers_len = len;
    place(rsc, &rsc->rproc.buffers_da, len, LINE);
}

NOINLINE static void place_ring(struct amp_rsc *rsc, struct amp_rsc_vring *ring) {
    if (ring->da == AMP_DA_ANY) {
        place(rsc, &ring->da, virtq_size(ring->num, ring->align), ring->align);
    }
}

// A line of our cache that the other core writes to, too, would bring what we
// wrote back over what it wrote.  So the used ring, and each buffer, has lines
// of its own.
static int check_lines(struct amp_rsc *rsc) {
#if AMP_CONFIG_CACHE
    uint32_t line = rsc->elf.check.port->cache_line;
    for (unsigned i = 0; i < 2 && line != 0; ++i) {
        amp_load_begin_check(&rsc->elf.check, AMP_AT_VRING, i);
        if (rsc->rproc.buffer_size[i] % line != 0 || rsc->elf.check.port->shared_da % line != 0) {
            return AMP_BUFFERS_SHARE;
        }
        // A ring begins at a multiple of `align`.
        if (rsc->rproc.vdev.vring[i].align % line != 0) {
            return AMP_RINGS_SHARE;
        }
    }
#else
    (void)rsc;
#endif
    return 0;
}

// Once everything that is fixed is known, place the rest.
static int place_open(struct amp_rsc *rsc) {
    for (unsigned i = 0; i < rsc->carveout_count; ++i) {
        place(rsc, &rsc->carveout[i].da, rsc->carveout[i].len, LINE);
    }
    if (amp_rproc_has_link(&rsc->rproc)) {
        int what = check_lines(rsc);
        if (what != 0) {
            return what;
        }
        place_ring(rsc, &rsc->rproc.vdev.vring[0]);
        place_ring(rsc, &rsc->rproc.vdev.vring[1]);
        place_buffers(rsc);
    }
    return rsc->placing;
}

// ---- Entries ----

// The image fixed [da, da + len): what the host places goes above it.
static int keep_clear(struct amp_rsc *rsc, amp_da_t da, size_t len, uint32_t flags) {
    const struct amp_port *port = rsc->elf.check.port;
    amp_da_t end = da + len;
    if (amp_load_map(&rsc->elf.check, da, len, flags) == NULL) {
        return AMP_OUTSIDE;
    }
    if (len != 0 && amp_ranges_overlap(port->shared_da, port->shared_len, da, len)
        && end - port->shared_da > rsc->next - port->shared_da) {
        rsc->next = round_up(end, LINE);
    }
    return 0;
}

static int check_carveout(
    struct amp_rsc *rsc, const struct amp_rsc_carveout *carveout, uint32_t offset) {
    if (carveout->da != AMP_DA_ANY) {
        return keep_clear(rsc, carveout->da, carveout->len, 0);
    }
    if (rsc->carveout_count == AMP_RSC_MAX_CARVEOUTS) {
        return AMP_TOO_MANY;
    }
    rsc->carveout[rsc->carveout_count].entry = offset;
    rsc->carveout[rsc->carveout_count].len = carveout->len;
    ++rsc->carveout_count;
    return 0;
}

// There is no IOMMU to be set up, so only what needs none can be granted.
static int check_devmem(struct amp_rsc *rsc, const struct amp_rsc_devmem *devmem) {
    return amp_load_allows(&rsc->elf.check, devmem->da, devmem->len, 0) && devmem->da == devmem->pa
        ? 0
        : AMP_OUTSIDE;
}

// One that lies nowhere is not read; the firmware runs without.
static int check_trace(struct amp_rsc *rsc, const struct amp_rsc_trace *trace) {
    if (trace->len != 0 && keep_clear(rsc, trace->da, trace->len, 0) == 0
        && rsc->rproc.trace_len == 0) {
        rsc->rproc.trace_da = trace->da;
        rsc->rproc.trace_len = trace->len;
    }
    return 0;
}

// [da, da + len), which the image or the port fixed, is for one purpose.
NOINLINE static int take_fixed(struct amp_rsc *rsc, amp_da_t da, size_t len) {
    int error = keep_clear(rsc, da, len, AMP_WINDOW_SHARED);
    return error != 0 ? error : amp_elf_check_free(&rsc->elf, SIZE_MAX, da, len);
}

static int check_rings(struct amp_rsc *rsc) {
    size_t fixed = 0; // bytes of ring 0, if its address is given
    for (unsigned i = 0; i < 2; ++i) {
        struct amp_rsc_vring *ring = &rsc->rproc.vdev.vring[i];
        // As with an address, all ones lets the host choose.
        if (ring->notifyid == AMP_DA_ANY) {
            ring->notifyid = i;
        }
        if (!amp_virtq_shape_is_valid(ring->num, ring->align)) {
            return AMP_BAD_RING;
        }
        if (ring->da == AMP_DA_ANY) {
            continue;
        }
        if ((ring->da & (ring->align - 1)) != 0) {
            return AMP_BAD_RING;
        }
        size_t len = virtq_size(ring->num, ring->align);
        int error = take_fixed(rsc, ring->da, len);
        if (error == AMP_OUTSIDE && ring->da == 0) {
            ring->da = AMP_DA_ANY; // what 0 says in tables of others
            continue;
        }
        if (error != 0) {
            return error;
        }
        if (fixed != 0 && amp_ranges_overlap(ring->da, len, ring[-1].da, fixed)) {
            return AMP_TAKEN;
        }
#if AMP_CONFIG_TABLE_MARK
        // In an image the table is contents; here it is not.
        if (rsc->in_place.ctx != NULL
            && amp_ranges_overlap(ring->da, len, rsc->elf.table_da, rsc->elf.table_len)) {
            return AMP_TAKEN;
        }
#endif
        fixed = len;
    }
    return 0;
}

static int check_vdev(struct amp_rsc *rsc, const struct amp_rsc_vdev *vdev, uint32_t offset) {
    size_t rings = offset + sizeof(*vdev);
    size_t room = rsc->elf.table_len - rings;
    size_t rings_len = vdev->num_of_vrings * sizeof(struct amp_rsc_vring);
    if (rings_len > room || vdev->config_len > room - rings_len) {
        return AMP_CUT_SHORT;
    }
    // Other devices, and a second one of ours, never see a driver.
    if (vdev->id != VIRTIO_ID_RPMSG || amp_rproc_has_link(&rsc->rproc)) {
        return 0;
    }
    if (vdev->num_of_vrings != 2) {
        return AMP_NOT_TWO;
    }
    rsc->rproc.vdev.da = rsc->elf.table_da + offset;
    rsc->rproc.vdev.features = vdev->dfeatures;
    int error = read_table(rsc, rings, rsc->rproc.vdev.vring, sizeof(rsc->rproc.vdev.vring));
    return error != 0 ? error : check_rings(rsc);
}

// Our own vendor entry, if it is not another vendor's with the same number.
static int check_buffers(struct amp_rsc *rsc, const struct amp_rsc_buffers *wanted) {
    uint32_t step = AMP_CONFIG_CACHE && rsc->elf.check.port->cache_line != 0
        ? rsc->elf.check.port->cache_line
        : 4;
    if (wanted->magic != AMP_RSC_BUFFERS_MAGIC) {
        return 0;
    }
    for (unsigned i = 0; i < 2; ++i) {
        uint32_t size = wanted->size[i];
        if (size - AMP_BUFFER_MIN > AMP_BUFFER_MAX - AMP_BUFFER_MIN || size % step != 0) {
            return AMP_BAD_SIZE;
        }
        rsc->rproc.buffer_size[i] = size;
    }
    return 0;
}

static int check_entry(struct amp_rsc *rsc, uint32_t offset) {
    // How long what is known of each type is.
    static const uint8_t sizes[] = {
        [AMP_RSC_CARVEOUT] = sizeof(struct amp_rsc_carveout),
        [AMP_RSC_DEVMEM] = sizeof(struct amp_rsc_devmem),
        [AMP_RSC_TRACE] = sizeof(struct amp_rsc_trace),
        [AMP_RSC_VDEV] = sizeof(struct amp_rsc_vdev),
    };
    union entry entry;
    size_t len = rsc->elf.table_len - offset; // if it wraps there is nothing to read
    if (len > sizeof(entry)) {
        len = sizeof(entry);
    }
    int error = len < sizeof(entry.type) ? AMP_CUT_SHORT : read_table(rsc, offset, &entry, len);
    if (error != 0) {
        return error;
    }
    if (entry.type == AMP_RSC_BUFFERS && len >= sizeof(entry.buffers)) {
        return check_buffers(rsc, &entry.buffers);
    }
    // Other entries of vendors (128 to 512), and types of later days.
    if (entry.type >= sizeof(sizes)) {
        return 0;
    }
    if (len < sizes[entry.type]) {
        return AMP_CUT_SHORT;
    }
    // As Linux has it; but of a device they are not read, as some say their role there.
    if (entry.type == AMP_RSC_VDEV) {
        return check_vdev(rsc, &entry.vdev, offset);
    }
    if ((entry.type == AMP_RSC_TRACE ? entry.trace.reserved : entry.carveout.reserved) != 0) {
        return AMP_RESERVED; // a devmem is laid out like a carveout
    }
    switch (entry.type) {
        case AMP_RSC_CARVEOUT:
            return check_carveout(rsc, &entry.carveout, offset);
        case AMP_RSC_DEVMEM:
            return check_devmem(rsc, &entry.devmem);
        default:
            return check_trace(rsc, &entry.trace);
    }
}

static int check_table(struct amp_rsc *rsc) {
    struct amp_rsc_header header;
    size_t position = sizeof(header);
    int error = read_table(rsc, 0, &header, sizeof(header));
    if (error != 0) {
        return error;
    }
    if (header.ver != 1 || header.reserved[0] != 0 || header.reserved[1] != 0) {
        return AMP_UNKNOWN_TABLE;
    }
    for (uint32_t i = 0; i < header.num; ++i, position += sizeof(uint32_t)) {
        uint32_t offset;
        amp_load_begin_check(&rsc->elf.check, AMP_AT_ENTRY, i);
        error = read_table(rsc, position, &offset, sizeof(offset));
        if (error == 0) {
            error = check_entry(rsc, offset);
        }
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

static int check_default_table(struct amp_rsc *rsc) {
    struct amp_elf *elf = &rsc->elf;
    const struct amp_default_table *table = elf->check.port->default_table;
    if (table == NULL) {
        return 0;
    }
    rsc->is_default = true;
    rsc->rproc.buffer_base = table->buffer_base;
    rsc->rproc.vdev.da = table->table_da + offsetof(struct amp_table_rpmsg, vdev);
    rsc->rproc.vdev.features = 1 << VIRTIO_RPMSG_F_NS;
    elf->table_da = table->table_da;
    elf->table_len = sizeof(struct amp_table_rpmsg);
    for (unsigned i = 0; i < 2; ++i) {
        struct amp_rsc_vring *ring = &rsc->rproc.vdev.vring[i];
        ring->da = table->vring_da[i];
        ring->align = table->vring_align;
        ring->num = table->vring_num;
        ring->notifyid = i;
    }
    int error = take_fixed(rsc, elf->table_da, elf->table_len);
    return error != 0 ? error : check_rings(rsc);
}

int amp_rsc_check(struct amp_rsc *rsc) {
    amp_load_begin_check(&rsc->elf.check, AMP_AT_ENTRY, 0);
    rsc->next = round_up(rsc->elf.check.port->shared_da + rsc->elf.check.reserved, LINE);
    memcpy(
        rsc->rproc.buffer_size, rsc->elf.check.port->buffer_size, sizeof(rsc->rproc.buffer_size));
    int error = rsc->elf.table_len != 0 ? check_table(rsc) : check_default_table(rsc);
    return error != 0 ? error : place_open(rsc);
}

// What firmware without a table knows: this one, with a trace of no length.
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
