/*
 * The ELF loader: check the whole image first, then load it.
 *
 * The file header is read once into private memory.  A program header is read
 * each time its segment is needed, and checked again before anything of it is
 * used.  So segments take no memory here, and an image that changes between
 * checking and loading (a file that is replaced) can lead to wrong contents or an
 * error, but never to a wrong address.
 */
#ifndef AMP_ELF_H
#define AMP_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/load_check.h"

enum {
    // Program headers of one image.  Each segment is compared with all earlier ones, so
    // without a limit an image could keep the host busy for hours.
    AMP_ELF_MAX_SEGMENTS = 128,
    // Relocations of an image in which they are not sorted by address, or in which two are
    // for one word.  Each read of contents then looks at all of them, so without a limit an
    // image could keep the host busy for hours, too.  Linkers sort them.
    AMP_ELF_MAX_UNSORTED = 128,
};

struct amp_elf {
    struct amp_load_check check;
    const struct amp_image *image; // NULL: the firmware is already in place
    size_t size; // of the image
    amp_da_t entry;
    amp_da_t table_da; // of the resource table, if table_len is not 0
    size_t table_offset; // of the resource table in the image
    size_t table_len;
    size_t phoff; // of the program headers in the image
    size_t phnum; // how many there are
    bool wide; // ELF64
    // Of a position-independent image (elf_pie.c); else 0.
    amp_da_t bias; // is added to its addresses; in `entry` it is already
    size_t relocs; // its relocations in the image
    size_t reloc_count;
    uint8_t reloc_size; // bytes of one
    bool relocs_sorted; // by address, and each word has one
};

// A segment that is loaded to [elf->check.da, elf->check.da + elf->check.len).
struct amp_elf_segment {
    uint8_t *va;
    size_t offset; // of the contents in the image
    size_t filesz; // bytes of contents; the rest is zeroed
};

// The functions below return 0, or what is wrong (core/load_check.h).

// Read from the image, after checking that it is long enough.
int amp_elf_read(struct amp_elf *elf, size_t offset, void *buffer, size_t len);

// The same for contents that are loaded to [da, da + len): they are relocated.
int amp_elf_read_contents(
    struct amp_elf *elf, size_t offset, void *buffer, size_t len, amp_da_t da);

// Find the next segment that is loaded, from program header *next on, and check it by
// itself.  If there is none, elf->check.len is 0.
int amp_elf_next_segment(struct amp_elf *elf, size_t *next, struct amp_elf_segment *s);

// Check all segments.  With `load`, load each after it was checked.
int amp_elf_check_segments(struct amp_elf *elf, bool load);

// Check that no segment before program header `end` has contents in [da, da + len); its
// zeros may lie there.
int amp_elf_check_free(struct amp_elf *elf, size_t end, amp_da_t da, size_t len);

// Check the whole image.  The caller sets check.port and image (or entry, if image is NULL);
// the rest is filled in.
int amp_elf_check(struct amp_elf *elf);

// Check each segment once more and load it.  After a successful amp_elf_check() this fails
// only if the image cannot be read any more or has changed.
int amp_elf_load(struct amp_elf *elf);

#endif // AMP_ELF_H
