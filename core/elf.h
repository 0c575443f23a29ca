/*
 * The ELF loader: check the whole image first, then load it.
 *
 * Every header is read once into private memory, checked, and kept as a few
 * numbers in struct amp_elf.  Loading uses those numbers only, so an image
 * that changes in between (a file that is replaced) can give wrong contents,
 * never a wrong address.
 */
#ifndef AMP_ELF_H
#define AMP_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openamp/rproc.h"

enum {
    AMP_ELF_MAX_SEGMENTS = 16, // loaded segments of one image
    AMP_ELF_MAX_CLAIMS = AMP_ELF_MAX_SEGMENTS + 3, // and two rings and a default table
};

// Target memory with one owner, and what the image puts there.
struct amp_elf_claim {
    amp_da_t da;
    size_t len;
    size_t offset; // of the contents in the image
    size_t filesz; // bytes of contents; the rest is zeroed
};

// The texts of struct amp_load_error: what an image is refused for, and at which
// unit of it.  Inside, a text is known by its offset among them all: a number takes
// less code than a pointer, and a small one (short texts are first) the least.
#define AMP_ELF_TABLE ".resource_table"
// clang-format off
#define AMP_ELF_TEXTS(X) \
    X(AMP_AT_OFFSET, "offset") \
    X(AMP_AT_ENTRY, "entry") \
    X(AMP_AT_MACHINE, "machine") \
    X(AMP_AT_ADDRESS, "address") \
    X(AMP_AT_SEGMENT, "segment") \
    X(AMP_AT_SECTION, "section") \
    X(AMP_CUT_SHORT, "cut short") \
    X(AMP_TOO_MANY, "one too many") \
    X(AMP_UNREADABLE, "cannot be read") \
    X(AMP_NOT_TWO, "not two vrings") \
    X(AMP_NO_DEVICE, "no RPMsg device") \
    X(AMP_NO_ELF, "not an ELF image") \
    X(AMP_NO_PROGRAM, "not an executable") \
    X(AMP_NO_TABLE, "no " AMP_ELF_TABLE) \
    X(AMP_UNKNOWN_ELF, "unknown kind of ELF") \
    X(AMP_OUTSIDE, "outside the board's memory") \
    X(AMP_TAKEN, "overlaps memory in use") \
    X(AMP_NO_ROOM, "shared memory too small") \
    X(AMP_OTHER_MACHINE, "for another machine") \
    X(AMP_UNKNOWN_TABLE, "unknown table version") \
    X(AMP_BAD_ENTRY, "entry outside the code") \
    X(AMP_RESERVED, "reserved field not zero") \
    X(AMP_NOT_LOADED, "table not loaded") \
    X(AMP_BAD_RING, "bad vring size or alignment") \
    AMP_ELF_CACHE_TEXTS(X)
#if AMP_CONFIG_CACHE
#define AMP_ELF_CACHE_TEXTS(X) \
    X(AMP_AT_VRING, "vring") \
    X(AMP_BUFFERS_SHARE, "message buffers share a cache line") \
    X(AMP_RINGS_SHARE, "used ring shares a cache line with the available ring")
#else
#define AMP_ELF_CACHE_TEXTS(X)
#endif
#define AMP_ELF_MEMBER(name, text) char name[sizeof(text)];
#define AMP_ELF_NUMBER(name, text) name = offsetof(struct amp_elf_texts, name),
// clang-format on
struct amp_elf_texts {
    AMP_ELF_TEXTS(AMP_ELF_MEMBER)
};
enum amp_elf_text { AMP_ELF_TEXTS(AMP_ELF_NUMBER) };

struct amp_elf {
    const struct amp_port *port;
    const struct amp_image *image; // NULL: the firmware is already in place
    size_t size; // of the image
    int read_error; // of image->read
    unsigned unit; // what is being looked at: AMP_AT_OFFSET and so on
    amp_da_t where; // the number that goes with it
    amp_da_t entry;
    amp_da_t table_da; // of the resource table, if table_len is not 0
    size_t table_offset; // of it in the image
    size_t table_len;
    struct amp_elf_claim *claim; // room for AMP_ELF_MAX_CLAIMS
    struct amp_elf_claim *claim_end; // the first that is free
    struct amp_elf_claim *segment_end; // those before it are segments of the image
    bool wide; // ELF64
};

// The functions below that check return 0, or what is wrong.

static inline void amp_elf_look_at(struct amp_elf *elf, unsigned unit, amp_da_t where) {
    elf->unit = unit;
    elf->where = where;
}

// Turn what is wrong into an error and its text.  A negative `what` is an error
// already, and has no text.
int amp_elf_report(const struct amp_elf *elf, int what, struct amp_load_error *error);

// Is [offset, offset + len) inside of `size`?  Written so that nothing can wrap.
static inline bool amp_elf_inside(size_t offset, size_t len, size_t size) {
    return offset <= size && len <= size - offset;
}

// Read from the image, which is checked to be long enough.
int amp_elf_read(struct amp_elf *elf, size_t offset, void *buffer, size_t len);

// Do two ranges share a byte?  Neither wraps, and neither is empty.
static inline bool amp_elf_overlap(amp_da_t a, size_t len_a, amp_da_t b, size_t len_b) {
    return a - b < len_b || b - a < len_a;
}

// Take [da, da + len), len > 0, for one purpose: the claim at claim_end.  Refused
// if a byte of it is taken already.
int amp_elf_claim(struct amp_elf *elf, amp_da_t da, size_t len);

// The host's pointer to [da, da + len), or NULL if that is not in one window with
// `flags`.
void *amp_elf_map(const struct amp_elf *elf, amp_da_t da, size_t len, uint32_t flags);

// Does the entry lie where the core can run?  `loaded`: there is code.
int amp_elf_check_entry(struct amp_elf *elf, bool loaded);

// Check everything; fills in the rest from port, image and claim, which is
// claim_end as well.
int amp_elf_check(struct amp_elf *elf);

// Load what was checked.  Fails only if image->read does, or -AMP_EIO.
int amp_elf_load(struct amp_elf *elf);

// The port's cache_clean(), if it has one (port.c).
void amp_port_clean(const struct amp_port *port, const void *va, size_t len);

#endif // AMP_ELF_H
