/*
 * The ELF loader, for little-endian ELF32 and ELF64 (System V ABI, chapter 4
 * "Object files" and chapter 5 "Program loading").
 *
 * As in Linux's remoteproc, a segment goes to its physical address (p_paddr).
 * The resource table is the section ".resource_table"; its address is where
 * its bytes are loaded, so what is checked in the file is what the core gets.
 */
#include <string.h>

#include "core/cache.h"
#include "core/elf.h"
#include "core/elf_fields.h"
#include "openamp/port.h"

int amp_elf_read(struct amp_elf *elf, size_t offset, void *buffer, size_t len) {
    if (!amp_range_is_inside(offset, len, elf->size)) {
        return AMP_CUT_SHORT;
    }
    elf->check.read_error = elf->image->read(elf->image->ctx, offset, buffer, len);
    return elf->check.read_error == 0 ? 0 : AMP_UNREADABLE;
}

int amp_elf_read_contents(
    struct amp_elf *elf, size_t offset, void *buffer, size_t len, amp_da_t da) {
    return elf->reloc_count == 0
        ? amp_elf_read(elf, offset, buffer, len)
        : elf->check.port->pie->read_contents(elf, offset, buffer, len, da);
}

int amp_elf_read_header(struct amp_elf *elf, union ehdr *h) {
    // At most half of SIZE_MAX, so that the sum of two offsets in the image cannot wrap.
    elf->size = elf->image->size < SIZE_MAX / 2 ? (size_t)elf->image->size : SIZE_MAX / 2;
    int what = amp_elf_read(elf, 0, h, sizeof(h->narrow));
#if UINTPTR_MAX > UINT32_MAX
    elf->wide = what == 0 && (h->narrow.e_kind & ELF_KIND_MASK) == (ELF_KIND | ELFCLASS64);
    if (elf->wide) {
        what = amp_elf_read(elf, 0, h, sizeof(h->wide));
    }
#endif
    return what != 0 || h->narrow.e_magic == ELF_MAGIC ? what : AMP_NO_ELF;
}

// Read the file header into *h and check it.
static int check_header(struct amp_elf *elf, union ehdr *h) {
    int what = amp_elf_read_header(elf, h);
    if (what != 0) {
        return what;
    }
    if ((h->narrow.e_kind & ELF_KIND_MASK) != KIND(elf) || FIELD(elf, *h, e_ehsize) != SIZE(elf, *h)
        || FIELD(elf, *h, e_phentsize) != SIZE(elf, (union phdr){0})) {
        return AMP_UNKNOWN_ELF;
    }
    if (h->narrow.e_type != ET_EXEC
        && (h->narrow.e_type != ET_DYN || elf->check.port->pie == NULL)) {
        return AMP_NO_PROGRAM;
    }
    amp_load_begin_check(&elf->check, AMP_AT_MACHINE, h->narrow.e_machine);
    elf->entry = FIELD(elf, *h, e_entry);
    elf->phoff = FIELD(elf, *h, e_phoff);
    elf->phnum = FIELD(elf, *h, e_phnum);
    if (elf->phnum > AMP_ELF_MAX_SEGMENTS) {
        amp_load_begin_check(&elf->check, AMP_AT_SEGMENT, AMP_ELF_MAX_SEGMENTS);
        return AMP_TOO_MANY;
    }
    return h->narrow.e_machine == elf->check.port->elf_machine ? 0 : AMP_OTHER_MACHINE;
}

// ---- Segments ----

