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

#include "core/load_check.h"

enum {
    // Program headers of one image.  Each is compared with those before it, so
    // that without a limit an image could keep the host busy for hours.
    AMP_ELF_MAX_SEGMENTS = 128,
};

struct amp_elf {
    struct amp_load_check check;
    const struct amp_image *image; // NULL: the firmware is already in place
    size_t size; // of the image
    amp_da_t entry;
    amp_da_t table_da; // of the resource table, if table_len is not 0
    size_t table_offset; // of it in the image
    size_t table_len;
    size_t phoff; // of the program headers in the image
    size_t phnum; // how many there are
    bool wide; // ELF64
};

// The functions below that check return 0, or what is wrong (core/load_check.h).

// Read from the image, which is checked to be long enough.
int amp_elf_read(struct amp_elf *elf, size_t offset, void *buffer, size_t len);

// Do the segments before program header `end` leave [da, da + len) alone, but for
// zeroing it?
int amp_elf_check_free(struct amp_elf *elf, size_t end, amp_da_t da, size_t len);

// Check everything; fills in the rest from port and image, or from port and entry.
int amp_elf_check(struct amp_elf *elf);

// Check the segments once more, and load each when it was checked.  After what
// amp_elf_check() found good, fails only if the image cannot be read any more, or
// is another one by now, or with -AMP_EIO.
int amp_elf_load(struct amp_elf *elf);

#endif // AMP_ELF_H
