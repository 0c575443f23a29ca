/* A position-independent image, and a fake port with a window for it: for core/elf_pie.c. */
#ifndef PIE_CASE_H
#define PIE_CASE_H

#include "elf_case.h"

enum { RELOCS = 6, TYPE = R_ARM_RELATIVE };

static struct amp_window windows[FAKE_WINDOWS];

static inline int setup_pie(void **state) {
    setup(state);
    memcpy(windows, fake.port.windows, sizeof(windows));
    windows[0].flags |= AMP_WINDOW_PIE; // FAKE_CODE_DA
    fake.port.windows = windows;
    fake.port.pie = &amp_pie;
    return 0;
}

static inline void build_pie(int wide, bool rela) {
    image_build_pie(&image, wide != 0, &table, rela, TYPE, RELOCS);
}

#define FOR_ALL_KINDS(wide, rela) \
    FOR_BOTH_CLASSES(wide) \
    for (int rela = 0; rela < 2; ++rela)

static inline size_t word_size(void) {
    return image.wide ? 8 : 4;
}

// The relocated word `index` of what is loaded at `base`.
static inline uint64_t word_at(amp_da_t da) {
    uint64_t value = 0;
    memcpy(&value, fake_port_at(&fake, da, word_size()), word_size());
    return value;
}

// What is loaded at `base` is the file's contents, relocated, then zeros.
static inline void expect_loaded(amp_da_t base, unsigned relocs) {
    size_t size = image_get(&image, P_FILESZ, IMAGE_CODE) + image_get(&image, P_FILESZ, IMAGE_DATA);
    static uint8_t expected[IMAGE_MAX];
    memcpy(expected, image.bytes + image.code, size);
    memset(expected + size, 0, IMAGE_BSS);
    for (unsigned i = 0; i < relocs; ++i) {
        size_t at = image.relocs + i * image.reloc_size;
        uint64_t offset = image_get_word(&image, at) - IMAGE_PIE_LOW;
        uint64_t value = image.reloc_size == 3 * word_size()
            ? image_get_word(&image, at + 2 * word_size())
            : image_get_word(&image, image.code + offset);
        value += base - IMAGE_PIE_LOW;
        memcpy(expected + offset, &value, word_size());
    }
    const uint8_t *va = fake_port_at(&fake, base, size + IMAGE_BSS);
    assert_memory_equal(va, expected, size + IMAGE_BSS);
}

#endif // PIE_CASE_H
