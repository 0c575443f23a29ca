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
    uint32_t received = rsc->made.vdev.vring[0].num;
    uint32_t count = received + rsc->made.vdev.vring[1].num;
    int error = place(rsc, &rsc->made.buffers_da, 0, LINE);
    if (error != 0) {
        return error;
    }
    size_t room = port->shared_len - (rsc->made.buffers_da - port->shared_da);
    room /= port->buffer_size;
    if (count > room) {
        count = (uint32_t)room;
    }
    rsc->made.buffer_count = count;
    return count <= received
        ? no_room(rsc)
        : place(rsc, &rsc->made.buffers_da, (size_t)count * port->buffer_size, LINE);
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
        struct amp_rsc_vring *ring = &rsc->made.vdev.vring[i];
        if (ring->da == AMP_DA_ANY) {
            error = place(rsc, &da, virtq_size(ring->num, ring->align), ring->align);
            ring->da = (uint32_t)da;
        }
    }
    return error == 0 ? place_buffers(rsc) : error;
}

// ---- Entries ----

// The image fixed [da, da + len): what the host places goes above it.
static int keep_clear(struct amp_rsc *rsc, amp_da_t da, size_t len, uint32_t flags) {
    const struct amp_port *port = rsc->elf.port;
    amp_da_t end = da + len;
    if (!amp_elf_reaches(&rsc->elf, da, len, flags)) {
        return refuse(rsc, amp_elf_outside);
    }
    if (amp_elf_overlap(port->shared_da, port->shared_len, da, len)
        && end - port->shared_da > rsc->next - port->shared_da) {
        rsc->next = end;
    }
    return 0;
}

static int check_carveout(
    struct amp_rsc *rsc, const struct amp_rsc_carveout *carveout, uint32_t offset) {
    if (carveout->da != AMP_DA_ANY) {
        return keep_clear(rsc, carveout->da, carveout->len, 0);
    }
    if (rsc->carveout_count == AMP_RSC_MAX_CARVEOUTS) {
        return refuse(rsc, amp_elf_too_many);
    }
    rsc->carveout[rsc->carveout_count].entry = offset;
    rsc->carveout[rsc->carveout_count].len = carveout->len;
    ++rsc->carveout_count;
    return 0;
}

// There is no IOMMU to be set up, so only what needs none can be granted.
static int check_devmem(struct amp_rsc *rsc, const struct amp_rsc_devmem *devmem) {
    if (devmem->da != devmem->pa || !amp_port_allows(rsc->elf.port, devmem->da, devmem->len, 0)) {
        return refuse(rsc, amp_elf_outside);
    }
    return 0;
}

static int check_trace(struct amp_rsc *rsc, const struct amp_rsc_trace *trace) {
    if (trace->len == 0) {
        return refuse(rsc, amp_elf_outside);
    }
    if (rsc->made.trace_len == 0) {
        rsc->made.trace_da = trace->da;
        rsc->made.trace_len = trace->len;
    }
    return keep_clear(rsc, trace->da, trace->len, 0);
}

// [da, da + len), which the image or the port fixed, is for one purpose.
static int take_fixed(struct amp_rsc *rsc, amp_da_t da, size_t len) {
    int error = keep_clear(rsc, da, len, AMP_WINDOW_SHARED);
    if (error == 0 && amp_elf_claim(&rsc->elf, da, len) == NULL) {
        error = refuse(rsc, amp_elf_taken);
    }
    return error;
}

// A line of our cache that the other core writes to, too, would bring what we
// wrote back over what it wrote.  So the used ring, and each buffer, has lines
// of its own.
static int check_lines(struct amp_rsc *rsc, unsigned i) {
#if AMP_CONFIG_CACHE
    const struct amp_rsc_vring *ring = &rsc->made.vdev.vring[i];
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
    struct amp_rsc_vring *ring = &rsc->made.vdev.vring[i];
    bool open = ring->da == AMP_DA_ANY;
    // As with an address, all ones lets the host choose.
    if (ring->notifyid == AMP_DA_ANY) {
        ring->notifyid = i;
    }
    if (!amp_virtq_shape_is_valid(ring->num, ring->align)
        || (!open && (ring->da & ((ring->align - 1) | (RING_ALIGN - 1))) != 0)) {
        return refuse(rsc, "bad vring size or alignment");
    }
    int error = check_lines(rsc, i); // a ring begins at a multiple of `align`
    if (error != 0 || open) {
        return error;
    }
    return take_fixed(rsc, ring->da, virtq_size(ring->num, ring->align));
}

// Serve the device whose entry is at `offset`, and whose rings are in made.vdev.
static int take_vdev(struct amp_rsc *rsc, uint32_t offset, uint32_t features) {
    rsc->has_vdev = true;
    rsc->made.vdev.da = rsc->elf.table_da + offset;
    rsc->made.vdev.features = features;
    int error = check_ring(rsc, 0);
    return error != 0 ? error : check_ring(rsc, 1);
}

static int check_vdev(struct amp_rsc *rsc, const struct amp_rsc_vdev_entry *vdev, uint32_t offset) {
    struct amp_elf *elf = &rsc->elf;
    size_t rings = offset + sizeof(*vdev);
    size_t room = elf->table_len - rings;
    size_t rings_len = vdev->num_of_vrings * sizeof(struct amp_rsc_vring);
    if (rings_len > room || vdev->config_len > room - rings_len) {
        return refuse(rsc, amp_elf_cut_short);
    }
    // Other devices, and a second one of ours, never see a driver.
    if (vdev->id != VIRTIO_ID_RPMSG || rsc->has_vdev) {
        return 0;
    }
    if (vdev->num_of_vrings != 2) {
        return refuse(rsc, "not two vrings");
    }
    int error = amp_elf_read(
        elf, elf->table_offset + rings, rsc->made.vdev.vring, sizeof(rsc->made.vdev.vring));
    return error != 0 ? error : take_vdev(rsc, offset, vdev->dfeatures);
}

