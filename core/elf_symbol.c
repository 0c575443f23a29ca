/*
 * Finds the address of a symbol of the firmware in the image's symbol table, if the image
 * is still the one that was loaded.
 *
 * As in the loader (elf.c), each header and each name is checked to be inside of the image
 * before it is read.  A forged image leads to a wrong number and nothing else, because
 * amp_rproc_map() checks every access to the core's memory.
 */
#include <string.h>

#include "core/elf_fields.h"

struct symbols {
    struct amp_elf elf;
    union ehdr h;
    const char *name;
    size_t name_len; // with its NUL
};

// Does the core's memory have the contents of this segment, which the core does not write?
static int compare_segment(
    struct symbols *self, const struct amp_rproc *rproc, size_t offset, amp_da_t da, size_t len) {
    uint8_t part[64];
    const uint8_t *va = amp_rproc_map(rproc, da, len, false);
    for (size_t at = 0; at < len; at += sizeof(part)) {
        size_t count = len - at < sizeof(part) ? len - at : sizeof(part);
        if (va == NULL || amp_elf_read_contents(&self->elf, offset + at, part, count, da + at) != 0
            || memcmp(part, va + at, count) != 0) {
            return -AMP_ESTALE;
        }
    }
    return 0;
}

static int compare(struct symbols *self, const struct amp_rproc *rproc) {
    struct amp_elf *elf = &self->elf;
    size_t count = FIELD(elf, self->h, e_phnum);
    union phdr p;
    for (size_t i = 0; i < count; ++i) {
        if (amp_elf_read(elf, FIELD(elf, self->h, e_phoff) + i * SIZE(elf, p), &p, SIZE(elf, p))
            != 0) {
            return -AMP_ESTALE; // the loaded image had these headers
        }
        if (p.narrow.p_type == PT_LOAD && FIELD(elf, p, p_filesz) != 0
            && !(FIELD(elf, p, p_flags) & PF_W)) {
            int error = compare_segment(self, rproc, FIELD(elf, p, p_offset),
                FIELD(elf, p, p_paddr) + elf->bias, FIELD(elf, p, p_filesz));
            if (error != 0) {
                return error;
            }
        }
    }
    return 0;
}

// Is the name at this offset of the image the one that is looked for?
static bool is_name(struct symbols *self, size_t offset) {
    char part[16];
    for (size_t at = 0; at < self->name_len; at += sizeof(part)) {
        size_t left = self->name_len - at;
        size_t count = left < sizeof(part) ? left : sizeof(part);
        if (amp_elf_read(&self->elf, offset + at, part, count) != 0
            || memcmp(part, self->name + at, count) != 0) {
            return false;
        }
    }
    return true;
}

// Find the global symbol of that name, or else the first local one.  (In a symbol table all
// local symbols come before the global ones.)
static int search(struct symbols *self, const union shdr *table, size_t names, amp_da_t *value) {
    struct amp_elf *elf = &self->elf;
    union sym s;
    size_t count = FIELD(elf, *table, sh_size) / SIZE(elf, s);
    int result = -AMP_ENOENT;
    for (size_t i = 0; i < count; ++i) {
        if (amp_elf_read(elf, FIELD(elf, *table, sh_offset) + i * SIZE(elf, s), &s, SIZE(elf, s))
            != 0) {
            return -AMP_ENOEXEC;
        }
        size_t info = FIELD(elf, s, st_info);
        bool is_local = info >> 4 == STB_LOCAL;
        if (FIELD(elf, s, st_shndx) == 0 || (info & 0xF) == STT_FILE || (is_local && result == 0)) {
            continue;
        }
        if (is_name(self, names + s.narrow.st_name)) {
            *value = FIELD(elf, s, st_value) + (FIELD(elf, s, st_shndx) != SHN_ABS ? elf->bias : 0);
            result = 0;
            if (!is_local) {
                break;
            }
        } else if (elf->check.read_error != 0) {
            return -AMP_EIO;
        }
    }
    return result;
}

static int read_section(struct symbols *self, size_t index, union shdr *s) {
    struct amp_elf *elf = &self->elf;
    return amp_elf_read(
        elf, FIELD(elf, self->h, e_shoff) + index * SIZE(elf, *s), s, SIZE(elf, *s));
}

static int find(struct symbols *self, const struct amp_rproc *rproc, amp_da_t *value) {
    int error = amp_elf_read_header(&self->elf, &self->h) == 0 ? 0 : -AMP_ENOEXEC;
    // A position-independent image has the place again that it was given when it was loaded.
    if (error == 0 && self->h.narrow.e_type == ET_DYN
        && (amp_elf_check(&self->elf) != 0 || self->elf.entry != rproc->entry)) {
        error = -AMP_ESTALE;
    }
    if (error == 0) {
        error = compare(self, rproc);
    }
    size_t count = error == 0 ? FIELD(&self->elf, self->h, e_shnum) : 0;
    union shdr table;
    union shdr names;
    for (size_t i = 0; i < count; ++i) {
        if (read_section(self, i, &table) != 0) {
            return -AMP_ENOEXEC;
        }
        if (table.narrow.sh_type == SHT_SYMTAB) {
            return read_section(self, FIELD(&self->elf, table, sh_link), &names) != 0
                ? -AMP_ENOEXEC
                : search(self, &table, FIELD(&self->elf, names, sh_offset), value);
        }
    }
    return error != 0 ? error : -AMP_ENXIO;
}

int amp_rproc_symbol(const struct amp_rproc *rproc, const struct amp_image *image, const char *name,
    amp_da_t *value) {
    struct symbols self = {.elf = {.check = {.port = rproc->port}, .image = image},
        .name = name,
        .name_len = strlen(name) + 1};
    int error = find(&self, rproc, value);
    return self.elf.check.read_error != 0 ? self.elf.check.read_error : error;
}
