/* Position-independent images (core/elf_pie.c) that are refused, and why. */
#include "pie_case.h"

static void test_pie_program_headers(void **state) {
    (void)state;
    static const struct {
        unsigned index;
        enum image_field field;
        uint64_t value;
        const char *what;
    } cases[] = {
        {IMAGE_NOTE, P_TYPE, PT_INTERP, "needs a dynamic linker (link with -static-pie)"},
        {IMAGE_NOTE, P_TYPE, PT_TLS, "has thread-local variables"},
        {IMAGE_NOTE, P_TYPE, PT_NOTE,
            "no dynamic section, or no end of it (link with -static-pie)"},
        {IMAGE_NOTE, P_FILESZ, 8, "no dynamic section, or no end of it (link with -static-pie)"},
        {IMAGE_NOTE, P_OFFSET, IMAGE_MAX, "cut short"},
        {IMAGE_DATA, P_PADDR, 0x20000000,
            "position-independent, but loaded elsewhere than it runs"},
        {IMAGE_CODE, P_PADDR, 0, "position-independent, but loaded elsewhere than it runs"},
        {IMAGE_DATA, P_OFFSET, IMAGE_MAX, "cut short"},
    };
    FOR_ALL_KINDS(wide, rela) {
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
            build_pie(wide, rela != 0);
            image_set(&image, cases[i].field, cases[i].index, cases[i].value);
            expect_refusal(cases[i].what);
        }
        build_pie(wide, rela != 0);
        image_set(&image, P_MEMSZ, IMAGE_DATA, 0); // of length 0: it is not looked at
        image_set(&image, P_PADDR, IMAGE_DATA, 0x20000000);
        expect_refusal("relocation outside the contents of the segments");
    }
}

// Each read of contents looks at all relocations that are not sorted, so there is a limit.
static void test_pie_many_unsorted(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        for (unsigned count = AMP_ELF_MAX_UNSORTED; count <= AMP_ELF_MAX_UNSORTED + 1; ++count) {
            image_build_pie(&image, wide != 0, &table, true, TYPE, count);
            for (unsigned i = 0; i < count; ++i) {
                image_set_reloc(&image, i, IMAGE_PIE_LOW, TYPE, IMAGE_PIE_LOW);
            }
            if (count == AMP_ELF_MAX_UNSORTED) {
                assert_int_equal(check(), 0);
                assert_false(elf.relocs_sorted);
            } else {
                expect_refusal("relocations that are not sorted (link with -z combreloc)");
            }
        }
    }
}

static void test_pie_overlap(void **state) {
    (void)state;
    FOR_ALL_KINDS(wide, rela) {
        build_pie(wide, rela != 0);
        image_set(&image, P_MEMSZ, IMAGE_CODE, IMAGE_CODE_LEN + 16); // its zeros: data follows
        assert_int_equal(check(), 0);
        image_set(&image, P_VADDR, IMAGE_CODE, IMAGE_PIE_LOW + 16);
        image_set(&image, P_PADDR, IMAGE_CODE, IMAGE_PIE_LOW + 16);
        expect_refusal("overlaps memory in use");
        assert_string_equal(error.unit, "segment");
        assert_int_equal(error.where, IMAGE_DATA);
    }
}

// The dynamic section is the last thing in the file.
static void test_pie_dynamic_section_at_the_end(void **state) {
    (void)state;
    FOR_ALL_KINDS(wide, rela) {
        build_pie(wide, rela != 0);
        size_t len = image_get(&image, P_FILESZ, IMAGE_NOTE);
        memcpy(image.bytes + image.size, image.bytes + image.dynamic, len);
        image_set(&image, P_OFFSET, IMAGE_NOTE, image.size);
        image.source.size = image.size += len;
        assert_int_equal(check(), 0);
        --image.source.size;
        expect_refusal("cut short");
    }
}

static void test_pie_many_headers(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        build_pie(wide, true);
        size_t size = image_get(&image, E_PHENTSIZE, 0);
        size_t from = image.size;
        memcpy(image.bytes + from, image.bytes + image.phoff, 3 * size);
        memset(image.bytes + from + 3 * size, 0, 14 * size);
        image.source.size = image.size = from + 17 * size;
        image_set(&image, E_PHOFF, 0, from);
        image_set(&image, E_PHNUM, 0, 16);
        assert_int_equal(check(), 0);
        image_set(&image, E_PHNUM, 0, 17);
        expect_place("one too many", "segment", 16, 0, 0, 0);
    }
}

