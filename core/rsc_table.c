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

#include "core/rsc_table.h"
#include "core/virtq.h"
#include "core/wire/rpmsg_layout.h"

enum {
    LINE = 64, // alignment of what the host places: a cache line of any core
    RING_ALIGN = 16, // of a descriptor table (virtio 1.1, 2.6)
};

// Any entry, as it is in the table.
union entry {
    uint32_t type;
    struct amp_rsc_carveout carveout;
    struct amp_rsc_devmem devmem;
    struct amp_rsc_trace trace;
    struct amp_rsc_vdev_entry vdev;
};

// How the table that the host builds begins: a struct amp_table_rpmsg, which is
// the layout that firmware without a table knows.
struct default_table {
    struct amp_rsc_header header;
    uint32_t offset[2];
    struct amp_rsc_vdev_entry vdev;
};
static const struct default_table default_table = {
    .header = {.ver = 1, .num = 2},
    .offset = {offsetof(struct amp_table_rpmsg, vdev), offsetof(struct amp_table_rpmsg, trace)},
    .vdev = {.type = AMP_RSC_VDEV,
        .id = VIRTIO_ID_RPMSG,
        .dfeatures = 1 << VIRTIO_RPMSG_F_NS,
        .num_of_vrings = 2},
};

static const char cut_short[] = "resource table is cut short";

static int refuse(struct amp_rsc *rsc, const char *what) {
    return amp_elf_refuse(&rsc->elf, what);
}

static void look_at(const struct amp_rsc *rsc, uint32_t entry) {
    rsc->elf.error->unit = "entry";
    rsc->elf.error->where = entry;
}

static int no_room(struct amp_rsc *rsc) {
    (void)refuse(rsc, "shared memory too small");
    return -AMP_ENOMEM;
}

// ---- Placement ----

// The image fixed [da, da + len): what the host places goes above it.
static void keep_clear(struct amp_rsc *rsc, amp_da_t da, size_t len) {
    const struct amp_port *port = rsc->elf.port;
    amp_da_t end = da + len;
    if (amp_elf_overlap(port->shared_da, port->shared_len, da, len)
        && end - port->shared_da > rsc->next - port->shared_da) {
        rsc->next = end;
    }
}

// Allocate from the shared region; `align` is a power of two.
static int place(struct amp_rsc *rsc, amp_da_t *placed, size_t len, size_t align) {
    const struct amp_port *port = rsc->elf.port;
    if (align < LINE) {
        align = LINE;
    }
    amp_da_t da = (rsc->next + (align - 1)) & ~(amp_da_t)(align - 1);
    size_t used = da - port->shared_da;
    // A table has 32 bits for an address.
    if (da < rsc->next || used > port->shared_len || len > port->shared_len - used
        || (uint32_t)da != da || !amp_elf_reaches(&rsc->elf, da, len, AMP_WINDOW_SHARED)) {
        return no_room(rsc);
    }
    *placed = da;
    rsc->next = da + len;
    return 0;
}

// As many message buffers as the rings have descriptors; but what there is no
// room for is left out of ring 1, as long as it keeps one.
static int place_buffers(struct amp_rsc *rsc) {
    const struct amp_port *port = rsc->elf.port;
    uint32_t received = rsc->vdev.vring[0].num;
    uint32_t count = received + rsc->vdev.vring[1].num;
    int error = place(rsc, &rsc->buffers_da, 0, LINE);
    if (error == 0) {
        size_t room = port->shared_len - (rsc->buffers_da - port->shared_da);
        room /= port->buffer_size;
        rsc->buffer_count = room < count ? (uint32_t)room : count;
        error = rsc->buffer_count <= received
            ? no_room(rsc)
            : place(rsc, &rsc->buffers_da, (size_t)rsc->buffer_count * port->buffer_size, LINE);
    }
    return error;
}

