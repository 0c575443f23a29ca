#include "image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/wire/elf_layout.h"
#include "fake_port.h"

static const struct {
    const char *name;
    uint8_t offset[2]; // in ELF32, in ELF64
    uint8_t size[2];
} fields[IMAGE_FIELDS] = {
#define EHDR(i, f) \
    [i] = {#f, {offsetof(struct elf32_ehdr, f), offsetof(struct elf64_ehdr, f)}, \
        {sizeof(((struct elf32_ehdr *)0)->f), sizeof(((struct elf64_ehdr *)0)->f)}}
#define PHDR(i, f) \
    [i] = {#f, {offsetof(struct elf32_phdr, f), offsetof(struct elf64_phdr, f)}, \
        {sizeof(((struct elf32_phdr *)0)->f), sizeof(((struct elf64_phdr *)0)->f)}}
#define SHDR(i, f) \
    [i] = {#f, {offsetof(struct elf32_shdr, f), offsetof(struct elf64_shdr, f)}, \
        {sizeof(((struct elf32_shdr *)0)->f), sizeof(((struct elf64_shdr *)0)->f)}}
    EHDR(E_TYPE, e_type),
    EHDR(E_MACHINE, e_machine),
    EHDR(E_VERSION, e_version),
    EHDR(E_ENTRY, e_entry),
    EHDR(E_PHOFF, e_phoff),
    EHDR(E_SHOFF, e_shoff),
    EHDR(E_EHSIZE, e_ehsize),
    EHDR(E_PHENTSIZE, e_phentsize),
    EHDR(E_PHNUM, e_phnum),
    EHDR(E_SHENTSIZE, e_shentsize),
    EHDR(E_SHNUM, e_shnum),
    EHDR(E_SHSTRNDX, e_shstrndx),
    PHDR(P_TYPE, p_type),
    PHDR(P_OFFSET, p_offset),
    PHDR(P_PADDR, p_paddr),
    PHDR(P_FILESZ, p_filesz),
    PHDR(P_MEMSZ, p_memsz),
    PHDR(P_FLAGS, p_flags),
    PHDR(P_VADDR, p_vaddr),
    PHDR(P_ALIGN, p_align),
    SHDR(SH_NAME, sh_name),
    SHDR(SH_TYPE, sh_type),
    SHDR(SH_OFFSET, sh_offset),
    SHDR(SH_SIZE, sh_size),
};

static size_t position(const struct image *image, enum image_field field, unsigned index) {
    size_t base = 0;
    if (field >= SH_NAME) {
        size_t size = image->wide ? sizeof(struct elf64_shdr) : sizeof(struct elf32_shdr);
        base = image->shoff + index * size;
    } else if (field >= P_TYPE) {
        size_t size = image->wide ? sizeof(struct elf64_phdr) : sizeof(struct elf32_phdr);
        base = image->phoff + index * size;
    }
    return base + fields[field].offset[image->wide];
}

size_t image_field_size(const struct image *image, enum image_field field) {
    return fields[field].size[image->wide];
}

const char *image_field_name(enum image_field field) {
    return fields[field].name;
}

void image_set(struct image *image, enum image_field field, unsigned index, uint64_t value) {
    memcpy(image->bytes + position(image, field, index), &value, image_field_size(image, field));
}

uint64_t image_get(const struct image *image, enum image_field field, unsigned index) {
    uint64_t value = 0;
    memcpy(&value, image->bytes + position(image, field, index), image_field_size(image, field));
    return value;
}

static int image_read(void *ctx, uint64_t offset, void *buffer, size_t len) {
    struct image *image = ctx;
    ++image->reads;
    if (image->on_read != NULL) {
        image->on_read(image);
    }
    // Whatever the headers say, the loader never asks for more than there is.
    assert_true(len > 0 && offset <= image->source.size && len <= image->source.size - offset);
    assert_true(image->source.size <= IMAGE_MAX);
    if (image->reads == image->fail_at) {
        return image->fail_error;
    }
    memcpy(buffer, image->bytes + offset, len);
    return 0;
}

static void set_segment(struct image *image, unsigned index, uint32_t type, size_t offset,
    uint64_t da, size_t filesz, size_t memsz, uint32_t flags) {
    image_set(image, P_TYPE, index, type);
    image_set(image, P_OFFSET, index, offset);
    image_set(image, P_PADDR, index, da);
    image_set(image, P_FILESZ, index, filesz);
    image_set(image, P_MEMSZ, index, memsz);
    image_set(image, P_FLAGS, index, flags);
}

static void set_section(
    struct image *image, unsigned index, uint32_t name, size_t offset, size_t size) {
    image_set(image, SH_NAME, index, name);
    image_set(image, SH_TYPE, index, 1);
    image_set(image, SH_OFFSET, index, offset);
    image_set(image, SH_SIZE, index, size);
}

