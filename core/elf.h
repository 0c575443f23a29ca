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

struct amp_elf {
    const struct amp_port *port;
    const struct amp_image *image; // NULL: the firmware is already in place
    // unit and where are kept at what is being looked at; what, when it is refused.
    struct amp_load_error *error;
    size_t size; // of the image
    bool wide; // ELF64
    uint8_t segment_count; // claims that are segments of the image
    uint8_t claim_count;
    amp_da_t entry;
    amp_da_t table_da; // of the resource table, if table_len is not 0
    size_t table_offset; // of it in the image
    size_t table_len;
    struct amp_elf_claim *claim; // AMP_ELF_MAX_CLAIMS of them
};

// Texts that several places use; unit and where say what they are about.
extern const char amp_elf_cut_short[];
extern const char amp_elf_outside[];
extern const char amp_elf_taken[];
extern const char amp_elf_too_many[];

// Set the error's text and return -AMP_ENOEXEC.
int amp_elf_refuse(const struct amp_elf *elf, const char *what);

// Read from the image, which is checked to be long enough.
int amp_elf_read(const struct amp_elf *elf, size_t offset, void *buffer, size_t len);

// Do two ranges share a byte?  Neither wraps, and len_a is not 0.
static inline bool amp_elf_overlap(amp_da_t a, size_t len_a, amp_da_t b, size_t len_b) {
    return a - b < len_b || (len_b != 0 && b - a < len_a);
}

// Take [da, da + len), len > 0, for one purpose.  NULL if a byte of it is
// taken already.
struct amp_elf_claim *amp_elf_claim(struct amp_elf *elf, amp_da_t da, size_t len);

// Is [da, da + len) in one window with `flags`, and can the host reach it?
bool amp_elf_reaches(const struct amp_elf *elf, amp_da_t da, size_t len, uint32_t flags);

// Does the entry lie where the core can run?
int amp_elf_check_entry(struct amp_elf *elf);

// Check everything; fills in the rest from port, image and error.
int amp_elf_check(struct amp_elf *elf);

// Load what was checked.  Fails only with the error of image->read.
int amp_elf_load(const struct amp_elf *elf);

#endif // AMP_ELF_H
