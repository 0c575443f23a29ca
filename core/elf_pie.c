/*
 * Position-independent images (ET_DYN), for ports with a window for them (amp_port.pie).
 *
 * Such an image is moved as one piece: `bias` is added to all its addresses, and to each
 * word that a relocation names.  Only the machine's RELATIVE relocation is known, which is
 * all that a static link leaves (-static-pie).  It has its addend in the word (DT_REL) or
 * beside the word's address (DT_RELA).
 *
 * Every relocation is checked before anything is loaded.  Contents are relocated whenever
 * they are read (amp_elf_read_contents()), for the loader as for the resource table and the
 * search for symbols.  A relocated word is always computed from the image, never from
 * itself, so it does not matter whether two relocations name it, or that it is read in
 * two parts.
 */
#include "core/elf_fields.h"
#include "openamp/port.h"

enum {
    // Program headers of one image.  For each relocation all of them may have to be read.
    MAX_HEADERS = 16,
};

// Words of the dynamic section and of relocations, as they are in the image.
union words {
    uint32_t narrow[3];
#if UINTPTR_MAX > UINT32_MAX
    uint64_t wide[3];
#endif
};
#if UINTPTR_MAX > UINT32_MAX
#define WORD(elf, words, i) ((size_t)((elf)->wide ? (words).wide[i] : (words).narrow[i]))
#define WORD_SIZE(elf) ((size_t)((elf)->wide ? 8 : 4))
#else
#define WORD(elf, words, i) ((size_t)(words).narrow[i])
#define WORD_SIZE(elf) ((size_t)4)
#endif

// The state of the checks of an image.
struct pie {
    // By its program headers.
    size_t low; // its lowest address
    size_t high; // the first address behind it
    size_t align;
    size_t dynamic; // the dynamic section in the image
    size_t dynamic_len;
    size_t value[DT_KNOWN]; // of each tag in the dynamic section
    // The contents of a segment: those that were looked for last.
    amp_da_t contents_da;
    size_t contents; // in the image
    size_t contents_len;
    amp_da_t last_da; // of the word of the relocation before
};

static int refuse(struct amp_elf *elf, const char *text) {
    elf->check.text = text;
    return AMP_NO_PROGRAM;
}

// ---- Program headers ----

static int check_load_header(struct amp_elf *elf, struct pie *pie, const union phdr *p) {
    size_t begin = FIELD(elf, *p, p_vaddr);
    size_t end = begin + FIELD(elf, *p, p_memsz);
    size_t align = FIELD(elf, *p, p_align);
    if (begin == end) {
        return 0; // of length 0
    }
    if (end < begin || (align & (align - 1)) != 0) {
        return refuse(elf, "bad address or alignment");
    }
    if (FIELD(elf, *p, p_paddr) != begin) {
        return refuse(elf, "position-independent, but loaded elsewhere than it runs");
    }
    pie->low = begin < pie->low ? begin : pie->low;
    pie->high = end > pie->high ? end : pie->high;
    pie->align = align > pie->align ? align : pie->align;
    return 0;
}

static int check_program_header(struct amp_elf *elf, struct pie *pie, const union phdr *p) {
    switch (p->narrow.p_type) {
        case PT_LOAD:
            return check_load_header(elf, pie, p);
        case PT_DYNAMIC:
            pie->dynamic = FIELD(elf, *p, p_offset);
            pie->dynamic_len = FIELD(elf, *p, p_filesz);
            return 0;
        case PT_INTERP:
            return refuse(elf, "needs a dynamic linker (link with -static-pie)");
        case PT_TLS:
            return refuse(elf, "has thread-local variables");
        default:
            return 0;
    }
}

static int check_program_headers(struct amp_elf *elf, struct pie *pie) {
    union phdr p;
    for (size_t i = 0; i < elf->phnum; ++i) {
        amp_load_begin_check(&elf->check, AMP_AT_SEGMENT, i);
        if (i == MAX_HEADERS) {
            return AMP_TOO_MANY;
        }
        int what = amp_elf_read(elf, elf->phoff + i * SIZE(elf, p), &p, SIZE(elf, p));
        if (what == 0) {
            what = check_program_header(elf, pie, &p);
        }
        if (what != 0) {
            return what;
        }
    }
    return 0;
}

// ---- Place ----

// May the image lie from `da` on, in this window?  Then set its bias.
static bool place_at(
    struct amp_elf *elf, const struct pie *pie, const struct amp_window *window, amp_da_t da) {
    const struct amp_port *port = elf->check.port;
    size_t len = pie->high - pie->low;
    elf->bias = amp_round_up(da - pie->low, pie->align);
    elf->check.da = elf->bias + pie->low;
    // A word of ELF32 has no room for a longer address.
    return amp_range_is_inside(elf->check.da - window->da, len, window->len)
        && (elf->wide || (uint32_t)(elf->check.da + (len - 1)) == elf->check.da + (len - 1))
        && !amp_ranges_overlap(elf->check.da, len, port->shared_da, port->shared_len);
}

