/* Programs and files into memory, before power-on: past caches and write protection. */
#include "tests/boards/armsim/armsim.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *whole_file(const char *path, size_t *len) {
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
        *len = (size_t)ftell(file);
        rewind(file);
        bytes = malloc(*len + 1);
        if (bytes != NULL && fread(bytes, 1, *len, file) != *len) {
            free(bytes);
            bytes = NULL;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    if (bytes == NULL) {
        fprintf(stderr, CHIP_SIM ": %s cannot be read\n", path);
    }
    return bytes;
}

static bool place(struct machine *m, uint32_t address, const uint8_t *bytes, uint32_t len) {
    const struct view *view = memory_view(0, address, len);
    if (view == NULL) {
        fprintf(stderr, CHIP_SIM ": no memory for %u bytes at 0x%08x\n", (unsigned)len,
            (unsigned)address);
        return false;
    }
    memcpy(memory_raw(m, view, address), bytes, len);
    return true;
}

bool load_raw(struct machine *m, const char *path, uint32_t address) {
    size_t len = 0;
    uint8_t *bytes = whole_file(path, &len);
    bool good = bytes != NULL && len <= UINT32_MAX && place(m, address, bytes, (uint32_t)len);
    free(bytes);
    return good;
}

static bool load_segments(
    struct machine *m, const uint8_t *bytes, size_t len, struct program *program) {
    Elf32_Ehdr header;
    if (len < sizeof(header)) {
        return false;
    }
    memcpy(&header, bytes, sizeof(header));
    if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_machine != EM_ARM
        || header.e_ident[EI_CLASS] != ELFCLASS32 || header.e_phentsize != sizeof(Elf32_Phdr)) {
        return false;
    }
    *program = (struct program){.first = UINT32_MAX, .entry = header.e_entry};
    for (unsigned i = 0; i < header.e_phnum; i++) {
        Elf32_Phdr segment;
        size_t at = header.e_phoff + i * sizeof(segment);
        if (at > len || len - at < sizeof(segment)) {
            return false;
        }
        memcpy(&segment, bytes + at, sizeof(segment));
        if (segment.p_type != PT_LOAD || segment.p_filesz == 0) {
            continue;
        }
        if (segment.p_offset > len || len - segment.p_offset < segment.p_filesz
            || !place(m, segment.p_paddr, bytes + segment.p_offset, segment.p_filesz)) {
            return false;
        }
        bool ram = memory_view(0, segment.p_paddr, 1)->access & UC_PROT_WRITE;
        program->first = ram && segment.p_paddr < program->first ? segment.p_paddr : program->first;
    }
    return true;
}

bool load_elf(struct machine *m, const char *path, struct program *program) {
    size_t len = 0;
    uint8_t *bytes = whole_file(path, &len);
    bool good = bytes != NULL && load_segments(m, bytes, len, program);
    if (bytes != NULL && !good) {
        fprintf(stderr, CHIP_SIM ": %s is no program for this machine\n", path);
    }
    free(bytes);
    return good;
}
