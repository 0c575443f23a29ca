/*
 * The resource table of Linux's remoteproc (include/linux/rsc_table.h,
 * Documentation/staging/remoteproc.rst), version 1.
 *
 * The table is checked in the image, entry by entry, each of which is read once
 * into private memory.  Each type of entry has one line in `entry_types`, with the
 * function that checks it.  Memory of the shared region to which entries give
 * addresses is reserved; after that, what they left open is allocated above.
 * rsc_write.c writes the answers.
 */
#include <string.h>

#include "core/rsc_table.h"
#include "core/virtq.h"
#include "core/wire/rpmsg_layout.h"

// With -Os gcc would copy such a function into both of its callers.
#define NOINLINE __attribute__((noinline))

enum { LINE = 64 }; // alignment of all allocations: the cache line of any core

// Any entry, as it is in the table.
union entry {
    uint32_t type;
    uint32_t word[14];
    struct amp_rsc_carveout carveout;
    struct amp_rsc_devmem devmem;
    struct amp_rsc_trace trace;
    struct amp_rsc_vdev vdev;
    struct amp_rsc_buffers buffers;
};

// Read from the table, after checking that it is long enough.
static int read_table(struct amp_rsc *rsc, size_t offset, void *buffer, size_t len) {
    struct amp_elf *elf = &rsc->elf;
    if (!amp_range_is_inside(offset, len, elf->table_len)) {
        return AMP_CUT_SHORT;
    }
    size_t at = elf->table_offset + offset;
    return amp_elf_read_contents(elf, at, buffer, len, elf->table_da + offset);
}

// ---- Placement ----

// Allocate from the shared region; `align` is a power of two.  A failure is noted in
// alloc_error, which is checked once, at the end.
static void allocate(struct amp_rsc *rsc, uint32_t *placed, size_t len, size_t align) {
    const struct amp_port *port = rsc->elf.check.port;
    amp_da_t da = amp_round_up(rsc->free_da, align);
    size_t used = da - port->shared_da;
    if (rsc->alloc_error != 0) {
        return;
    }
    // An address in a table has 32 bits.
    if (da < rsc->free_da || used >= port->shared_len || len > port->shared_len - used
        || (uint32_t)da != da) {
        rsc->alloc_error = AMP_NO_ROOM;
        return;
    }
    struct amp_load_check *check = &rsc->elf.check;
    rsc->alloc_error = amp_load_check_user(check, amp_load_map(check, da, len, AMP_WINDOW_SHARED));
    *placed = (uint32_t)da;
    rsc->free_da = amp_round_up(da + len, LINE);
}

// Allocate one message buffer for each descriptor of the rings.  If there is not enough room,
// ring 1 gets fewer, but at least one.
static void allocate_buffers(struct amp_rsc *rsc) {
    const struct amp_port *port = rsc->elf.check.port;
    const uint32_t *size = rsc->rproc.buffer_size;
    size_t len = (size_t)rsc->rproc.vdev.vring[0].num * size[0];
    // If free_da is beyond the region, or ring 0's buffers do not fit, this wraps, and
    // allocate() then finds no room.
    size_t room = port->shared_len - (rsc->free_da - port->shared_da) - len;
    size_t count = room / size[1];
    if (count == 0) {
        rsc->alloc_error = AMP_NO_ROOM;
    }
    if (count > rsc->rproc.vdev.vring[1].num) {
        count = rsc->rproc.vdev.vring[1].num;
    }
    len += count * size[1];
    rsc->rproc.buffers_len = len;
    allocate(rsc, &rsc->rproc.buffers_da, len, LINE);
}

NOINLINE static void allocate_ring(struct amp_rsc *rsc, struct amp_rsc_vring *ring) {
    if (ring->da == AMP_DA_ANY) {
        allocate(rsc, &ring->da, virtq_size(ring->num, ring->align), ring->align);
    }
}

// Writing a cache line back would overwrite what the other core wrote into the same line.
// So the used ring and each buffer must begin and end at the limits of cache lines.
static int check_lines(struct amp_rsc *rsc) {
#if AMP_CONFIG_CACHE
    uint32_t line = rsc->elf.check.port->cache_line;
    for (unsigned i = 0; i < 2 && line != 0; ++i) {
        amp_load_begin_check(&rsc->elf.check, AMP_AT_VRING, i);
        if (rsc->rproc.buffer_size[i] % line != 0 || rsc->elf.check.port->shared_da % line != 0) {
            return AMP_BUFFERS_SHARE;
        }
        // The used ring begins at a multiple of `align`.
        if (rsc->rproc.vdev.vring[i].align % line != 0) {
            return AMP_RINGS_SHARE;
        }
    }
#else
    (void)rsc;
#endif
    return 0;
}