static uint32_t reserved_of(const union entry *entry) {
    switch (entry->type) {
        case AMP_RSC_TRACE:
            return entry->trace.reserved;
        case AMP_RSC_VDEV:
            return entry->vdev.reserved[0] | entry->vdev.reserved[1];
        default: // a carveout, and a devmem, which is laid out alike
            return entry->carveout.reserved;
    }
}

static int check_entry(struct amp_rsc *rsc, uint32_t offset) {
    // How long what is known of each type is.
    static const uint8_t sizes[] = {
        [AMP_RSC_CARVEOUT] = sizeof(struct amp_rsc_carveout),
        [AMP_RSC_DEVMEM] = sizeof(struct amp_rsc_devmem),
        [AMP_RSC_TRACE] = sizeof(struct amp_rsc_trace),
        [AMP_RSC_VDEV] = sizeof(struct amp_rsc_vdev_entry),
    };
    struct amp_elf *elf = &rsc->elf;
    union entry entry;
    size_t room = offset <= elf->table_len ? elf->table_len - offset : 0;
    if (room > sizeof(entry)) {
        room = sizeof(entry);
    }
    if (room < sizeof(entry.type)) {
        return refuse(rsc, amp_elf_cut_short);
    }
    int error = amp_elf_read(elf, elf->table_offset + offset, &entry, room);
    if (error != 0) {
        return error;
    }
    // Vendors' entries (128 to 512), and types of later days.
    if (entry.type >= sizeof(sizes)) {
        return 0;
    }
    if (room < sizes[entry.type]) {
        return refuse(rsc, amp_elf_cut_short);
    }
    if (reserved_of(&entry) != 0) {
        return refuse(rsc, "reserved field not zero"); // as Linux has it
    }
    switch (entry.type) {
        case AMP_RSC_CARVEOUT:
            return check_carveout(rsc, &entry.carveout, offset);
        case AMP_RSC_DEVMEM:
            return check_devmem(rsc, &entry.devmem);
        case AMP_RSC_TRACE:
            return check_trace(rsc, &entry.trace);
        default:
            return check_vdev(rsc, &entry.vdev, offset);
    }
}

static int check_table(struct amp_rsc *rsc) {
    struct amp_elf *elf = &rsc->elf;
    struct amp_rsc_header header;
    if (elf->table_len < sizeof(header)) {
        return refuse(rsc, amp_elf_cut_short);
    }
    int error = amp_elf_read(elf, elf->table_offset, &header, sizeof(header));
    if (error != 0) {
        return error;
    }
    if (header.ver != 1 || header.reserved[0] != 0 || header.reserved[1] != 0) {
        return refuse(rsc, "unknown table version");
    }
    if (header.num > (elf->table_len - sizeof(header)) / sizeof(uint32_t)) {
        return refuse(rsc, amp_elf_cut_short);
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
    rsc->made.buffer_base = table->buffer_base;
    elf->table_da = table->table_da;
    elf->table_len = sizeof(struct amp_table_rpmsg);
    int error = take_fixed(rsc, elf->table_da, elf->table_len);
    if (error != 0) {
        return error;
    }
    for (unsigned i = 0; i < 2; ++i) {
        struct amp_rsc_vring *ring = &rsc->made.vdev.vring[i];
        ring->da = table->vring_da[i];
        ring->align = table->vring_align;
        ring->num = table->vring_num;
        ring->notifyid = i;
    }
    return take_vdev(rsc, offsetof(struct amp_table_rpmsg, vdev), 1 << VIRTIO_RPMSG_F_NS);
}

int amp_rsc_check(struct amp_rsc *rsc) {
    look_at(rsc, 0);
    rsc->next = rsc->elf.port->shared_da;
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
    const struct amp_port *port = rsc->elf.port;
    uint8_t *table = port->ops->map(port->ctx, rsc->elf.table_da, rsc->elf.table_len);
    if (table == NULL) {
        return -AMP_EIO;
    }
    if (rsc->is_default) {
        write_default((void *)table);
    }
    // An image's table may lie at any address, so no field is stored as a word.
    uint8_t *vdev = table + (rsc->made.vdev.da - rsc->elf.table_da);
    amp_rsc_put(vdev + offsetof(struct amp_rsc_vdev_entry, gfeatures), 0);
    vdev[offsetof(struct amp_rsc_vdev_entry, status)] = 0;
    memcpy(vdev + sizeof(struct amp_rsc_vdev_entry), rsc->made.vdev.vring,
        sizeof(rsc->made.vdev.vring));
    for (unsigned i = 0; i < rsc->carveout_count; ++i) {
        uint8_t *carveout = table + rsc->carveout[i].entry;
        amp_rsc_put(carveout + offsetof(struct amp_rsc_carveout, da), rsc->carveout[i].da);
        amp_rsc_put(carveout + offsetof(struct amp_rsc_carveout, pa), rsc->carveout[i].da);
    }
    if (port->ops->cache_clean != NULL) {
        port->ops->cache_clean(port->ctx, table, rsc->elf.table_len);
    }
    return 0;
}
