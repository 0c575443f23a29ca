/*
 * The ELF loader: check the whole image first, then load it.
 *
 * The file header is read once into private memory.  A program header is read
 * whenever a segment is looked at, and nothing of it is used before it has been
 * checked again.  So the number of segments costs no memory, and an image that
 * changes between checking and loading (a file that is replaced) can give wrong
 * contents, or an error, but never a wrong address.
 */
#ifndef AMP_ELF_H
#define AMP_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openamp/rproc.h"

enum {
    // Program headers of one image.  Each is compared with those before it, so
    // that without a limit an image could keep the host busy for hours.
    AMP_ELF_MAX_SEGMENTS = 128,
};

// The texts of struct amp_load_error: what an image is refused for, and at which
// unit of it.  Inside, a text is known by its offset among them all: a number takes
// less code than a pointer, and a small one (short texts are first) the least.
// clang-format off
#define AMP_ELF_STRING(value) #value
#define AMP_ELF_DIGITS(value) AMP_ELF_STRING(value)
#define AMP_ELF_TEXTS(X) \
    X(AMP_AT_OFFSET, "offset") \
    X(AMP_AT_ENTRY, "entry") \
    X(AMP_AT_MACHINE, "machine") \
    X(AMP_AT_ADDRESS, "address") \
    X(AMP_AT_SEGMENT, "segment") \
    X(AMP_BAD_ENTRY, "entry outside the code") \
    X(AMP_OUTSIDE, "outside the board's memory") \
    X(AMP_TAKEN, "overlaps memory in use") \
    X(AMP_CUT_SHORT, "cut short") \
    X(AMP_TOO_MANY, "one too many") \
    X(AMP_UNREADABLE, "cannot be read") \
    X(AMP_BAD_SIZE, "bad buffer size") \
    X(AMP_NOT_TWO, "not two vrings") \
    X(AMP_NO_ELF, "not an ELF image") \
    X(AMP_NO_PROGRAM, "not an executable") \
    X(AMP_UNKNOWN_ELF, "unknown kind of ELF") \
    X(AMP_NO_ROOM, "shared memory too small") \
    X(AMP_OTHER_MACHINE, "for another machine") \
    X(AMP_UNKNOWN_TABLE, "unknown table version") \
    X(AMP_RESERVED, "reserved field not zero") \
    X(AMP_BAD_RING, "bad vring alignment or size (at most " \
        AMP_ELF_DIGITS(AMP_CONFIG_MAX_BUFFERS) ")") \
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
    // What is being looked at, for struct amp_load_error: AMP_AT_OFFSET and so on with
    // its number; and the range of memory that was asked for last.
    unsigned unit;
    amp_da_t where;
    amp_da_t da;
    size_t len;
    uint32_t flags;
    amp_da_t entry;
    amp_da_t table_da; // of the resource table, if table_len is not 0
    size_t table_offset; // of it in the image
    size_t table_len;
    size_t phoff; // of the program headers in the image
    size_t phnum; // how many there are
    size_t reserved; // bytes from the start of the shared region that are kept clear
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

// Does one window with `flags` hold [da, da + len)?
bool amp_elf_allows(struct amp_elf *elf, amp_da_t da, size_t len, uint32_t flags);

// The same; the host's pointer to it, or NULL.
void *amp_elf_map(struct amp_elf *elf, amp_da_t da, size_t len, uint32_t flags);

// Do the segments before program header `end` leave [da, da + len) alone, but for
// zeroing it?
int amp_elf_check_free(struct amp_elf *elf, size_t end, amp_da_t da, size_t len);

// Check everything; fills in the rest from port and image, or from port and entry.
int amp_elf_check(struct amp_elf *elf);

// Check the segments once more, and load each when it was checked.  After what
// amp_elf_check() found good, fails only if the image cannot be read any more, or
// is another one by now, or with -AMP_EIO.
int amp_elf_load(struct amp_elf *elf);

// The port's cache_clean(), if it has one (port.c).
void amp_port_clean(const struct amp_port *port, const void *va, size_t len);

#endif // AMP_ELF_H