static int place(struct amp_elf *elf, const struct pie *pie) {
    const struct amp_port *port = elf->check.port;
    const uint32_t flags = AMP_WINDOW_LOAD | AMP_WINDOW_RUN | AMP_WINDOW_PIE;
    for (size_t i = 0; i < port->window_count; ++i) {
        const struct amp_window *window = &port->windows[i];
        if ((flags & ~window->flags) == 0
            && (place_at(elf, pie, window, window->da)
                || place_at(elf, pie, window, port->shared_da + port->shared_len))) {
            return 0;
        }
    }
    elf->check.len = pie->high - pie->low;
    elf->check.flags = flags;
    elf->check.text = "no room for a position-independent image of this length and alignment";
    return AMP_OUTSIDE;
}

// ---- Relocations ----

struct relocation {
    amp_da_t da; // of the word
    // The type, and above it the symbol's number, which is 0 for RELATIVE.
    size_t info;
    size_t addend; // of the relocation or, where it has none, of the word
};

static bool has_addend(const struct amp_elf *elf) {
    return elf->reloc_size > 2 * WORD_SIZE(elf);
}

static int read_relocation(struct amp_elf *elf, size_t index, struct relocation *r) {
    union words words = {.narrow = {0}};
    int what = amp_elf_read(elf, elf->relocs + index * elf->reloc_size, &words, elf->reloc_size);
    r->da = WORD(elf, words, 0) + elf->bias;
    r->info = WORD(elf, words, 1);
    r->addend = WORD(elf, words, 2);
    return what;
}

// Read the addend of a relocation whose word is at `offset` of the image.
static int read_addend(struct amp_elf *elf, struct relocation *r, size_t offset) {
    union words words;
    if (has_addend(elf)) {
        return 0;
    }
    int what = amp_elf_read(elf, offset, &words, WORD_SIZE(elf));
    r->addend = WORD(elf, words, 0);
    return what;
}

// Set *index, which is 0, to the first relocation whose word may reach to `da`.
static int find_relocation(struct amp_elf *elf, amp_da_t da, size_t *index) {
    size_t end = elf->relocs_sorted ? elf->reloc_count : 0;
    while (*index < end) {
        struct relocation r;
        size_t middle = *index + (end - *index) / 2;
        int what = read_relocation(elf, middle, &r);
        if (what != 0) {
            return what;
        }
        if (r.da < da && da - r.da >= WORD_SIZE(elf)) {
            *index = middle + 1;
        } else {
            end = middle;
        }
    }
    return 0;
}

// Put the part of a relocated word that lies in the buffer, which is at `da`.
static void put_word(const struct amp_elf *elf, const struct relocation *r, amp_da_t da,
    uint8_t *buffer, size_t len) {
    size_t value = r->addend + elf->bias;
    size_t at = r->da - da; // wraps if the word begins before the buffer
    for (size_t i = 0; i < WORD_SIZE(elf); ++i, ++at, value >>= 8) {
        if (at < len) {
            buffer[at] = (uint8_t)value;
        }
    }
}

static int read_contents(
    struct amp_elf *elf, size_t offset, void *buffer, size_t len, amp_da_t da) {
    struct relocation r;
    size_t index = 0;
    int what = amp_elf_read(elf, offset, buffer, len);
    if (what == 0) {
        what = find_relocation(elf, da, &index);
    }
    for (; what == 0 && index < elf->reloc_count; ++index) {
        what = read_relocation(elf, index, &r);
        size_t before = WORD_SIZE(elf) - 1;
        if (what == 0 && r.da - da + before < len + before) {
            what = read_addend(elf, &r, offset + (r.da - da));
            if (what == 0) {
                put_word(elf, &r, da, buffer, len);
            }
        } else if (elf->relocs_sorted) {
            break; // what follows lies behind the buffer
        }
    }
    return what;
}

// Find the segment whose contents include [da, da + len).
static int find_contents(struct amp_elf *elf, struct pie *pie, amp_da_t da, size_t len) {
    struct amp_elf_segment s;
    size_t next = 0;
    while (!amp_range_is_inside(da - pie->contents_da, len, pie->contents_len)) {
        int what = amp_elf_next_segment(elf, &next, &s);
        if (what != 0) {
            return what;
        }
        if (elf->check.len == 0) {
            return refuse(elf, "relocation outside the contents of the segments");
        }
        pie->contents_da = elf->check.da;
        pie->contents = s.offset;
        pie->contents_len = s.filesz;
    }
    return 0;
}