// Once everything that is fixed is known, place the rest.
static int place_open(struct amp_rsc *rsc) {
    int error = 0;
    amp_da_t da = 0;
    for (unsigned i = 0; i < rsc->carveout_count && error == 0; ++i) {
        error = place(rsc, &da, rsc->carveout[i].len, LINE);
        rsc->carveout[i].da = (uint32_t)da;
    }
    for (unsigned i = 0; i < 2 && error == 0; ++i) {
        struct amp_rsc_vring *ring = &rsc->vdev.vring[i];
        if (ring->da == AMP_DA_ANY) {
            error = place(rsc, &da, virtq_size(ring->num, ring->align), ring->align);
            ring->da = (uint32_t)da;
        }
    }
    return error == 0 ? place_buffers(rsc) : error;
}

// ---- Entries ----

static int check_carveout(struct amp_rsc *rsc, const union entry *entry, uint32_t offset) {
    const struct amp_rsc_carveout *carveout = &entry->carveout;
    if (carveout->da != AMP_DA_ANY) {
        if (!amp_elf_reaches(&rsc->elf, carveout->da, carveout->len, 0)) {
            return refuse(rsc, AMP_ELF_OUTSIDE);
        }
        keep_clear(rsc, carveout->da, carveout->len);
        return 0;
    }
    if (rsc->carveout_count == AMP_RSC_MAX_CARVEOUTS) {
        return refuse(rsc, AMP_ELF_TOO_MANY);
    }
    rsc->carveout[rsc->carveout_count].entry = offset;
    rsc->carveout[rsc->carveout_count].len = carveout->len;
    ++rsc->carveout_count;
    return 0;
}

// There is no IOMMU to be set up, so only what needs none can be granted.
static int check_devmem(struct amp_rsc *rsc, const union entry *entry, uint32_t offset) {
    (void)offset;
    const struct amp_rsc_devmem *devmem = &entry->devmem;
    if (devmem->da != devmem->pa || !amp_port_allows(rsc->elf.port, devmem->da, devmem->len, 0)) {
        return refuse(rsc, AMP_ELF_OUTSIDE);
    }
    return 0;
}

static int check_trace(struct amp_rsc *rsc, const union entry *entry, uint32_t offset) {
    (void)offset;
    const struct amp_rsc_trace *trace = &entry->trace;
    if (trace->len == 0 || !amp_elf_reaches(&rsc->elf, trace->da, trace->len, 0)) {
        return refuse(rsc, AMP_ELF_OUTSIDE);
    }
    keep_clear(rsc, trace->da, trace->len);
    if (rsc->trace_len == 0) {
        rsc->trace_da = trace->da;
        rsc->trace_len = trace->len;
    }
    return 0;
}

// A line of our cache that the other core writes to, too, would bring what we
// wrote back over what it wrote.  So the used ring, and each buffer, has lines
// of its own.
static int check_lines(struct amp_rsc *rsc, unsigned i) {
#if AMP_CONFIG_CACHE
    const struct amp_rsc_vring *ring = &rsc->vdev.vring[i];
    uint32_t line = rsc->elf.port->cache_line;
    const char *what = NULL;
    if (line == 0) {
        return 0;
    }
    if (rsc->elf.port->buffer_size % line != 0 || rsc->elf.port->shared_da % line != 0) {
        what = "message buffers share a cache line";
    } else if (ring->align % line != 0) {
        what = "used ring shares a cache line with the available ring";
    }
    if (what != NULL) {
        rsc->elf.error->unit = "vring";
        rsc->elf.error->where = i;
        return refuse(rsc, what);
    }
#else
    (void)rsc;
    (void)i;
#endif
    return 0;
}

static int check_ring(struct amp_rsc *rsc, unsigned i) {
    struct amp_rsc_vring *ring = &rsc->vdev.vring[i];
    // As with an address, all ones lets the host choose.
    if (ring->notifyid == AMP_DA_ANY) {
        ring->notifyid = i;
    }
    if (!amp_virtq_shape_is_valid(ring->num, ring->align)) {
        return refuse(rsc, "bad vring size or alignment");
    }
    int error = check_lines(rsc, i); // a ring begins at a multiple of `align`
    if (error != 0 || ring->da == AMP_DA_ANY) {
        return error;
    }
    size_t len = virtq_size(ring->num, ring->align);
    if ((ring->da & ((ring->align - 1) | (RING_ALIGN - 1))) != 0) {
        return refuse(rsc, "bad vring size or alignment");
    }
    if (!amp_elf_reaches(&rsc->elf, ring->da, len, AMP_WINDOW_SHARED)) {
        return refuse(rsc, AMP_ELF_OUTSIDE);
    }
    if (amp_elf_claim(&rsc->elf, ring->da, len) == NULL) {
        return refuse(rsc, AMP_ELF_TAKEN);
    }
    keep_clear(rsc, ring->da, len);
    return 0;
}