// Check one segment by itself; amp_elf_check_free() compares it with the others.
static int check_segment(struct amp_elf *elf, const union phdr *p, struct amp_elf_segment *s) {
    const struct amp_port *port = elf->check.port;
    amp_da_t da = FIELD(elf, *p, p_paddr) + elf->bias;
    size_t len = FIELD(elf, *p, p_memsz);
    s->offset = FIELD(elf, *p, p_offset);
    s->filesz = FIELD(elf, *p, p_filesz);
    bool empty = s->filesz == 0;
    size_t end = da + len - port->shared_da; // meaningless for a segment outside of the region
    if (empty && end <= port->shared_len / 2 && end > elf->check.reserved) {
        elf->check.reserved = end;
    }
    s->va = amp_load_map(&elf->check, da, len, AMP_WINDOW_LOAD);
    if (s->va == NULL) {
        if (!empty || !amp_port_allows(port, da, len, AMP_WINDOW_SHARED)) {
            return AMP_OUTSIDE;
        }
        elf->check.len = 0; // nothing is loaded: the segment only reserves shared memory
        return 0;
    }
    int what = amp_load_check_user(&elf->check, s->va);
    if (empty || what != 0) {
        return what;
    }
    // Rings and buffers will be placed in the shared region: no contents go there.
    if (amp_ranges_overlap(da, len, port->shared_da, port->shared_len)) {
        return AMP_TAKEN;
    }
    return s->filesz <= len && amp_range_is_inside(s->offset, s->filesz, elf->size) ? 0
                                                                                    : AMP_CUT_SHORT;
}

int amp_elf_next_segment(struct amp_elf *elf, size_t *next, struct amp_elf_segment *s) {
    union phdr p;
    int what = 0;
    elf->check.len = 0;
    while (what == 0 && elf->check.len == 0 && *next < elf->phnum) {
        // The sum cannot wrap: each earlier header was found to be inside the image.
        what = amp_elf_read(elf, elf->phoff + (*next)++ * SIZE(elf, p), &p, SIZE(elf, p));
        if (what == 0 && p.narrow.p_type == PT_LOAD && FIELD(elf, p, p_memsz) != 0) {
            what = check_segment(elf, &p, s);
        }
    }
    return what;
}

int amp_elf_check_free(struct amp_elf *elf, size_t end, amp_da_t da, size_t len) {
    struct amp_elf_segment s;
    size_t next = 0;
    int what;
    do {
        what = amp_elf_next_segment(elf, &next, &s);
        if (what == 0 && elf->check.len != 0 && next <= end && s.filesz != 0
            && amp_ranges_overlap(da, len, elf->check.da, s.filesz)) {
            what = AMP_TAKEN;
        }
    } while (what == 0 && elf->check.len != 0 && next < end);
    elf->check.da = da;
    elf->check.len = len;
    return what;
}

static int load_segment(struct amp_elf *elf, const struct amp_elf_segment *s) {
    int what =
        s->filesz == 0 ? 0 : amp_elf_read_contents(elf, s->offset, s->va, s->filesz, elf->check.da);
    if (what == 0) {
        memset(s->va + s->filesz, 0, elf->check.len - s->filesz);
        amp_port_clean(elf->check.port, s->va, elf->check.len);
    }
    return what;
}

// The order is that of the file, because a segment's zeros may lie over the contents of a
// later segment, but not of an earlier one.
int amp_elf_check_segments(struct amp_elf *elf, bool load) {
    struct amp_elf_segment s;
    for (size_t next = 0;;) {
        int what = amp_elf_next_segment(elf, &next, &s);
        if (what == 0 && elf->check.len == 0) {
            return 0;
        }
        if (what == 0) {
            what = amp_elf_check_free(elf, next - 1, elf->check.da, elf->check.len);
        }
        if (what == 0 && load) {
            what = load_segment(elf, &s);
        }
        if (what != 0) {
            amp_load_begin_check(&elf->check, AMP_AT_SEGMENT, next - 1);
            return what;
        }
    }
}