void image_build(struct image *image, bool wide, const struct table *table) {
    static const char names[] = "\0.text\0.resource_table\0.shstrtab";
    memset(image, 0, sizeof(*image));
    image->wide = wide;
    image->table_len = table != NULL ? table->len : 0;
    image->phoff = wide ? sizeof(struct elf64_ehdr) : sizeof(struct elf32_ehdr);
    image->code = 256;
    image->data = image->code + IMAGE_CODE_LEN;
    image->names = image->data + image->table_len + IMAGE_DATA_EXTRA;
    image->shoff = image->names + sizeof(names);
    size_t shsize = wide ? sizeof(struct elf64_shdr) : sizeof(struct elf32_shdr);
    image->size = image->shoff + IMAGE_SHDRS * shsize;
    assert_true(image->size <= IMAGE_MAX);

    const uint8_t ident[] = {0x7F, 'E', 'L', 'F', wide ? ELFCLASS64 : ELFCLASS32, 1, 1};
    memcpy(image->bytes, ident, sizeof(ident));
    image_set(image, E_TYPE, 0, ET_EXEC);
    image_set(image, E_MACHINE, 0, FAKE_MACHINE);
    image_set(image, E_VERSION, 0, 1);
    image_set(image, E_ENTRY, 0, FAKE_CODE_DA + 9); // with a Thumb bit
    image_set(image, E_PHOFF, 0, image->phoff);
    image_set(image, E_SHOFF, 0, image->shoff);
    image_set(image, E_EHSIZE, 0, image->phoff);
    image_set(image, E_PHENTSIZE, 0, wide ? sizeof(struct elf64_phdr) : sizeof(struct elf32_phdr));
    image_set(image, E_PHNUM, 0, IMAGE_PHDRS);
    image_set(image, E_SHENTSIZE, 0, shsize);
    image_set(image, E_SHNUM, 0, IMAGE_SHDRS);
    image_set(image, E_SHSTRNDX, 0, IMAGE_NAMES);

    size_t data_len = image->table_len + IMAGE_DATA_EXTRA;
    set_segment(
        image, IMAGE_CODE, PT_LOAD, image->code, FAKE_CODE_DA, IMAGE_CODE_LEN, IMAGE_CODE_LEN, 5);
    set_segment(image, IMAGE_NOTE, 4, 0, 0, 16, 16, 4);
    set_segment(
        image, IMAGE_DATA, PT_LOAD, image->data, FAKE_DATA_DA, data_len, data_len + IMAGE_BSS, 6);
    for (size_t i = 0; i < IMAGE_CODE_LEN; ++i) {
        image->bytes[image->code + i] = (uint8_t)(i + 1);
    }
    memset(image->bytes + image->data, 0xDA, data_len);
    if (table != NULL) {
        memcpy(image->bytes + image->data, table->bytes, table->len);
    }
    memcpy(image->bytes + image->names, names, sizeof(names));
    set_section(image, 1, 1, image->code, IMAGE_CODE_LEN);
    set_section(image, IMAGE_TABLE, table != NULL ? 7 : 0, image->data, image->table_len);
    set_section(image, IMAGE_NAMES, 23, image->names, sizeof(names));
    image->source = (struct amp_image){image_read, image, image->size};
}

// ---- Position-independent images ----

static size_t word_size(const struct image *image) {
    return image->wide ? 8 : 4;
}

uint64_t image_get_word(const struct image *image, size_t offset) {
    uint64_t value = 0;
    memcpy(&value, image->bytes + offset, word_size(image));
    return value;
}

void image_set_word(struct image *image, size_t offset, uint64_t value) {
    memcpy(image->bytes + offset, &value, word_size(image));
}

void image_set_dynamic(struct image *image, unsigned index, uint64_t tag, uint64_t value) {
    size_t at = image->dynamic + index * 2 * word_size(image);
    image_set_word(image, at, tag);
    image_set_word(image, at + word_size(image), value);
}

void image_set_reloc(
    struct image *image, unsigned index, uint64_t place, uint64_t type, uint64_t addend) {
    size_t at = image->relocs + index * image->reloc_size;
    image_set_word(image, at, place);
    image_set_word(image, at + word_size(image), type);
    if (image->reloc_size == 3 * word_size(image)) {
        image_set_word(image, at + 2 * word_size(image), addend);
    } else if (place - IMAGE_PIE_LOW < image->names - image->code) {
        image_set_word(image, image->code + (place - IMAGE_PIE_LOW), addend);
    }
}

static void move_segment(struct image *image, unsigned index, uint64_t address) {
    image_set(image, P_PADDR, index, address);
    image_set(image, P_VADDR, index, address);
    image_set(image, P_ALIGN, index, 16);
}

