/*
 * The ELF loader, for little-endian ELF32 and ELF64 (System V ABI, chapter 4
 * "Object files" and chapter 5 "Program loading").
 *
 * As in Linux's remoteproc, a segment goes to its physical address (p_paddr).
 * The resource table is the section ".resource_table"; its address is where
 * its bytes are loaded, so what is checked in the file is what the core gets.
 */
#include <string.h>

#include "core/elf.h"
#include "openamp/port.h"
#include "core/wire/elf_layout.h"

enum { EM_ARM = 40, PF_X = 1 };

// One header of either class as it is in the file.  A host whose addresses
// have 32 bits has no use for ELF64 and leaves it out.
union ehdr {
    struct elf32_ehdr narrow;
#if UINTPTR_MAX > UINT32_MAX
    struct elf64_ehdr wide;
#endif
};
union phdr {
    struct elf32_phdr narrow;
#if UINTPTR_MAX > UINT32_MAX
    struct elf64_phdr wide;
#endif
};
union shdr {
    struct elf32_shdr narrow;
#if UINTPTR_MAX > UINT32_MAX
    struct elf64_shdr wide;
#endif
};

#if UINTPTR_MAX > UINT32_MAX
#define FIELD(elf, header, field) \
    ((size_t)((elf)->wide ? (header).wide.field : (header).narrow.field))
#define SIZE(elf, header) ((elf)->wide ? sizeof((header).wide) : sizeof((header).narrow))
#else
#define FIELD(elf, header, field) ((size_t)(header).narrow.field)
#define SIZE(elf, header) sizeof((header).narrow)
#endif

const char amp_elf_cut_short[] = "image is cut short";
const char amp_elf_outside[] = "outside the board's memory";
const char amp_elf_taken[] = "overlaps another segment, ring or buffer";
const char amp_elf_too_many[] = "one too many";

static void look_at(const struct amp_elf *elf, const char *unit, size_t where) {
    elf->error->unit = unit;
    elf->error->where = where;
}

int amp_elf_refuse(const struct amp_elf *elf, const char *what) {
    elf->error->what = what;
    return -AMP_ENOEXEC;
}

// Written so that nothing can wrap.
static bool inside(size_t offset, size_t len, size_t size) {
    return offset <= size && len <= size - offset;
}

int amp_elf_read(const struct amp_elf *elf, size_t offset, void *buffer, size_t len) {
    int error = -AMP_ENOEXEC;
    const char *what = amp_elf_cut_short;
    if (inside(offset, len, elf->size)) {
        error = elf->image->read(elf->image->ctx, offset, buffer, len);
        if (error == 0) {
            return 0;
        }
        what = "image cannot be read";
    }
    look_at(elf, "offset", offset);
    elf->error->what = what;
    return error;
}

struct amp_elf_claim *amp_elf_claim(struct amp_elf *elf, amp_da_t da, size_t len) {
    struct amp_elf_claim *claim = elf->claim;
    struct amp_elf_claim *end = claim + elf->claim_count;
    for (; claim < end; ++claim) {
        if (amp_elf_overlap(da, len, claim->da, claim->len)) {
            return NULL;
        }
    }
    ++elf->claim_count;
    end->da = da;
    end->len = len;
    return end;
}

bool amp_elf_reaches(const struct amp_elf *elf, amp_da_t da, size_t len, uint32_t flags) {
    const struct amp_port *port = elf->port;
    return amp_port_allows(port, da, len, flags) && port->ops->map(port->ctx, da, len) != NULL;
}

