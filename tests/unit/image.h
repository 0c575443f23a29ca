/*
 * Firmware images and resource tables, built in memory field by field, so that
 * a test can break any one of them.
 *
 * The standard image has these parts, in this order: file header, program
 * headers (code, note, data), code, data (the table first), section names,
 * section headers (null, .text, .resource_table, .shstrtab).
 */
#ifndef IMAGE_H
#define IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openamp/rproc.h"
#include "openamp/table.h"

enum {
    IMAGE_MAX = 16384,
    IMAGE_CODE_LEN = 64,
    IMAGE_DATA_EXTRA = 32, // bytes of contents after the table
    IMAGE_BSS = 256, // zeroed bytes after that
    IMAGE_PHDRS = 3,
    IMAGE_SHDRS = 4,
    IMAGE_CODE = 0, // indices of program headers
    IMAGE_NOTE = 1,
    IMAGE_DATA = 2,
    IMAGE_TABLE = 2, // indices of sections
    IMAGE_NAMES = 3,
    IMAGE_DYNAMICS = 4,
    IMAGE_PIE_LOW = 0x40,
};

// The last class (0: ELF32, 1: ELF64) that a host of this kind loads.
#define IMAGE_LAST_CLASS (UINTPTR_MAX > UINT32_MAX)

struct image {
    uint8_t bytes[IMAGE_MAX];
    size_t size;
    bool wide;
    size_t phoff, code, data, names, shoff;
    size_t table_len;
    size_t dynamic, relocs; // of a position-independent image, in the file
    size_t reloc_size;
    // Reading: how often, and which read (from 1) is to fail with what.
    unsigned reads;
    unsigned fail_at;
    int fail_error;
    void (*on_read)(struct image *image);
    struct amp_image source;
};

// The fields of the headers.
enum image_field {
    E_TYPE,
    E_MACHINE,
    E_VERSION,
    E_ENTRY,
    E_PHOFF,
    E_SHOFF,
    E_EHSIZE,
    E_PHENTSIZE,
    E_PHNUM,
    E_SHENTSIZE,
    E_SHNUM,
    E_SHSTRNDX,
    P_TYPE,
    P_OFFSET,
    P_PADDR,
    P_FILESZ,
    P_MEMSZ,
    P_FLAGS,
    P_VADDR,
    P_ALIGN,
    SH_NAME,
    SH_TYPE,
    SH_OFFSET,
    SH_SIZE,
    IMAGE_FIELDS,
};

struct table {
    uint8_t bytes[4096];
    size_t len;
    uint32_t num;
};

// Table bytes are copied; NULL leaves the section out.
void image_build(struct image *image, bool wide, const struct table *table);
// The same image position-independent: linked at IMAGE_PIE_LOW, with the entry in its code
// and `relocs` relocations of the type `type`, with addends beside them (`rela`) or in the
// words.  They are for the first words of the code, and point to its first bytes.  The
// dynamic section and the relocations lie behind the table, and the segments of the file
// behind one another also in memory; IMAGE_NOTE is the dynamic section's.
void image_build_pie(struct image *image, bool wide, const struct table *table, bool rela,
    uint32_t type, unsigned relocs);
// Set what one relocation says; for REL the addend is what is in the word.
void image_set_reloc(
    struct image *image, unsigned index, uint64_t place, uint64_t type, uint64_t addend);
// Of the dynamic section, which has IMAGE_DYNAMICS entries: the address, length and entry
// size of the relocations, and the end.
void image_set_dynamic(struct image *image, unsigned index, uint64_t tag, uint64_t value);
uint64_t image_get_word(const struct image *image, size_t offset); // of 4 or 8 bytes
void image_set_word(struct image *image, size_t offset, uint64_t value);
// `index` of the program or section header; 0 for the file header.
void image_set(struct image *image, enum image_field field, unsigned index, uint64_t value);
uint64_t image_get(const struct image *image, enum image_field field, unsigned index);
size_t image_field_size(const struct image *image, enum image_field field);
const char *image_field_name(enum image_field field);

// An empty table with room for `max` entries, then its entries.
void table_begin(struct table *table, uint32_t max);
uint32_t table_add(struct table *table, const void *entry, size_t len); // its offset
uint32_t table_add_vdev(struct table *table, uint32_t id, uint32_t ring0_da, uint32_t ring1_da,
    uint32_t num, uint32_t align, uint32_t config_len);
uint32_t table_add_trace(struct table *table, uint32_t da, uint32_t len);
uint32_t table_add_carveout(struct table *table, uint32_t da, uint32_t len);
void table_set(struct table *table, size_t offset, uint32_t value);
uint32_t table_get(const void *bytes, size_t offset);
// One RPMsg device with open rings of `num`, and a trace buffer.
void table_standard(struct table *table, uint32_t num);

#endif // IMAGE_H