// Serve the device whose entry is at `offset`, and whose rings are in rsc->vdev.
static int take_vdev(struct amp_rsc *rsc, uint32_t offset, uint32_t features) {
    rsc->has_vdev = true;
    rsc->vdev.da = rsc->elf.table_da + offset;
    rsc->vdev.features = features;
    int error = check_ring(rsc, 0);
    return error != 0 ? error : check_ring(rsc, 1);
}

static int check_vdev(struct amp_rsc *rsc, const union entry *entry, uint32_t offset) {
    struct amp_elf *elf = &rsc->elf;
    const struct amp_rsc_vdev_entry *vdev = &entry->vdev;
    size_t rings = offset + sizeof(*vdev);
    size_t room = elf->table_len - rings;
    size_t rings_len = vdev->num_of_vrings * sizeof(struct amp_rsc_vring);
    if (rings_len > room || vdev->config_len > room - rings_len) {
        return refuse(rsc, cut_short);
    }
    // Other devices, and a second one of ours, never see a driver.
    if (vdev->id != VIRTIO_ID_RPMSG || rsc->has_vdev) {
        return 0;
    }
    if (vdev->num_of_vrings != 2) {
        return refuse(rsc, "not two vrings");
    }
    int error =
        amp_elf_read(elf, elf->table_offset + rings, rsc->vdev.vring, sizeof(rsc->vdev.vring));
    return error != 0 ? error : take_vdev(rsc, offset, vdev->dfeatures);
}

// What is known of each type: how long it is, where its reserved bytes are
// (they must be zero, as Linux has it) and who checks the rest.
static const struct {
    uint8_t size;
    uint8_t reserved;
    uint8_t reserved_len;
    int (*check)(struct amp_rsc *rsc, const union entry *entry, uint32_t offset);
} types[] = {
    [AMP_RSC_CARVEOUT] = {sizeof(struct amp_rsc_carveout),
        offsetof(struct amp_rsc_carveout, reserved), 4, check_carveout},
    [AMP_RSC_DEVMEM] = {sizeof(struct amp_rsc_devmem), offsetof(struct amp_rsc_devmem, reserved), 4,
        check_devmem},
    [AMP_RSC_TRACE] = {sizeof(struct amp_rsc_trace), offsetof(struct amp_rsc_trace, reserved), 4,
        check_trace},
    [AMP_RSC_VDEV] = {sizeof(struct amp_rsc_vdev_entry),
        offsetof(struct amp_rsc_vdev_entry, reserved), 2, check_vdev},
};

static const uint8_t zeros[8];

static int check_entry(struct amp_rsc *rsc, uint32_t offset) {
    struct amp_elf *elf = &rsc->elf;
    union entry entry;
    size_t room = offset <= elf->table_len ? elf->table_len - offset : 0;
    if (room > sizeof(entry)) {
        room = sizeof(entry);
    }
    if (room < sizeof(entry.type)) {
        return refuse(rsc, cut_short);
    }
    int error = amp_elf_read(elf, elf->table_offset + offset, &entry, room);
    if (error != 0) {
        return error;
    }
    // Vendors' entries (128 to 512), and types of later days.
    if (entry.type >= sizeof(types) / sizeof(types[0])) {
        return 0;
    }
    if (room < types[entry.type].size) {
        return refuse(rsc, cut_short);
    }
    const uint8_t *reserved = (const uint8_t *)&entry + types[entry.type].reserved;
    if (memcmp(reserved, zeros, types[entry.type].reserved_len) != 0) {
        return refuse(rsc, "reserved field is not zero");
    }
    return types[entry.type].check(rsc, &entry, offset);
}