void image_build_pie(struct image *image, bool wide, const struct table *table, bool rela,
    uint32_t type, unsigned relocs) {
    size_t word = wide ? 8 : 4;
    size_t size = (rela ? 3 : 2) * word;
    size_t table_len = table != NULL ? table->len : 0;
    struct table all = {.len = (table_len + 7) & ~(size_t)7};
    if (table != NULL) {
        memcpy(all.bytes, table->bytes, table_len);
    }
    size_t dynamic = all.len;
    size_t places = dynamic + IMAGE_DYNAMICS * 2 * word;
    all.len = places + relocs * size;
    assert_true(all.len <= sizeof(all.bytes));
    image_build(image, wide, &all);
    image->table_len = table_len;
    image->dynamic = image->data + dynamic;
    image->relocs = image->data + places;
    image->reloc_size = size;
    uint64_t base = IMAGE_PIE_LOW - image->code; // what is added to an offset in the file
    image_set(image, E_TYPE, 0, ET_DYN);
    image_set(image, E_ENTRY, 0, IMAGE_PIE_LOW + 9);
    move_segment(image, IMAGE_CODE, IMAGE_PIE_LOW);
    move_segment(image, IMAGE_DATA, base + image->data);
    set_segment(image, IMAGE_NOTE, PT_DYNAMIC, image->dynamic, 0, places - dynamic, 0, 6);
    set_section(image, IMAGE_TABLE, table != NULL ? 7 : 0, image->data, table_len);
    const uint64_t tag = rela ? DT_RELA : DT_REL;
    image_set_dynamic(image, 0, tag, base + image->relocs);
    image_set_dynamic(image, 1, tag + 1, relocs * size);
    image_set_dynamic(image, 2, tag + 2, size);
    image_set_dynamic(image, 3, DT_NULL, 0);
    for (unsigned i = 0; i < relocs; ++i) {
        image_set_reloc(image, i, IMAGE_PIE_LOW + i * word, type, IMAGE_PIE_LOW + i);
    }
}

// ---- Tables ----

void table_set(struct table *table, size_t offset, uint32_t value) {
    memcpy(table->bytes + offset, &value, sizeof(value));
}

uint32_t table_get(const void *bytes, size_t offset) {
    uint32_t value;
    memcpy(&value, (const uint8_t *)bytes + offset, sizeof(value));
    return value;
}

void table_begin(struct table *table, uint32_t max) {
    memset(table, 0, sizeof(*table));
    table_set(table, 0, 1);
    table->len = sizeof(struct amp_rsc_header) + max * sizeof(uint32_t);
}

uint32_t table_add(struct table *table, const void *entry, size_t len) {
    uint32_t offset = (uint32_t)table->len;
    assert_true(table->len + len <= sizeof(table->bytes));
    table_set(table, sizeof(struct amp_rsc_header) + table->num * sizeof(uint32_t), offset);
    table_set(table, offsetof(struct amp_rsc_header, num), ++table->num);
    memcpy(table->bytes + offset, entry, len);
    table->len += len;
    return offset;
}

uint32_t table_add_vdev(struct table *table, uint32_t id, uint32_t ring0_da, uint32_t ring1_da,
    uint32_t num, uint32_t align, uint32_t config_len) {
    struct {
        struct amp_rsc_vdev vdev;
        struct amp_rsc_vring ring[2];
    } entry = {
        .vdev = {.type = AMP_RSC_VDEV,
            .id = id,
            .notifyid = 5,
            .dfeatures = 0xFF,
            .gfeatures = 0x1234,
            .config_len = config_len,
            .status = 0x77,
            .num_of_vrings = 2},
        .ring = {{.da = ring0_da, .align = align, .num = num, .notifyid = 10},
            {.da = ring1_da, .align = align, .num = num, .notifyid = 11}},
    };
    uint32_t offset = table_add(table, &entry, sizeof(entry));
    table->len += config_len;
    assert_true(table->len <= sizeof(table->bytes));
    return offset;
}

uint32_t table_add_trace(struct table *table, uint32_t da, uint32_t len) {
    struct amp_rsc_trace trace = {.type = AMP_RSC_TRACE, .da = da, .len = len, .name = "trace"};
    return table_add(table, &trace, sizeof(trace));
}

uint32_t table_add_carveout(struct table *table, uint32_t da, uint32_t len) {
    struct amp_rsc_carveout carveout = {
        .type = AMP_RSC_CARVEOUT, .da = da, .len = len, .name = "carveout"};
    return table_add(table, &carveout, sizeof(carveout));
}

void table_standard(struct table *table, uint32_t num) {
    table_begin(table, 2);
    table_add_vdev(table, 7, AMP_DA_ANY, AMP_DA_ANY, num, 16, 0);
    table_add_trace(table, FAKE_DATA_DA + 0x400, 128);
}
