/* Position-independent images (core/elf_pie.c): where they are loaded, and what. */
#include "pie_case.h"

// ---- Good images ----

static void test_pie_is_loaded(void **state) {
    (void)state;
    FOR_ALL_KINDS(wide, rela) {
        build_pie(wide, rela != 0);
        assert_int_equal(check(), 0);
        assert_int_equal(elf.entry, FAKE_CODE_DA + 9);
        assert_int_equal(elf.table_da, FAKE_CODE_DA + IMAGE_CODE_LEN);
        assert_int_equal(elf.table_len, table.len);
        assert_int_equal(load(), 0);
        assert_int_equal(fake.clean_count, 2);
        expect_loaded(FAKE_CODE_DA, RELOCS);
        assert_int_equal(word_at(FAKE_CODE_DA + word_size()), FAKE_CODE_DA + 1);
    }
}

// What lies behind the last relocation is none.
static void test_pie_count(void **state) {
    (void)state;
    FOR_ALL_KINDS(wide, rela) {
        for (int sorted = 0; sorted < 2; ++sorted) {
            build_pie(wide, rela != 0);
            if (!sorted) {
                image_set_reloc(&image, 0, IMAGE_PIE_LOW + word_size(), TYPE, IMAGE_PIE_LOW);
                image_set_reloc(&image, 1, IMAGE_PIE_LOW, TYPE, IMAGE_PIE_LOW);
            }
            image_set_dynamic(&image, 1, rela ? DT_RELASZ : DT_RELSZ, 5 * image.reloc_size);
            assert_int_equal(check(), 0);
            assert_int_equal(load(), 0);
            expect_loaded(FAKE_CODE_DA, 5);
        }
    }
}

// Segments that lie apart: an addend is looked for only in the contents that are read.
static void test_pie_segments_apart(void **state) {
    (void)state;
    FOR_ALL_KINDS(wide, rela) {
        // Far from each other in memory.
        build_pie(wide, rela != 0);
        const uint64_t tag = rela ? DT_RELA : DT_REL;
        uint64_t data = image_get(&image, P_VADDR, IMAGE_DATA);
        uint64_t relocs = image_get_word(&image, image.dynamic + word_size());
        image_set(&image, P_VADDR, IMAGE_DATA, data + 0x1000);
        image_set(&image, P_PADDR, IMAGE_DATA, data + 0x1000);
        image_set_dynamic(&image, 0, tag, relocs + 0x1000);
        image_set_reloc(&image, RELOCS - 1, data + 0x1000, TYPE, IMAGE_PIE_LOW);
        image_set_word(&image, image.data, IMAGE_PIE_LOW); // the addend, if it is there
        assert_int_equal(check(), 0);
        assert_int_equal(load(), 0);
        assert_int_equal(word_at(FAKE_CODE_DA + IMAGE_CODE_LEN + 0x1000), FAKE_CODE_DA);
        // Beside each other in memory, the first at the end of the file.
        build_pie(wide, rela != 0);
        image_set_reloc(&image, RELOCS - 1, data, TYPE, IMAGE_PIE_LOW);
        memcpy(image.bytes + image.size, image.bytes + image.code, IMAGE_CODE_LEN);
        image_set(&image, P_OFFSET, IMAGE_CODE, image.size);
        image.source.size = image.size += IMAGE_CODE_LEN;
        assert_int_equal(check(), 0);
        assert_int_equal(load(), 0);
        assert_int_equal(word_at(FAKE_CODE_DA + IMAGE_CODE_LEN), FAKE_CODE_DA);
    }
}

// One image, in two places.
static void test_pie_in_two_windows(void **state) {
    (void)state;
    FOR_ALL_KINDS(wide, rela) {
        build_pie(wide, rela != 0);
        for (amp_da_t begin = FAKE_CODE_DA; begin < FAKE_CODE_DA + 0x2000; begin += 0x130) {
            windows[0].da = begin;
            windows[0].len = FAKE_CODE_DA + FAKE_CODE_LEN - begin;
            assert_int_equal(check(), 0);
            assert_int_equal(elf.entry, begin + 9);
            assert_int_equal(load(), 0);
            expect_loaded(begin, RELOCS);
        }
        windows[0] = (struct amp_window){
            FAKE_CODE_DA, FAKE_CODE_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_RUN | AMP_WINDOW_PIE};
    }
}