// Place everything whose address was left open, when all fixed addresses are known.
static int allocate_open(struct amp_rsc *rsc) {
    for (unsigned i = 0; i < rsc->carveout_count; ++i) {
        allocate(rsc, &rsc->carveout[i].da, rsc->carveout[i].len, LINE);
    }
    if (amp_rproc_has_link(&rsc->rproc)) {
        int what = check_lines(rsc);
        if (what != 0) {
            return what;
        }
        allocate_ring(rsc, &rsc->rproc.vdev.vring[0]);
        allocate_ring(rsc, &rsc->rproc.vdev.vring[1]);
        allocate_buffers(rsc);
    }
    return rsc->alloc_error;
}

// ---- Entries ----

// Reserve [da, da + len), an address that the image or the port fixed: the host allocates
// only above it.
static int reserve(struct amp_rsc *rsc, amp_da_t da, size_t len, uint32_t flags) {
    const struct amp_port *port = rsc->elf.check.port;
    amp_da_t end = da + len;
    struct amp_load_check *check = &rsc->elf.check;
    int what = amp_load_check_user(check, amp_load_map(check, da, len, flags));
    if (what != 0) {
        return what;
    }
    if (len != 0 && amp_ranges_overlap(port->shared_da, port->shared_len, da, len)
        && end - port->shared_da > rsc->free_da - port->shared_da) {
        rsc->free_da = amp_round_up(end, LINE);
    }
    return 0;
}

static int check_carveout(struct amp_rsc *rsc, const union entry *entry, uint32_t offset) {
    const struct amp_rsc_carveout *carveout = &entry->carveout;
    if (carveout->da != AMP_DA_ANY) {
        return reserve(rsc, carveout->da, carveout->len, 0);
    }
    if (rsc->carveout_count == AMP_RSC_MAX_CARVEOUTS) {
        return AMP_TOO_MANY;
    }
    rsc->carveout[rsc->carveout_count].entry = offset;
    rsc->carveout[rsc->carveout_count].len = carveout->len;
    ++rsc->carveout_count;
    return 0;
}

// No IOMMU is set up, so the device address has to be the physical address.
static int check_devmem(struct amp_rsc *rsc, const union entry *entry, uint32_t offset) {
    const struct amp_rsc_devmem *devmem = &entry->devmem;
    (void)offset;
    if (devmem->da != devmem->pa) {
        return AMP_NOT_PHYSICAL;
    }
    return amp_load_allows(&rsc->elf.check, devmem->da, devmem->len, 0) ? 0 : AMP_OUTSIDE;
}

// A trace buffer that the host cannot or may not read is ignored, and so are those beyond
// AMP_RPROC_MAX_TRACES, because the firmware runs without a reader, too.
static int check_trace(struct amp_rsc *rsc, const union entry *entry, uint32_t offset) {
    const struct amp_rsc_trace *trace = &entry->trace;
    (void)offset;
    if (trace->len == 0 || reserve(rsc, trace->da, trace->len, 0) != 0) {
        return 0;
    }
    for (unsigned i = 0; i < AMP_RPROC_MAX_TRACES; ++i) {
        if (rsc->rproc.trace[i].len == 0) {
            rsc->rproc.trace[i].da = trace->da;
            rsc->rproc.trace[i].len = trace->len;
            break;
        }
    }
    return 0;
}

// Reserve [da, da + len) for a ring or a table at a fixed address: no segment may have
// contents there.
NOINLINE static int reserve_unused(struct amp_rsc *rsc, amp_da_t da, size_t len) {
    int error = reserve(rsc, da, len, AMP_WINDOW_SHARED);
    return error != 0 ? error : amp_elf_check_free(&rsc->elf, SIZE_MAX, da, len);
}

static int check_rings(struct amp_rsc *rsc) {
    size_t fixed = 0; // bytes of ring 0, if its address is given
    for (unsigned i = 0; i < 2; ++i) {
        struct amp_rsc_vring *ring = &rsc->rproc.vdev.vring[i];
        // As in an address, all ones mean that the host chooses.
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
        int error = reserve_unused(rsc, ring->da, len);
        if (error == AMP_OUTSIDE && ring->da == 0) {
            ring->da = AMP_DA_ANY; // in some tables 0 means this
            continue;
        }
        if (error != 0) {
            return error;
        }
        amp_da_t first = rsc->rproc.vdev.vring[0].da;
        if (fixed != 0 && amp_ranges_overlap(ring->da, len, first, fixed)) {
            return AMP_TAKEN;
        }
#if AMP_CONFIG_TABLE_MARK
        // In an image reserve_unused() finds the table, as contents of a segment; this
        // table is in no image.
        if (rsc->in_place.ctx != NULL
            && amp_ranges_overlap(ring->da, len, rsc->elf.table_da, rsc->elf.table_len)) {
            return AMP_TAKEN;
        }
#endif
        fixed = len;
    }
    return 0;
}