// Check that the entry point lies in contents of a segment, or for firmware in place
// anywhere, and in a window in which code may run.
static int check_entry(struct amp_elf *elf) {
    // On Arm, bit 0 of an entry address means Thumb code.
    amp_da_t start =
        elf->check.port->elf_machine == AMP_EM_ARM ? elf->entry & ~(amp_da_t)1 : elf->entry;
    int what = elf->image == NULL ? AMP_TAKEN : amp_elf_check_free(elf, SIZE_MAX, start, 1);
    if (what == 0 || what == AMP_TAKEN) {
        amp_load_begin_check(&elf->check, AMP_AT_ADDRESS, elf->entry);
        what =
            amp_load_allows(&elf->check, start, 1, AMP_WINDOW_RUN) && what != 0 ? 0 : AMP_BAD_ENTRY;
        elf->check.len = 0; // an error reports only the address, and no range of memory
    }
    return what;
}

// ---- The resource table ----

// Find the segment whose contents include the whole table.  A table that no segment loads
// is ignored.
static int find_segment_of_table(struct amp_elf *elf, size_t offset, size_t len) {
    struct amp_elf_segment s;
    for (size_t next = 0;;) {
        int what = amp_elf_next_segment(elf, &next, &s);
        if (what != 0 || elf->check.len == 0) {
            return what;
        }
        // An offset before the contents wraps to a number above their length.
        if (amp_range_is_inside(offset - s.offset, len, s.filesz)) {
            elf->table_da = elf->check.da + (offset - s.offset);
            elf->table_offset = offset;
            elf->table_len = len;
            return 0;
        }
    }
}

// Look for the section ".resource_table".  An image without section headers,
// or without their names, has none.
static int find_table(struct amp_elf *elf, const union ehdr *h) {
    static const char table_name[] = ".resource_table";
    char name[sizeof(table_name)];
    union shdr s;
    size_t headers = FIELD(elf, *h, e_shoff);
    size_t count = FIELD(elf, *h, e_shnum);
    size_t names = FIELD(elf, *h, e_shstrndx);
    if (headers == 0 || count * names == 0) {
        return 0;
    }
    amp_load_begin_check(&elf->check, AMP_AT_OFFSET, headers);
    if (FIELD(elf, *h, e_shentsize) != SIZE(elf, s) || names >= count
        || !amp_range_is_inside(headers, count * SIZE(elf, s), elf->size)) {
        return AMP_CUT_SHORT;
    }
    int what = amp_elf_read(elf, headers + names * SIZE(elf, s), &s, SIZE(elf, s));
    if (what != 0) {
        return what;
    }
    names = FIELD(elf, s, sh_offset);
    size_t names_len = FIELD(elf, s, sh_size);
    if (!amp_range_is_inside(names, names_len, elf->size)) {
        return AMP_CUT_SHORT;
    }
    for (size_t i = 0; i < count; ++i, headers += SIZE(elf, s)) {
        what = amp_elf_read(elf, headers, &s, SIZE(elf, s));
        if (what != 0) {
            return what;
        }
        // A name with fewer bytes up to the end of the table of names is another name.
        if (!amp_range_is_inside(s.narrow.sh_name, sizeof(name), names_len)) {
            continue;
        }
        what = amp_elf_read(elf, names + s.narrow.sh_name, name, sizeof(name));
        if (what != 0) {
            return what;
        }
        if (memcmp(name, table_name, sizeof(name)) == 0) {
            return s.narrow.sh_type == SHT_NOBITS
                ? 0
                : find_segment_of_table(elf, FIELD(elf, s, sh_offset), FIELD(elf, s, sh_size));
        }
    }
    return 0;
}

int amp_elf_check(struct amp_elf *elf) {
    const struct amp_image *image = elf->image;
    union ehdr h;
    h.narrow.e_type = ET_EXEC;
    int what = image == NULL ? 0 : check_header(elf, &h);
    if (what == 0) {
        what = h.narrow.e_type == ET_EXEC ? amp_elf_check_segments(elf, false)
                                          : elf->check.port->pie->check(elf);
    }
    if (what == 0) {
        what = check_entry(elf);
    }
    return what != 0 || image == NULL ? what : find_table(elf, &h);
}

int amp_elf_load(struct amp_elf *elf) {
    return amp_elf_check_segments(elf, true);
}