static void test_pie_of_each_machine(void **state) {
    (void)state;
    static const uint16_t machines[] = {AMP_EM_ARM, AMP_EM_RISCV, AMP_EM_X86_64, AMP_EM_AARCH64, 8};
    static const uint16_t types[] = {23, 3, 8, 1027, 0}; // as the ABI of each says
    FOR_ALL_KINDS(wide, rela) {
        for (unsigned m = 0; m < 5; ++m) {
            fake.port.elf_machine = machines[m];
            for (unsigned t = 0; t < 5; ++t) {
                image_build_pie(&image, wide != 0, &table, rela != 0, types[t], 1);
                image_set(&image, E_MACHINE, 0, machines[m]);
                if (m == t && m < 4) {
                    assert_int_equal(check(), 0);
                    assert_int_equal(load(), 0);
                    expect_loaded(FAKE_CODE_DA, 1);
                } else {
                    expect_place("relocation other than RELATIVE (link with -static-pie)",
                        "address", IMAGE_PIE_LOW, 0, 0, 0);
                }
            }
        }
    }
}

// Nothing to relocate: no table of relocations at all, or an empty one.
static void test_pie_without_relocations(void **state) {
    (void)state;
    FOR_ALL_KINDS(wide, rela) {
        image_build_pie(&image, wide != 0, &table, rela != 0, TYPE, 0);
        assert_int_equal(check(), 0);
        image_set_dynamic(&image, 0, DT_NULL, 0);
        assert_int_equal(check(), 0);
        assert_int_equal(load(), 0);
        expect_loaded(FAKE_CODE_DA, 0);
    }
}

// In any order, and the same word twice.
static void test_pie_unsorted(void **state) {
    (void)state;
    FOR_ALL_KINDS(wide, rela) {
        build_pie(wide, rela != 0);
        uint64_t word = word_size();
        static const unsigned order[RELOCS] = {5, 0, 3, 3, 1, 2};
        for (unsigned i = 0; i < RELOCS; ++i) {
            image_set_reloc(&image, i, IMAGE_PIE_LOW + order[i] * word, TYPE, IMAGE_PIE_LOW + i);
        }
        if (rela) { // the last one counts
            image_set_reloc(&image, 2, IMAGE_PIE_LOW + 3 * word, TYPE, IMAGE_PIE_LOW + 20);
        }
        assert_int_equal(check(), 0);
        assert_false(elf.relocs_sorted);
        assert_int_equal(load(), 0);
        expect_loaded(FAKE_CODE_DA, RELOCS);
        assert_int_equal(word_at(FAKE_CODE_DA + 3 * word), FAKE_CODE_DA + 3);
    }
}

// Contents that are read in parts, of which each may cut words.
static void test_pie_read_in_parts(void **state) {
    (void)state;
    FOR_ALL_KINDS(wide, rela) {
        for (int sorted = 0; sorted < 2; ++sorted) {
            build_pie(wide, rela != 0);
            size_t word = word_size();
            for (unsigned i = 0; i < RELOCS; ++i) { // with a gap of a word between them
                unsigned at = sorted ? i : RELOCS - 1 - i;
                uint64_t place = IMAGE_PIE_LOW + (at == 0 ? 0 : at + 1) * word;
                image_set_reloc(&image, i, place, TYPE, IMAGE_PIE_LOW + i);
            }
            assert_int_equal(check(), 0);
            assert_int_equal(elf.relocs_sorted, sorted);
            assert_int_equal(load(), 0);
            const uint8_t *va = fake_port_at(&fake, FAKE_CODE_DA, IMAGE_CODE_LEN);
            for (size_t from = 0; from < IMAGE_CODE_LEN; ++from) {
                for (size_t len = 1; len <= IMAGE_CODE_LEN - from && len < 12; ++len) {
                    uint8_t part[16];
                    memset(part, 0xEE, sizeof(part));
                    assert_int_equal(amp_elf_read_contents(
                                         &elf, image.code + from, part, len, FAKE_CODE_DA + from),
                        0);
                    assert_memory_equal(part, va + from, len);
                    assert_int_equal(part[len], 0xEE);
                }
            }
        }
    }
}

