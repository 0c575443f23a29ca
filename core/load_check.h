/*
 * The state of the checks of an image, before its first byte is loaded: which part
 * of the image is being checked, and which memory it asked for last.  If a check
 * fails, struct amp_load_error is made of this.
 *
 * A check returns 0 or the number of a text (enum amp_load_text).
 */
#ifndef AMP_CORE_LOAD_CHECK_H
#define AMP_CORE_LOAD_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openamp/rproc.h"

// The texts of struct amp_load_error: the reasons (`what`) and the units.  In core/ a text
// is referred to by its offset in struct amp_load_texts, because a number takes less code
// than a pointer; short texts come first, because small numbers take the least.
// clang-format off
#define AMP_LOAD_STRING(value) #value
#define AMP_LOAD_DIGITS(value) AMP_LOAD_STRING(value)
#define AMP_LOAD_TEXTS(X) \
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
    X(AMP_UNKNOWN_ELF, "unknown kind of ELF") \
    X(AMP_NO_ROOM, "shared memory too small") \
    X(AMP_OTHER_MACHINE, "for another machine") \
    X(AMP_UNKNOWN_TABLE, "unknown table version") \
    X(AMP_RESERVED, "reserved field not zero") \
    X(AMP_NOT_PHYSICAL, "device address is not physical") \
    X(AMP_NO_PROGRAM, "no fixed addresses (PIE: link with -no-pie)") \
    X(AMP_BAD_RING, "bad vring alignment or size (at most " \
        AMP_LOAD_DIGITS(AMP_CONFIG_MAX_BUFFERS) ")") \
    AMP_LOAD_CACHE_TEXTS(X)
#if AMP_CONFIG_CACHE
#define AMP_LOAD_CACHE_TEXTS(X) \
    X(AMP_AT_VRING, "vring") \
    X(AMP_BUFFERS_SHARE, "message buffers share a cache line") \
    X(AMP_RINGS_SHARE, "used ring shares a cache line with the available ring")
#else
#define AMP_LOAD_CACHE_TEXTS(X)
#endif
#define AMP_LOAD_MEMBER(name, text) char name[sizeof(text)];
#define AMP_LOAD_NUMBER(name, text) name = offsetof(struct amp_load_texts, name),
// clang-format on
struct amp_load_texts {
    AMP_LOAD_TEXTS(AMP_LOAD_MEMBER)
};
enum amp_load_text { AMP_LOAD_TEXTS(AMP_LOAD_NUMBER) };

struct amp_load_check {
    const struct amp_port *port;
    // What is being checked: unit AMP_AT_..., and its number.
    unsigned unit;
    amp_da_t where;
    // The memory that was asked for last, and for which use (AMP_WINDOW_*).
    amp_da_t da;
    size_t len;
    uint32_t flags;
    // Bytes from the start of the shared region in which the host places nothing.
    size_t reserved;
    const char *used_by; // what the host program itself has in that memory, or NULL
    int read_error; // the image source's error, for AMP_UNREADABLE
    const char *text; // what is said instead of the text of the result, or NULL
};

static inline void amp_load_begin_check(
    struct amp_load_check *check, unsigned unit, amp_da_t where) {
    check->unit = unit;
    check->where = where;
}

// Does one window with `flags` hold [da, da + len)?
bool amp_load_allows(struct amp_load_check *check, amp_da_t da, size_t len, uint32_t flags);

// The same; returns the local pointer, or NULL.
void *amp_load_map(struct amp_load_check *check, amp_da_t da, size_t len, uint32_t flags);

// `va` is the result of amp_load_map().  Returns 0; AMP_OUTSIDE if it is NULL; AMP_TAKEN if
// the host program itself uses that memory.
int amp_load_check_user(struct amp_load_check *check, const void *va);

// Convert the result of a check to an error code, and fill in *error.  A negative `what` is
// an error code already, and has no text.
int amp_load_report(const struct amp_load_check *check, int what, struct amp_load_error *error);

// ---- Ranges ----

// Is [offset, offset + len) inside of [0, size)?  Written so that no sum can wrap.
static inline bool amp_range_is_inside(size_t offset, size_t len, size_t size) {
    return offset <= size && len <= size - offset;
}

// Do two ranges share a byte?  Neither wraps, and neither is empty.
static inline bool amp_ranges_overlap(amp_da_t a, size_t len_a, amp_da_t b, size_t len_b) {
    return a - b < len_b || b - a < len_a;
}

// `align` is a power of two.
static inline amp_da_t amp_round_up(amp_da_t da, size_t align) {
    return (da + (align - 1)) & ~(amp_da_t)(align - 1);
}

#endif // AMP_CORE_LOAD_CHECK_H
