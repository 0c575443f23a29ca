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
#define KIND(elf) (ELF_KIND | ((elf)->wide ? ELFCLASS64 : ELFCLASS32))
#else
#define FIELD(elf, header, field) ((size_t)(header).narrow.field)
#define SIZE(elf, header) sizeof((header).narrow)
#define KIND(elf) (ELF_KIND | ELFCLASS32)
#endif

#define TEXT(name, text) text,
static const struct amp_elf_texts texts = {AMP_ELF_TEXTS(TEXT)};

int amp_elf_report(const struct amp_elf *elf, int what, struct amp_load_error *error) {
    if (what <= 0) {
        return what;
    }
    error->what = (const char *)&texts + what;
    error->unit = (const char *)&texts + elf->unit;
    error->where = elf->where;
    if (what == AMP_UNREADABLE) {
        return elf->read_error;
    }
    return what == AMP_NO_ROOM ? -AMP_ENOMEM : -AMP_ENOEXEC;
}

int amp_elf_read(struct amp_elf *elf, size_t offset, void *buffer, size_t len) {
    int what = AMP_CUT_SHORT;
    if (amp_elf_inside(offset, len, elf->size)) {
        elf->read_error = elf->image->read(elf->image->ctx, offset, buffer, len);
        if (elf->read_error == 0) {
            return 0;
        }
        what = AMP_UNREADABLE;
    }
    amp_elf_look_at(elf, AMP_AT_OFFSET, offset);
    return what;
}

int amp_elf_claim(struct amp_elf *elf, amp_da_t da, size_t len) {
    struct amp_elf_claim *claim = elf->claim;
    for (; claim != elf->claim_end; ++claim) {
        if (amp_elf_overlap(da, len, claim->da, claim->len)) {
            return AMP_TAKEN;
        }
    }
    claim->da = da;
    claim->len = len;
    elf->claim_end = claim + 1;
    return 0;
}

void *amp_elf_map(const struct amp_elf *elf, amp_da_t da, size_t len, uint32_t flags) {
    const struct amp_port *port = elf->port;
    return amp_port_allows(port, da, len, flags) ? port->ops->map(port->ctx, da, len) : NULL;
}

// Check the file header, which is kept in *h.
static int check_header(struct amp_elf *elf, union ehdr *h) {
    int what = amp_elf_read(elf, 0, h, sizeof(h->narrow));
#if UINTPTR_MAX > UINT32_MAX
    elf->wide = what == 0 && (h->narrow.e_kind & ELF_KIND_MASK) == (ELF_KIND | ELFCLASS64);
    if (elf->wide) {
        what = amp_elf_read(elf, 0, h, sizeof(h->wide));
    }
#endif
    if (what != 0) {
        return what;
    }
    amp_elf_look_at(elf, AMP_AT_OFFSET, 0);
    if (h->narrow.e_magic != ELF_MAGIC) {
        return AMP_NO_ELF;
    }
    if ((h->narrow.e_kind & ELF_KIND_MASK) != KIND(elf) || h->narrow.e_version != EV_CURRENT
        || FIELD(elf, *h, e_ehsize) != SIZE(elf, *h)
        || FIELD(elf, *h, e_phentsize) != SIZE(elf, (union phdr){0})) {
        return AMP_UNKNOWN_ELF;
    }
    if (h->narrow.e_type != ET_EXEC) {
        return AMP_NO_PROGRAM;
    }
    amp_elf_look_at(elf, AMP_AT_MACHINE, h->narrow.e_machine);
    elf->entry = FIELD(elf, *h, e_entry);
    return h->narrow.e_machine == elf->port->elf_machine ? 0 : AMP_OTHER_MACHINE;
}

// Bit 0 of an entry address of Arm says "Thumb".
static amp_da_t start_of(const struct amp_elf *elf) {
    return elf->port->elf_machine == EM_ARM ? elf->entry & ~(amp_da_t)1 : elf->entry;
}

int amp_elf_check_entry(struct amp_elf *elf, bool loaded) {
    elf->segment_end = elf->claim_end; // all that is loaded is claimed by now
    amp_elf_look_at(elf, AMP_AT_ADDRESS, elf->entry);
    return loaded && amp_port_allows(elf->port, start_of(elf), 1, AMP_WINDOW_RUN) ? 0
                                                                                  : AMP_BAD_ENTRY;
}

// Check one segment that is to be loaded, and claim its memory.
static int check_segment(struct amp_elf *elf, const union phdr *p) {
    size_t filesz = FIELD(elf, *p, p_filesz);
    size_t memsz = FIELD(elf, *p, p_memsz);
    size_t offset = FIELD(elf, *p, p_offset);
    amp_da_t da = FIELD(elf, *p, p_paddr);
    if (filesz > memsz || !amp_elf_inside(offset, filesz, elf->size)) {
        return AMP_CUT_SHORT;
    }
    if (memsz == 0) {
        return 0;
    }
    if (amp_elf_map(elf, da, memsz, AMP_WINDOW_LOAD) == NULL) {
        return AMP_OUTSIDE;
    }
    if (amp_elf_overlap(da, memsz, elf->port->shared_da, elf->port->shared_len)) {
        return AMP_TAKEN;
    }
    if (elf->claim_end - elf->claim == AMP_ELF_MAX_SEGMENTS) {
        return AMP_TOO_MANY;
    }
    elf->claim_end->offset = offset;
    elf->claim_end->filesz = filesz;
    return amp_elf_claim(elf, da, memsz);
}