// ---- Its place ----

// Where the entry would be, or 0 for "no room".
static amp_da_t place_of(void) {
    if (check() == 0) {
        return elf.entry - 9;
    }
    assert_string_equal(
        error.what, "no room for a position-independent image of this length and alignment");
    assert_int_equal(
        error.missed, AMP_WINDOW_LOAD | AMP_WINDOW_RUN | AMP_WINDOW_PIE | AMP_WINDOW_ANY);
    size_t low = image_get(&image, P_VADDR, IMAGE_CODE);
    assert_int_equal(error.len,
        image_get(&image, P_VADDR, IMAGE_DATA) + image_get(&image, P_MEMSZ, IMAGE_DATA) - low);
    return 0;
}

static void test_pie_alignment(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        for (uint64_t align = 0; align <= 0x20000000; align = align == 0 ? 1 : 2 * align) {
            build_pie(wide, true);
            image_set(&image, P_ALIGN, IMAGE_CODE, align);
            windows[0].da = FAKE_CODE_DA + 0x8;
            windows[0].len = FAKE_CODE_LEN - 0x8;
            amp_da_t place = FAKE_CODE_DA + 0x10;
            // The image is moved by a multiple of its alignment; it was linked at 0x40.
            while (align != 0 && (place - IMAGE_PIE_LOW) % align != 0) {
                place += 0x10;
            }
            assert_int_equal(place_of(), place < FAKE_CODE_DA + FAKE_CODE_LEN - 0x400 ? place : 0);
        }
        image_build_pie(&image, wide != 0, &table, true, TYPE, 0);
        image_set(&image, P_ALIGN, IMAGE_CODE, 0);
        image_set(&image, P_ALIGN, IMAGE_DATA, 1);
        windows[0].da = FAKE_CODE_DA + 0x9;
        assert_int_equal(place_of(), FAKE_CODE_DA + 0x9);
        build_pie(wide, true);
        image_set(&image, P_ALIGN, IMAGE_DATA, 24);
        expect_place("bad address or alignment", "segment", IMAGE_DATA, 0, 0, 0);
    }
}

static void test_pie_fits_exactly(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        build_pie(wide, true);
        size_t data = image_get(&image, P_VADDR, IMAGE_DATA) - IMAGE_PIE_LOW;
        image_set(&image, P_MEMSZ, IMAGE_DATA, FAKE_CODE_LEN - data);
        assert_int_equal(place_of(), FAKE_CODE_DA);
        image_set(&image, P_MEMSZ, IMAGE_DATA, FAKE_CODE_LEN - data + 1);
        assert_int_equal(place_of(), 0);
        image_set(&image, P_MEMSZ, IMAGE_DATA, UINT64_MAX); // the end wraps
        if (wide || sizeof(size_t) == 4) {
            expect_place("bad address or alignment", "segment", IMAGE_DATA, 0, 0, 0);
        } else {
            assert_int_equal(place_of(), 0);
        }
        image_set(&image, P_MEMSZ, IMAGE_DATA, wide ? INT64_MAX : INT32_MAX);
        assert_int_equal(place_of(), 0);
    }
}