// Is this the machine's RELATIVE, without a symbol?
static bool is_relative(size_t type, uint16_t machine) {
    switch (machine) {
        case AMP_EM_ARM:
            return type == R_ARM_RELATIVE;
        case AMP_EM_RISCV:
            return type == R_RISCV_RELATIVE;
        case AMP_EM_X86_64:
            return type == R_X86_64_RELATIVE;
        case AMP_EM_AARCH64:
            return type == R_AARCH64_RELATIVE;
        default:
            return false;
    }
}

static int check_relocation(struct amp_elf *elf, struct pie *pie, struct relocation *r) {
    amp_load_begin_check(&elf->check, AMP_AT_ADDRESS, r->da - elf->bias);
    if (!is_relative(r->info, elf->check.port->elf_machine)) {
        return refuse(elf, "relocation other than RELATIVE (link with -static-pie)");
    }
    if (r->da % WORD_SIZE(elf) != 0) {
        return refuse(elf, "misaligned relocation");
    }
    int what = find_contents(elf, pie, r->da, WORD_SIZE(elf));
    if (what == 0) {
        what = read_addend(elf, r, pie->contents + (r->da - pie->contents_da));
    }
    // The end of the image is an address of it, too.
    if (what == 0 && r->addend - pie->low > pie->high - pie->low) {
        return refuse(elf, "relocation to outside the image");
    }
    return what;
}

static int check_relocations(struct amp_elf *elf, struct pie *pie) {
    struct relocation r;
    elf->relocs_sorted = true;
    for (size_t i = 0; i < elf->reloc_count; ++i) {
        int what = read_relocation(elf, i, &r);
        if (what == 0) {
            what = check_relocation(elf, pie, &r);
        }
        if (what != 0) {
            return what;
        }
        elf->relocs_sorted &= i == 0 || r.da > pie->last_da;
        pie->last_da = r.da;
        if (!elf->relocs_sorted && i >= AMP_ELF_MAX_UNSORTED) {
            return refuse(elf, "relocations that are not sorted (link with -z combreloc)");
        }
    }
    return 0;
}

// ---- The dynamic section ----

// Read the values of all tags that are known.
static int read_dynamic(struct amp_elf *elf, struct pie *pie) {
    union words words;
    for (size_t at = 0; at < pie->dynamic_len; at += 2 * WORD_SIZE(elf)) {
        amp_load_begin_check(&elf->check, AMP_AT_OFFSET, pie->dynamic + at);
        int what = amp_elf_read(elf, pie->dynamic + at, &words, 2 * WORD_SIZE(elf));
        if (what != 0) {
            return what;
        }
        size_t tag = WORD(elf, words, 0);
        if (tag == DT_NULL) {
            return 0;
        }
        if (tag == DT_NEEDED) {
            return refuse(elf, "needs a shared library (link with -static-pie)");
        }
        if (tag < DT_KNOWN) {
            pie->value[tag] = WORD(elf, words, 1);
        } else if (tag < DT_VALRNGLO) {
            return refuse(elf, "unknown entry of the dynamic section");
        }
    }
    return refuse(elf, "no dynamic section, or no end of it (link with -static-pie)");
}

static int check_dynamic(struct amp_elf *elf, struct pie *pie) {
    const size_t *value = pie->value;
    int what = read_dynamic(elf, pie);
    if (what != 0) {
        return what;
    }
    if (value[DT_RELRSZ] != 0) {
        return refuse(elf, "packed relocations (link with -z nopack-relative-relocs)");
    }
    if (value[DT_PLTRELSZ] != 0 || (value[DT_RELSZ] != 0 && value[DT_RELASZ] != 0)) {
        return refuse(elf, "relocations for a dynamic linker (link with -static-pie)");
    }
    const size_t *table = value[DT_RELSZ] != 0 ? &value[DT_REL] : &value[DT_RELA];
    size_t len = table[1];
    size_t size = (table == &value[DT_REL] ? 2 : 3) * WORD_SIZE(elf);
    if (len == 0) {
        return 0;
    }
    if (table[2] != size || len % size != 0) {
        return refuse(elf, "bad length of relocations");
    }
    what = find_contents(elf, pie, table[0] + elf->bias, len);
    elf->relocs = pie->contents + (table[0] + elf->bias - pie->contents_da);
    elf->reloc_size = (uint8_t)size;
    elf->reloc_count = len / size;
    return what;
}

static int check(struct amp_elf *elf) {
    struct pie pie = {.low = SIZE_MAX, .align = 1};
    int what = check_program_headers(elf, &pie);
    if (what == 0) {
        what = place(elf, &pie);
    }
    if (what == 0) {
        elf->entry += elf->bias;
        what = amp_elf_check_segments(elf, false);
    }
    if (what == 0) {
        what = check_dynamic(elf, &pie);
    }
    return what != 0 ? what : check_relocations(elf, &pie);
}

const struct amp_pie amp_pie = {.check = check, .read_contents = read_contents};