// Check the file header and keep its numbers in *h and *elf.
static int check_header(struct amp_elf *elf, union ehdr *h) {
    const uint8_t *ident = h->narrow.e_ident;
    look_at(elf, "offset", 0);
    if (elf->size < sizeof(h->narrow)) {
        return amp_elf_refuse(elf, "not an ELF image");
    }
    int error = amp_elf_read(elf, 0, h, elf->size < sizeof(*h) ? elf->size : sizeof(*h));
    if (error != 0) {
        return error;
    }
    if (memcmp(ident, "\177ELF", 4) != 0) {
        return amp_elf_refuse(elf, "not an ELF image");
    }
    elf->wide = UINTPTR_MAX > UINT32_MAX && ident[EI_CLASS] == ELFCLASS64;
    if (SIZE(elf, *h) > sizeof(h->narrow) && elf->size < SIZE(elf, *h)) {
        return amp_elf_refuse(elf, amp_elf_cut_short);
    }
    if ((ident[EI_CLASS] != ELFCLASS32 && !elf->wide) || ident[EI_DATA] != ELFDATA2LSB
        || ident[EI_VERSION] != EV_CURRENT || FIELD(elf, *h, e_version) != EV_CURRENT
        || FIELD(elf, *h, e_ehsize) != SIZE(elf, *h)) {
        return amp_elf_refuse(elf, "unknown kind of ELF");
    }
    if (h->narrow.e_type != ET_EXEC) {
        return amp_elf_refuse(elf, "not an executable");
    }
    look_at(elf, "machine", h->narrow.e_machine);
    if (h->narrow.e_machine != elf->port->elf_machine) {
        return amp_elf_refuse(elf, "for another machine");
    }
    elf->entry = FIELD(elf, *h, e_entry);
    return 0;
}

// Bit 0 of an entry address of Arm says "Thumb".
static amp_da_t start_of(const struct amp_elf *elf) {
    return elf->port->elf_machine == EM_ARM ? elf->entry & ~(amp_da_t)1 : elf->entry;
}

// `loaded`: the image has code there.
static int check_start(struct amp_elf *elf, bool loaded) {
    look_at(elf, "address", elf->entry);
    return loaded && amp_port_allows(elf->port, start_of(elf), 1, AMP_WINDOW_RUN)
        ? 0
        : amp_elf_refuse(elf, "entry outside the code");
}

int amp_elf_check_entry(struct amp_elf *elf) {
    return check_start(elf, true);
}

// Check one segment that is to be loaded, and claim its memory.
static int check_segment(struct amp_elf *elf, const union phdr *p) {
    size_t filesz = FIELD(elf, *p, p_filesz);
    size_t memsz = FIELD(elf, *p, p_memsz);
    size_t offset = FIELD(elf, *p, p_offset);
    amp_da_t da = FIELD(elf, *p, p_paddr);
    if (filesz > memsz || !inside(offset, filesz, elf->size)) {
        return amp_elf_refuse(elf, amp_elf_cut_short);
    }
    if (memsz == 0) {
        return 0;
    }
    if (!amp_elf_reaches(elf, da, memsz, AMP_WINDOW_LOAD)) {
        return amp_elf_refuse(elf, amp_elf_outside);
    }
    if (amp_elf_overlap(da, memsz, elf->port->shared_da, elf->port->shared_len)) {
        return amp_elf_refuse(elf, amp_elf_taken);
    }
    if (elf->claim_count == AMP_ELF_MAX_SEGMENTS) {
        return amp_elf_refuse(elf, amp_elf_too_many);
    }
    struct amp_elf_claim *claim = amp_elf_claim(elf, da, memsz);
    if (claim == NULL) {
        return amp_elf_refuse(elf, amp_elf_taken);
    }
    claim->offset = offset;
    claim->filesz = filesz;
    return 0;
}

static int check_segments(struct amp_elf *elf, const union ehdr *h) {
    size_t offset = FIELD(elf, *h, e_phoff);
    size_t count = FIELD(elf, *h, e_phnum);
    bool started = false;
    union phdr p;
    if (FIELD(elf, *h, e_phentsize) != SIZE(elf, p)) {
        return amp_elf_refuse(elf, "unknown kind of ELF");
    }
    // The offset cannot wrap: each read proves that it is inside the image.
    for (size_t i = 0; i < count; ++i, offset += SIZE(elf, p)) {
        int error = amp_elf_read(elf, offset, &p, SIZE(elf, p));
        if (error != 0) {
            return error;
        }
        if (p.narrow.p_type != PT_LOAD) {
            continue;
        }
        look_at(elf, "segment", i);
        error = check_segment(elf, &p);
        if (error != 0) {
            return error;
        }
        started |= (FIELD(elf, p, p_flags) & PF_X)
            && start_of(elf) - FIELD(elf, p, p_paddr) < FIELD(elf, p, p_filesz);
    }
    elf->segment_count = elf->claim_count;
    return check_start(elf, started);
}