static void test_pie_dynamic_section(void **state) {
    (void)state;
    enum { END = IMAGE_DYNAMICS - 1 }; // the entry that is replaced
    static const struct {
        uint64_t tag, value;
        const char *what; // NULL: good, but for the missing end
    } cases[] = {
        {1, 0, "needs a shared library (link with -static-pie)"}, // NEEDED
        {2, 8, "relocations for a dynamic linker (link with -static-pie)"}, // PLTRELSZ
        {35, 8, "packed relocations (link with -z nopack-relative-relocs)"}, // RELRSZ
        {38, 0, "unknown entry of the dynamic section"},
        {0x6000000F, 0, "unknown entry of the dynamic section"}, // Android's REL
        {0x6FFFFCFF, 0, "unknown entry of the dynamic section"}, {2, 0, NULL},
        {21, 0, NULL}, // DEBUG
        {22, 0, NULL}, // TEXTREL
        {30, 4, NULL}, // FLAGS
        {37, 8, NULL}, // RELRENT
        {0x6FFFFD00, 1, NULL}, {0x6FFFFFFB, 0x8000000, NULL}, // FLAGS_1
        {0x70000001, 0, NULL}, // of the machine
    };
    FOR_ALL_KINDS(wide, rela) {
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
            build_pie(wide, rela != 0);
            image_set_dynamic(&image, END, cases[i].tag, cases[i].value);
            // An end behind it, where the first relocation is: they begin after that.
            size_t len = image_get(&image, P_FILESZ, IMAGE_NOTE) + 2 * word_size();
            image_set(&image, P_FILESZ, IMAGE_NOTE, len);
            image_set_dynamic(&image, END + 1, DT_NULL, 0);
            uint64_t relocs = image_get_word(&image, image.dynamic + word_size());
            image_set_dynamic(&image, 0, rela ? DT_RELA : DT_REL, relocs + image.reloc_size);
            image_set_dynamic(
                &image, 1, rela ? DT_RELASZ : DT_RELSZ, (RELOCS - 1) * image.reloc_size);
            if (cases[i].what == NULL) {
                assert_int_equal(check(), 0);
            } else {
                size_t at = image.dynamic + END * 2 * word_size();
                bool at_once = cases[i].tag == 1 || cases[i].tag >= 38;
                expect_place(cases[i].what, "offset", at_once ? at : at + 2 * word_size(), 0, 0, 0);
            }
        }
    }
}

static void test_pie_table_of_relocations(void **state) {
    (void)state;
    static const char bad_length[] = "bad length of relocations";
    static const char outside[] = "relocation outside the contents of the segments";
    FOR_ALL_KINDS(wide, rela) {
        const uint64_t tag = rela ? DT_RELA : DT_REL;
        build_pie(wide, rela != 0);
        uint64_t at = image_get_word(&image, image.dynamic + word_size());
        uint64_t size = image.reloc_size;
        const uint64_t max = wide ? UINT64_MAX : UINT32_MAX;
        uint64_t room =
            image_get(&image, P_VADDR, IMAGE_DATA) + image_get(&image, P_FILESZ, IMAGE_DATA) - at;
        struct {
            uint64_t at, len, size;
            const char *what;
        } cases[] = {
            {at, RELOCS * size + 1, size, bad_length}, {at, RELOCS * size, size + 4, bad_length},
            {at, RELOCS * size, 0, bad_length}, {at, size - 1, size, bad_length},
            {at, (room / size + 1) * size, size, outside}, {at, max / size * size, size, outside},
            {0, size, size, outside}, {IMAGE_PIE_LOW - 4, size, size, outside},
            {max, size, size, outside}, {at + room, size, size, outside}, // what is zeroed
        };
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
            image_set_dynamic(&image, 0, tag, cases[i].at);
            image_set_dynamic(&image, 1, tag + 1, cases[i].len);
            image_set_dynamic(&image, 2, tag + 2, cases[i].size);
            expect_refusal(cases[i].what);
        }
        image_set_dynamic(&image, 0, tag, at);
        image_set_dynamic(&image, 1, tag + 1, RELOCS * size);
        image_set_dynamic(&image, 2, tag + 2, size);
        assert_int_equal(check(), 0);
        image_set_dynamic(&image, 2, rela ? DT_RELSZ : DT_RELASZ, 8); // both kinds
        expect_refusal("relocations for a dynamic linker (link with -static-pie)");
    }
}

