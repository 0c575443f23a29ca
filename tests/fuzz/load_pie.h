/*
 * For load.c: a position-independent image once more, from its bytes alone: it was moved as
 * one piece to where it may lie, and each word that it names is relocated, and no other.
 */
#ifndef FUZZ_LOAD_PIE_H
#define FUZZ_LOAD_PIE_H

#include "load_machine.h"

// Where it was linked.
struct pie {
    uint64_t low, high, align;
    uint64_t dynamic, dynamic_len; // the dynamic section in the file
};

static inline uint64_t pie_word(const struct image *image, bool wide, uint64_t offset) {
    uint64_t value = 0;
    memcpy(&value, at(image, offset, wide ? 8 : 4), wide ? 8 : 4);
    return value;
}

static inline struct pie read_pie(const struct image *image, const struct header *h, bool wide) {
    struct pie pie = {.low = UINT64_MAX, .align = 1};
    CHECK(h->phnum <= 16);
    for (uint32_t i = 0; i < h->phnum; ++i) {
        struct elf64_phdr p = read_segment(image, h, wide, i);
        CHECK(p.p_type != 3 && p.p_type != 7); // no interpreter, nothing thread-local
        if (p.p_type == PT_DYNAMIC) {
            pie.dynamic = p.p_offset;
            pie.dynamic_len = p.p_filesz;
        } else if (p.p_type == PT_LOAD && p.p_memsz != 0) {
            uint64_t end = p.p_vaddr + p.p_memsz;
            CHECK(p.p_paddr == p.p_vaddr && end > p.p_vaddr);
            CHECK((p.p_align & (p.p_align - 1)) == 0);
            pie.low = p.p_vaddr < pie.low ? p.p_vaddr : pie.low;
            pie.high = end > pie.high ? end : pie.high;
            pie.align = p.p_align > pie.align ? p.p_align : pie.align;
        }
    }
    return pie;
}

// The whole image lies in one window for such images, beside the shared region.
static inline void expect_moved(const struct pie *pie, uint64_t bias) {
    uint64_t len = pie->high - pie->low;
    uint64_t da = pie->low + bias;
    CHECK(window_of(da, len, AMP_WINDOW_PIE | AMP_WINDOW_LOAD | AMP_WINDOW_RUN) >= 0);
    CHECK(da + len <= FAKE_HEAP_DA || da >= FAKE_HEAP_DA + fake.port.shared_len);
    CHECK(bias % pie->align == 0);
}

// The place in the file of contents that were linked at `address`.
static inline uint64_t file_offset(
    const struct image *image, const struct header *h, bool wide, uint64_t address, uint64_t len) {
    for (uint32_t i = 0; i < h->phnum; ++i) {
        struct elf64_phdr p = read_segment(image, h, wide, i);
        if (p.p_type == PT_LOAD && p.p_memsz != 0 && address >= p.p_vaddr
            && address - p.p_vaddr <= p.p_filesz && len <= p.p_filesz - (address - p.p_vaddr)) {
            return p.p_offset + (address - p.p_vaddr);
        }
    }
    CHECK(false); // not in the contents of a segment
    return 0;
}

// The relocations, by the dynamic section.
struct relocations {
    uint64_t address, len, size;
    bool have_addends;
};

static inline struct relocations read_relocations(
    const struct image *image, bool wide, const struct pie *pie) {
    uint64_t value[38] = {0};
    uint64_t word = wide ? 8 : 4;
    for (uint64_t offset = pie->dynamic;; offset += 2 * word) {
        CHECK(offset - pie->dynamic < pie->dynamic_len);
        uint64_t tag = pie_word(image, wide, offset);
        if (tag == 0) {
            break;
        }
        CHECK(tag != 1 && (tag < 38 || tag >= 0x6FFFFD00));
        if (tag < 38) {
            value[tag] = pie_word(image, wide, offset + word);
        }
    }
    CHECK(value[2] == 0 && value[35] == 0 && (value[8] == 0 || value[18] == 0));
    bool rela = value[18] == 0;
    const uint64_t *table = rela ? value + 7 : value + 17;
    CHECK(table[1] == 0 || table[2] == (rela ? 3 : 2) * word);
    CHECK(table[1] == 0 || table[1] % table[2] == 0);
    return (struct relocations){table[0], table[1], table[2], rela};
}

// Relocate what is expected in memory.
static inline void expect_relocated(const struct image *image, const struct header *h, bool wide,
    const struct pie *pie, uint64_t bias) {
    uint64_t word = wide ? 8 : 4;
    struct relocations all = read_relocations(image, wide, pie);
    uint64_t table = all.len == 0 ? 0 : file_offset(image, h, wide, all.address, all.len);
    for (uint64_t offset = table; offset < table + all.len; offset += all.size) {
        uint64_t address = pie_word(image, wide, offset);
        uint64_t da = address + bias;
        uint64_t in_file = file_offset(image, h, wide, address, word);
        uint64_t addend = all.have_addends ? pie_word(image, wide, offset + 2 * word)
                                           : pie_word(image, wide, in_file);
        CHECK(pie_word(image, wide, offset + word) == relative_of(fake.port.elf_machine));
        CHECK(da % word == 0);
        CHECK(addend >= pie->low && addend <= pie->high);
        addend += bias;
        int i = window_of(da, word, AMP_WINDOW_LOAD);
        CHECK(i >= 0 && (wide || addend <= UINT32_MAX));
        memcpy(windows[i].expected + (da - windows[i].da), &addend, word);
    }
}

#endif // FUZZ_LOAD_PIE_H