static int check_table(struct amp_rsc *rsc) {
    struct amp_elf *elf = &rsc->elf;
    struct amp_rsc_header header;
    if (elf->table_len < sizeof(header)) {
        return refuse(rsc, cut_short);
    }
    int error = amp_elf_read(elf, elf->table_offset, &header, sizeof(header));
    if (error != 0) {
        return error;
    }
    if (header.ver != 1 || header.reserved[0] != 0 || header.reserved[1] != 0) {
        return refuse(rsc, "unknown version of resource table");
    }
    if (header.num > (elf->table_len - sizeof(header)) / sizeof(uint32_t)) {
        return refuse(rsc, cut_short);
    }
    size_t position = elf->table_offset + sizeof(header);
    for (uint32_t i = 0; i < header.num; ++i, position += sizeof(uint32_t)) {
        uint32_t offset;
        error = amp_elf_read(elf, position, &offset, sizeof(offset));
        if (error == 0) {
            look_at(rsc, i);
            error = check_entry(rsc, offset);
        }
        if (error != 0) {
            return error;
        }
    }
    return rsc->has_vdev ? 0 : refuse(rsc, "no RPMsg device");
}

static int check_default_table(struct amp_rsc *rsc) {
    struct amp_elf *elf = &rsc->elf;
    const struct amp_default_table *table = elf->port->default_table;
    if (table == NULL) {
        return refuse(rsc, "no resource table");
    }
    rsc->is_default = true;
    elf->table_da = table->table_da;
    elf->table_len = sizeof(struct amp_table_rpmsg);
    if (!amp_elf_reaches(elf, elf->table_da, elf->table_len, AMP_WINDOW_SHARED)
        || amp_elf_claim(elf, elf->table_da, elf->table_len) == NULL) {
        return refuse(rsc, AMP_ELF_TAKEN);
    }
    keep_clear(rsc, elf->table_da, elf->table_len);
    for (unsigned i = 0; i < 2; ++i) {
        struct amp_rsc_vring *ring = &rsc->vdev.vring[i];
        ring->da = table->vring_da[i];
        ring->align = table->vring_align;
        ring->num = table->vring_num;
        ring->notifyid = i;
    }
    return take_vdev(rsc, offsetof(struct default_table, vdev), default_table.vdev.dfeatures);
}

int amp_rsc_check(struct amp_rsc *rsc) {
    look_at(rsc, 0);
    rsc->next = rsc->elf.port->shared_da;
    int error = rsc->elf.table_len != 0 ? check_table(rsc) : check_default_table(rsc);
    return error != 0 ? error : place_open(rsc);
}

int amp_rsc_write(const struct amp_rsc *rsc) {
    const struct amp_port *port = rsc->elf.port;
    uint8_t *table = port->ops->map(port->ctx, rsc->elf.table_da, rsc->elf.table_len);
    if (table == NULL) {
        return -AMP_EIO;
    }
    // The table may lie at any address, so no field is stored as a word.
    if (rsc->is_default) {
        memset(table, 0, sizeof(struct amp_table_rpmsg));
        memcpy(table, &default_table, sizeof(default_table));
        table[offsetof(struct amp_table_rpmsg, trace)] = AMP_RSC_TRACE; // of no length
    }
    uint8_t *vdev = table + (rsc->vdev.da - rsc->elf.table_da);
    memset(vdev + offsetof(struct amp_rsc_vdev_entry, gfeatures), 0, sizeof(uint32_t));
    vdev[offsetof(struct amp_rsc_vdev_entry, status)] = 0;
    memcpy(vdev + sizeof(struct amp_rsc_vdev_entry), rsc->vdev.vring, sizeof(rsc->vdev.vring));
    for (unsigned i = 0; i < rsc->carveout_count; ++i) {
        uint8_t *carveout = table + rsc->carveout[i].entry;
        memcpy(carveout + offsetof(struct amp_rsc_carveout, da), &rsc->carveout[i].da, 4);
        memcpy(carveout + offsetof(struct amp_rsc_carveout, pa), &rsc->carveout[i].da, 4);
    }
    if (port->ops->cache_clean != NULL) {
        port->ops->cache_clean(port->ctx, table, rsc->elf.table_len);
    }
    return 0;
}