// Only windows with all three flags; the first with room.
static void test_pie_window(void **state) {
    (void)state;
    build_pie(0, false);
    for (uint32_t flags = 0; flags < 32; ++flags) {
        windows[0].flags = flags;
        const uint32_t all = AMP_WINDOW_LOAD | AMP_WINDOW_RUN | AMP_WINDOW_PIE;
        assert_int_equal(place_of(), (flags & all) == all ? FAKE_CODE_DA : 0);
        assert_true(error.missed == 0 || !amp_load_missed(&error, &windows[0]));
    }
    windows[0].flags = windows[1].flags = AMP_WINDOW_LOAD | AMP_WINDOW_RUN | AMP_WINDOW_PIE;
    assert_int_equal(place_of(), FAKE_CODE_DA);
    windows[0].len = 0x200;
    assert_int_equal(place_of(), FAKE_DATA_DA);
    fake.port.window_count = 1;
    assert_int_equal(place_of(), 0);
    fake.port.window_count = FAKE_WINDOWS;
    windows[1].len = 0x200;
    assert_int_equal(place_of(), 0);
    assert_true(amp_load_missed(&error, &windows[0]) && amp_load_missed(&error, &windows[1]));
    assert_false(amp_load_missed(&error, &windows[2]));
}

// The shared region may lie in the same window: the image goes before it, or behind it.
static void test_pie_beside_the_shared_region(void **state) {
    (void)state;
    build_pie(0, false);
    windows[0].flags |= AMP_WINDOW_SHARED;
    fake.port.shared_da = FAKE_CODE_DA + 0x1800;
    fake.port.shared_len = FAKE_CODE_LEN - 0x1800;
    assert_int_equal(place_of(), FAKE_CODE_DA);
    size_t data = image_get(&image, P_VADDR, IMAGE_DATA) - IMAGE_PIE_LOW;
    image_set(&image, P_MEMSZ, IMAGE_DATA, 0x1800 - data);
    assert_int_equal(place_of(), FAKE_CODE_DA);
    image_set(&image, P_MEMSZ, IMAGE_DATA, 0x1800 - data + 1);
    assert_int_equal(place_of(), 0); // zeros do not go there either
    fake.port.shared_da = FAKE_CODE_DA;
    assert_int_equal(place_of(), 0);
    fake.port.shared_len = 0x1808;
    assert_int_equal(place_of(), FAKE_CODE_DA + 0x1810);
}

static const char *const no_fixed = "no fixed addresses (PIE: link with -no-pie)";

static void test_pie_without_a_window(void **state) {
    (void)state;
    FOR_ALL_KINDS(wide, rela) {
        build_pie(wide, rela != 0);
        image_set(&image, E_TYPE, 0, 1); // an object file
        expect_place(no_fixed, "offset", 0, 0, 0, 0);
        image_set(&image, E_TYPE, 0, 3);
        fake.port.pie = NULL;
        expect_place(no_fixed, "offset", 0, 0, 0, 0);
        fake.port.pie = &amp_pie;
        assert_int_equal(check(), 0);
    }
}

// An address of ELF32 has 32 bits; a host of 64 may have windows beyond.
static void test_pie_beyond_4_gib(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        if (UINTPTR_MAX == UINT32_MAX) {
            continue;
        }
        build_pie(wide, true);
        size_t data = image_get(&image, P_VADDR, IMAGE_DATA) - IMAGE_PIE_LOW;
        windows[0].da = (amp_da_t)UINT32_MAX + 1 - 0x1000;
        windows[0].len = 0x2000;
        image_set(&image, P_MEMSZ, IMAGE_DATA, 0x1000 - data);
        assert_int_equal(place_of(), FAKE_TOP_DA);
        image_set(&image, P_MEMSZ, IMAGE_DATA, 0x1001 - data);
        if (wide) {
            expect_refusal("outside the board's memory"); // there is room, but not for map()
        } else {
            assert_int_equal(place_of(), 0);
        }
    }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_pie, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_pie_is_loaded),
        TEST(test_pie_count),
        TEST(test_pie_segments_apart),
        TEST(test_pie_in_two_windows),
        TEST(test_pie_of_each_machine),
        TEST(test_pie_without_relocations),
        TEST(test_pie_unsorted),
        TEST(test_pie_read_in_parts),
        TEST(test_pie_alignment),
        TEST(test_pie_fits_exactly),
        TEST(test_pie_window),
        TEST(test_pie_beside_the_shared_region),
        TEST(test_pie_without_a_window),
        TEST(test_pie_beyond_4_gib),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