static void test_pie_relocations(void **state) {
    (void)state;
    FOR_ALL_KINDS(wide, rela) {
        image_build_pie(&image, wide != 0, &table, rela != 0, TYPE, 1);
        const uint64_t word = word_size();
        const uint64_t low = IMAGE_PIE_LOW;
        const uint64_t code_end = low + IMAGE_CODE_LEN;
        const uint64_t end =
            image_get(&image, P_VADDR, IMAGE_DATA) + image_get(&image, P_FILESZ, IMAGE_DATA);
        const uint64_t high = end + IMAGE_BSS;
        static const char type[] = "relocation other than RELATIVE (link with -static-pie)";
        static const char align[] = "misaligned relocation";
        static const char outside[] = "relocation outside the contents of the segments";
        static const char target[] = "relocation to outside the image";
        const struct {
            uint64_t place, type, addend;
            const char *what; // NULL: good
        } cases[] = {
            {low, 0, low, type}, // NONE
            {low, 2, low, type}, // ABS32
            {low, TYPE | 1 << 8, low, type}, // of a symbol
            {low, UINT64_MAX, low, type}, {low + 1, TYPE, low, align},
            {low + word / 2, TYPE, low, align}, {low - word, TYPE, low, outside},
            {0 - word, TYPE, low, outside}, {UINT64_MAX / 2 & ~(word - 1), TYPE, low, outside},
            {(end + word - 1) & ~(word - 1), TYPE, low, outside}, // in what is zeroed
            {(high + word) & ~(word - 1), TYPE, low, outside}, {code_end - word, TYPE, low, NULL},
            {(end - word) & ~(word - 1), TYPE, low, NULL}, {low, TYPE, high, NULL},
            {low, TYPE, high + 1, target}, {low, TYPE, low - 1, target}, {low, TYPE, 0, target},
            {low, TYPE, UINT64_MAX, target}, {low, TYPE, INT64_MAX, target},
            {low, TYPE, FAKE_CODE_DA, target}, // an addend is an address of the image
        };
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
            image_build_pie(&image, wide != 0, &table, rela != 0, TYPE, 1);
            image_set_reloc(&image, 0, cases[i].place, cases[i].type, cases[i].addend);
            if (cases[i].what == NULL) {
                assert_int_equal(check(), 0);
                assert_int_equal(load(), 0);
                expect_loaded(FAKE_CODE_DA, 1);
            } else {
                const uint64_t mask = wide ? UINT64_MAX : UINT32_MAX;
                expect_refusal(cases[i].what);
                assert_string_equal(error.unit, "address");
                assert_int_equal(error.where & mask, cases[i].place & mask);
            }
        }
    }
}

// A word that reaches from the contents of one segment to those of the next is in neither.
static void test_pie_word_across_segments(void **state) {
    (void)state;
    FOR_ALL_KINDS(wide, rela) {
        build_pie(wide, rela != 0);
        image_set(&image, P_FILESZ, IMAGE_CODE, IMAGE_CODE_LEN - 1);
        image_set(&image, P_MEMSZ, IMAGE_CODE, IMAGE_CODE_LEN - 1);
        uint64_t place = IMAGE_PIE_LOW + IMAGE_CODE_LEN - word_size();
        image_set_reloc(&image, RELOCS - 1, place, TYPE, IMAGE_PIE_LOW);
        expect_place("relocation outside the contents of the segments", "address", place, 0, 0, 0);
    }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_pie, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_pie_program_headers),
        TEST(test_pie_many_unsorted),
        TEST(test_pie_overlap),
        TEST(test_pie_dynamic_section_at_the_end),
        TEST(test_pie_many_headers),
        TEST(test_pie_dynamic_section),
        TEST(test_pie_table_of_relocations),
        TEST(test_pie_relocations),
        TEST(test_pie_word_across_segments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