static int check_vdev(struct amp_rsc *rsc, const union entry *entry, uint32_t offset) {
    const struct amp_rsc_vdev *vdev = &entry->vdev;
    size_t rings = offset + sizeof(*vdev);
    size_t room = rsc->elf.table_len - rings;
    size_t rings_len = vdev->num_of_vrings * sizeof(struct amp_rsc_vring);
    if (rings_len > room || vdev->config_len > room - rings_len) {
        return AMP_CUT_SHORT;
    }
    // Other devices, and a second RPMsg device, never get a driver.
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

static bool size_is_valid(uint32_t size, uint32_t step) {
    return size - AMP_BUFFER_MIN <= AMP_BUFFER_MAX - AMP_BUFFER_MIN && size % step == 0;
}

// openamp's own vendor entry, unless it is another vendor's entry with the same number.
static int check_buffers(struct amp_rsc *rsc, const union entry *entry, uint32_t offset) {
    const struct amp_rsc_buffers *wanted = &entry->buffers;
    (void)offset;
    uint32_t step = AMP_CONFIG_CACHE && rsc->elf.check.port->cache_line != 0
        ? rsc->elf.check.port->cache_line
        : 4;
    if (wanted->magic != AMP_RSC_BUFFERS_MAGIC) {
        return 0;
    }
    if (!size_is_valid(wanted->size[0], step) || !size_is_valid(wanted->size[1], step)) {
        return AMP_BAD_SIZE;
    }
    rsc->rproc.buffer_size[0] = wanted->size[0];
    rsc->rproc.buffer_size[1] = wanted->size[1];
    return 0;
}

// A type of entry.
struct entry_type {
    uint16_t type;
    uint8_t size; // bytes of its fields; `check` looks at what follows them
    uint8_t reserved; // the index of the word that must be 0; 0: there is none
    // Check an entry, which begins at `offset` of the table.
    int (*check)(struct amp_rsc *rsc, const union entry *entry, uint32_t offset);
};
#define WORD_OF(entry, field) (offsetof(entry, field) / sizeof(uint32_t))
static const struct entry_type entry_types[] = {
    {AMP_RSC_CARVEOUT, sizeof(struct amp_rsc_carveout), WORD_OF(struct amp_rsc_carveout, reserved),
        check_carveout},
    {AMP_RSC_DEVMEM, sizeof(struct amp_rsc_devmem), WORD_OF(struct amp_rsc_devmem, reserved),
        check_devmem},
    {AMP_RSC_TRACE, sizeof(struct amp_rsc_trace), WORD_OF(struct amp_rsc_trace, reserved),
        check_trace},
    // The reserved bytes are not checked: some firmware writes its role there.
    {AMP_RSC_VDEV, sizeof(struct amp_rsc_vdev), 0, check_vdev},
    {AMP_RSC_BUFFERS, sizeof(struct amp_rsc_buffers), 0, check_buffers},
};
enum { ENTRY_TYPES = sizeof(entry_types) / sizeof(entry_types[0]) };

static int check_entry(struct amp_rsc *rsc, uint32_t offset) {
    union entry entry;
    int error = read_table(rsc, offset, &entry.type, sizeof(entry.type));
    if (error != 0) {
        return error;
    }
    const struct entry_type *known = entry_types;
    while (known->type != entry.type) {
        if (++known == entry_types + ENTRY_TYPES) {
            return 0; // a type of another vendor (128 to 512) or of a later version
        }
    }
    error = read_table(rsc, offset, &entry, known->size);
    if (error != 0) {
        // Two vendors may use the same number; the other one's entry may be shorter.
        return error == AMP_CUT_SHORT && known->type >= AMP_RSC_VENDOR_FIRST ? 0 : error;
    }
    if (known->reserved != 0 && entry.word[known->reserved] != 0) {
        return AMP_RESERVED;
    }
    return known->check(rsc, &entry, offset);
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
    int error = reserve_unused(rsc, elf->table_da, elf->table_len);
    return error != 0 ? error : check_rings(rsc);
}

int amp_rsc_check(struct amp_rsc *rsc) {
    amp_load_begin_check(&rsc->elf.check, AMP_AT_ENTRY, 0);
    rsc->free_da = amp_round_up(rsc->elf.check.port->shared_da + rsc->elf.check.reserved, LINE);
    memcpy(
        rsc->rproc.buffer_size, rsc->elf.check.port->buffer_size, sizeof(rsc->rproc.buffer_size));
    int error = rsc->elf.table_len != 0 ? check_table(rsc) : check_default_table(rsc);
    return error != 0 ? error : allocate_open(rsc);
}