static int check_segments(struct amp_elf *elf, const union ehdr *h) {
    size_t offset = FIELD(elf, *h, e_phoff);
    size_t count = FIELD(elf, *h, e_phnum);
    amp_da_t start = start_of(elf);
    bool started = false;
    union phdr p;
    // The offset cannot wrap: each read proves that it is inside the image.
    for (size_t i = 0; i < count; ++i, offset += SIZE(elf, p)) {
        int what = amp_elf_read(elf, offset, &p, SIZE(elf, p));
        if (what != 0) {
            return what;
        }
        if (p.narrow.p_type != PT_LOAD) {
            continue;
        }
        amp_elf_look_at(elf, AMP_AT_SEGMENT, i);
        what = check_segment(elf, &p);
        if (what != 0) {
            return what;
        }
        if ((FIELD(elf, p, p_flags) & PF_X)
            && start - FIELD(elf, p, p_paddr) < FIELD(elf, p, p_filesz)) {
            started = true;
        }
    }
    return amp_elf_check_entry(elf, started);
}

// The section must be loaded, whole, with one segment.
static int locate_table(struct amp_elf *elf, const union shdr *s) {
    size_t offset = FIELD(elf, *s, sh_offset);
    size_t len = FIELD(elf, *s, sh_size);
    if (len == 0 || s->narrow.sh_type == SHT_NOBITS) {
        return AMP_NOT_LOADED;
    }
    const struct amp_elf_claim *segment = elf->claim;
    for (; segment != elf->segment_end; ++segment) {
        // Below the segment this wraps to more than its length.
        if (amp_elf_inside(offset - segment->offset, len, segment->filesz)) {
            elf->table_da = segment->da + (offset - segment->offset);
            elf->table_offset = offset;
            elf->table_len = len;
            return 0;
        }
    }
    return AMP_NOT_LOADED;
}

// Look for the section ".resource_table".  An image without section headers,
// or without their names, has none.
static int find_table(struct amp_elf *elf, const union ehdr *h) {
    const char *table_name = &texts.AMP_NO_TABLE[sizeof("no ") - 1]; // AMP_ELF_TABLE
    char name[sizeof(AMP_ELF_TABLE)];
    union shdr s;
    size_t headers = FIELD(elf, *h, e_shoff);
    size_t count = FIELD(elf, *h, e_shnum);
    size_t names = FIELD(elf, *h, e_shstrndx);
    if (headers == 0 || count * names == 0) {
        return 0;
    }
    amp_elf_look_at(elf, AMP_AT_OFFSET, headers);
    if (FIELD(elf, *h, e_shentsize) != SIZE(elf, s) || names >= count
        || !amp_elf_inside(headers, count * SIZE(elf, s), elf->size)) {
        return AMP_CUT_SHORT;
    }
    int what = amp_elf_read(elf, headers + names * SIZE(elf, s), &s, SIZE(elf, s));
    if (what != 0) {
        return what;
    }
    names = FIELD(elf, s, sh_offset);
    size_t names_len = FIELD(elf, s, sh_size);
    if (!amp_elf_inside(names, names_len, elf->size)) {
        return AMP_CUT_SHORT;
    }
    for (size_t i = 0; i < count; ++i, headers += SIZE(elf, s)) {
        what = amp_elf_read(elf, headers, &s, SIZE(elf, s));
        if (what != 0) {
            return what;
        }
        // A name that has no room for the one we want is another one.
        if (!amp_elf_inside(s.narrow.sh_name, sizeof(name), names_len)) {
            continue;
        }
        what = amp_elf_read(elf, names + s.narrow.sh_name, name, sizeof(name));
        if (what != 0) {
            return what;
        }
        if (memcmp(name, table_name, sizeof(name)) == 0) {
            amp_elf_look_at(elf, AMP_AT_SECTION, i);
            return locate_table(elf, &s);
        }
    }
    return 0;
}

int amp_elf_check(struct amp_elf *elf) {
    union ehdr h;
    // Half of what a size can say, so that a sum of two offsets never wraps.
    elf->size = elf->image->size < SIZE_MAX / 2 ? (size_t)elf->image->size : SIZE_MAX / 2;
    int what = check_header(elf, &h);
    if (what == 0) {
        what = check_segments(elf, &h);
    }
    return what != 0 ? what : find_table(elf, &h);
}

int amp_elf_load(struct amp_elf *elf) {
    const struct amp_port *port = elf->port;
    const struct amp_elf_claim *segment = elf->claim;
    for (; segment != elf->segment_end; ++segment) {
        uint8_t *va = port->ops->map(port->ctx, segment->da, segment->len);
        int what = va == NULL ? -AMP_EIO : 0;
        if (what == 0 && segment->filesz != 0) {
            what = amp_elf_read(elf, segment->offset, va, segment->filesz);
        }
        if (what != 0) {
            return what;
        }
        memset(va + segment->filesz, 0, segment->len - segment->filesz);
        amp_port_clean(port, va, segment->len);
    }
    return 0;
}