// The section must be loaded, whole, with one segment.
static int locate_table(struct amp_elf *elf, const union shdr *s) {
    size_t offset = FIELD(elf, *s, sh_offset);
    size_t len = FIELD(elf, *s, sh_size);
    const struct amp_elf_claim *segment = elf->claim;
    const struct amp_elf_claim *end = segment + elf->segment_count;
    for (; segment != end && len != 0 && s->narrow.sh_type != SHT_NOBITS; ++segment) {
        // Below the segment this wraps to more than its length.
        if (inside(offset - segment->offset, len, segment->filesz)) {
            elf->table_da = segment->da + (offset - segment->offset);
            elf->table_offset = offset;
            elf->table_len = len;
            return 0;
        }
    }
    return amp_elf_refuse(elf, "resource table not loaded");
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
    if (headers == 0 || count == 0 || names == 0) {
        return 0;
    }
    look_at(elf, "offset", headers);
    if (FIELD(elf, *h, e_shentsize) != SIZE(elf, s) || names >= count
        || !inside(headers, count * SIZE(elf, s), elf->size)) {
        return amp_elf_refuse(elf, amp_elf_cut_short);
    }
    int error = amp_elf_read(elf, headers + names * SIZE(elf, s), &s, SIZE(elf, s));
    if (error != 0) {
        return error;
    }
    names = FIELD(elf, s, sh_offset);
    size_t names_len = FIELD(elf, s, sh_size);
    if (!inside(names, names_len, elf->size)) {
        return amp_elf_refuse(elf, amp_elf_cut_short);
    }
    for (size_t i = 0; i < count; ++i, headers += SIZE(elf, s)) {
        error = amp_elf_read(elf, headers, &s, SIZE(elf, s));
        if (error != 0) {
            return error;
        }
        // A name that has no room for the one we want is another one.
        if (!inside(s.narrow.sh_name, sizeof(name), names_len)) {
            continue;
        }
        error = amp_elf_read(elf, names + s.narrow.sh_name, name, sizeof(name));
        if (error != 0) {
            return error;
        }
        if (memcmp(name, table_name, sizeof(name)) == 0) {
            look_at(elf, "section", i);
            return locate_table(elf, &s);
        }
    }
    return 0;
}

int amp_elf_check(struct amp_elf *elf) {
    union ehdr h;
    // Half of what a size can say, so that a sum of two offsets never wraps.
    elf->size = elf->image->size < SIZE_MAX / 2 ? (size_t)elf->image->size : SIZE_MAX / 2;
    int error = check_header(elf, &h);
    if (error == 0) {
        error = check_segments(elf, &h);
    }
    if (error == 0) {
        error = find_table(elf, &h);
    }
    return error;
}

int amp_elf_load(const struct amp_elf *elf) {
    const struct amp_port *port = elf->port;
    const struct amp_elf_claim *segment = elf->claim;
    const struct amp_elf_claim *end = segment + elf->segment_count;
    for (; segment != end; ++segment) {
        uint8_t *va = port->ops->map(port->ctx, segment->da, segment->len);
        int error = va == NULL ? -AMP_EIO : 0;
        if (error == 0 && segment->filesz != 0) {
            error = amp_elf_read(elf, segment->offset, va, segment->filesz);
        }
        if (error != 0) {
            return error;
        }
        memset(va + segment->filesz, 0, segment->len - segment->filesz);
        if (port->ops->cache_clean != NULL) {
            port->ops->cache_clean(port->ctx, va, segment->len);
        }
    }
    return 0;
}
