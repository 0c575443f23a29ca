/* The loader: sections, the entry, images that change meanwhile, and every value. */
#include "elf_case.h"

static void test_too_many_segments(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        const unsigned most = AMP_ELF_MAX_SEGMENTS;
        for (unsigned count = most - 98; count <= most + 1; ++count) {
            build(wide);
            image_set(&image, E_SHOFF, 0, 0);
            image_set(&image, E_PHNUM, 0, count);
            image.phoff = 8192;
            image_set(&image, E_PHOFF, 0, image.phoff);
            image.source.size = IMAGE_MAX;
            for (unsigned i = 0; i < count; ++i) {
                image_set(&image, P_TYPE, i, PT_LOAD);
                image_set(&image, P_OFFSET, i, 0);
                image_set(&image, P_PADDR, i, FAKE_CODE_DA + i * 16);
                image_set(&image, P_FILESZ, i, 16);
                image_set(&image, P_MEMSZ, i, 16);
                image_set(&image, P_FLAGS, i, 7);
            }
            if (count > AMP_ELF_MAX_SEGMENTS) {
                expect_place("one too many", "segment", AMP_ELF_MAX_SEGMENTS, 0, 0, 0);
                continue;
            }
            assert_int_equal(check(), 0);
            assert_int_equal(load(), 0);
            assert_int_equal(fake.clean_count, count);
            // Each is compared with each before it.
            image_set(&image, P_PADDR, count - 1, FAKE_CODE_DA + 15);
            expect_place("overlaps memory in use", "segment", count - 1, FAKE_CODE_DA + 15, 16, 0);
        }
    }
}

static void test_table_section(void **state) {
    (void)state;
    static const struct {
        enum image_field field;
        uint64_t value;
    } cases[] = {
        {SH_NAME, 0},
        {SH_NAME, UINT32_MAX},
        {SH_NAME, 0xFFFFFFF0},
        {SH_NAME, 8},
        // Empty, without contents, or in no segment: what is not loaded is no table.
        {SH_TYPE, SHT_NOBITS},
        {SH_OFFSET, 0},
        {SH_OFFSET, UINT64_MAX},
        {SH_OFFSET, UINT32_MAX},
        {SH_SIZE, UINT64_MAX},
        {SH_SIZE, UINT32_MAX},
        {SH_SIZE, 0x7FFFFFFF},
        {SH_SIZE, 0},
    };
    FOR_BOTH_CLASSES(wide) {
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
            build(wide);
            image_set(&image, cases[i].field, IMAGE_TABLE, cases[i].value);
            assert_int_equal(check(), 0);
            assert_int_equal(elf.table_len, 0);
        }
    }
}

static void test_table_elsewhere(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        // In the first segment, and the last section of all.
        build(wide);
        image_set(&image, SH_OFFSET, IMAGE_TABLE, image.code + 4);
        image_set(&image, SH_SIZE, IMAGE_TABLE, 20);
        assert_int_equal(check(), 0);
        assert_int_equal(elf.table_da, FAKE_CODE_DA + 4);
        assert_int_equal(elf.table_offset, image.code + 4);
        assert_int_equal(elf.table_len, 20);
        build(wide);
        image_set(&image, SH_NAME, IMAGE_TABLE, 0);
        image_set(&image, SH_NAME, IMAGE_NAMES, 7);
        image_set(&image, SH_OFFSET, IMAGE_TABLE, image.names);
        image_set(&image, SH_SIZE, IMAGE_TABLE, image_get(&image, SH_SIZE, IMAGE_NAMES));
        image_set(&image, E_SHSTRNDX, 0, IMAGE_TABLE);
        image_set(&image, SH_OFFSET, IMAGE_NAMES, image.data);
        image_set(&image, SH_SIZE, IMAGE_NAMES, table.len);
        assert_int_equal(check(), 0);
        assert_int_equal(elf.table_da, FAKE_DATA_DA);
    }
}

static void test_table_at_the_end(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        // Exactly to the end of the contents, then one byte more.
        build(wide);
        image_set(&image, SH_SIZE, IMAGE_TABLE, table.len + IMAGE_DATA_EXTRA);
        assert_int_equal(check(), 0);
        assert_int_equal(elf.table_len, table.len + IMAGE_DATA_EXTRA);
        image_set(&image, SH_SIZE, IMAGE_TABLE, table.len + IMAGE_DATA_EXTRA + 1);
        assert_int_equal(check(), 0);
        assert_int_equal(elf.table_len, 0);
        // The last byte of the contents, and one byte before them.
        build(wide);
        image_set(&image, SH_OFFSET, IMAGE_TABLE, image.data + table.len + IMAGE_DATA_EXTRA - 1);
        image_set(&image, SH_SIZE, IMAGE_TABLE, 1);
        assert_int_equal(check(), 0);
        assert_int_equal(elf.table_len, 1);
        assert_int_equal(elf.table_da, FAKE_DATA_DA + table.len + IMAGE_DATA_EXTRA - 1);
        image_set(&image, P_OFFSET, IMAGE_DATA, image.data + 1);
        image_set(&image, SH_OFFSET, IMAGE_TABLE, image.data);
        assert_int_equal(check(), 0);
        assert_int_equal(elf.table_len, 0);
    }
}

static void test_section_names(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        build(wide);
        image_set(&image, SH_OFFSET, IMAGE_NAMES, UINT64_MAX);
        expect_place("cut short", "offset", image.shoff, 0, 0, 0);
        build(wide);
        image_set(&image, SH_SIZE, IMAGE_NAMES, UINT64_MAX);
        expect_refusal("cut short");
        // The last name is the table's, and is cut: it is another name.
        build(wide);
        image_set(&image, SH_SIZE, IMAGE_NAMES, 7 + 15);
        assert_int_equal(check(), 0);
        assert_int_equal(elf.table_len, 0);
        image_set(&image, SH_SIZE, IMAGE_NAMES, 7 + 16);
        assert_int_equal(check(), 0);
        assert_int_equal(elf.table_len, table.len);
        // No names, no headers: no table.
        image_set(&image, E_SHSTRNDX, 0, 0);
        assert_int_equal(check(), 0);
        assert_int_equal(elf.table_len, 0);
        build(wide);
        image_set(&image, E_SHNUM, 0, 0);
        assert_int_equal(check(), 0);
        assert_int_equal(elf.table_len, 0);
        unsigned reads = image.reads;
        build(wide);
        image_set(&image, E_SHOFF, 0, 0); // what is there is the file header
        assert_int_equal(check(), 0);
        assert_int_equal(image.reads, reads);
    }
}

// The header of the section of names is behind the last one, where the image has more bytes.
static void test_names_behind_the_sections(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        build(wide);
        image.source.size += sizeof(struct elf64_shdr);
        image_set(&image, E_SHSTRNDX, 0, IMAGE_SHDRS);
        expect_place("cut short", "offset", image.shoff, 0, 0, 0);
    }
}

static void test_entry(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        // The last instruction of the code, with and without the Thumb bit.
        build(wide);
        image_set(&image, E_ENTRY, 0, FAKE_CODE_DA + IMAGE_CODE_LEN - 1);
        assert_int_equal(check(), 0);
        image_set(&image, E_ENTRY, 0, FAKE_CODE_DA);
        assert_int_equal(check(), 0);
        // Executable, loaded, but where nothing can run.
        image_set(&image, P_FLAGS, IMAGE_DATA, 7);
        image_set(&image, E_ENTRY, 0, FAKE_DATA_DA);
        expect_place("entry outside the code", "address", FAKE_DATA_DA, 0, 0,
            AMP_WINDOW_RUN | AMP_WINDOW_ANY);
        // Where code may run, but nothing is loaded; and in zeros.
        image_set(&image, E_ENTRY, 0, FAKE_ROM_DA);
        expect_refusal("entry outside the code");
        image_set(&image, P_MEMSZ, IMAGE_CODE, IMAGE_CODE_LEN + 1);
        image_set(&image, E_ENTRY, 0, FAKE_CODE_DA + IMAGE_CODE_LEN);
        expect_refusal("entry outside the code");
        // On any other machine bit 0 belongs to the address.
        build(wide);
        fake.port.elf_machine = 62;
        image_set(&image, E_MACHINE, 0, 62);
        image_set(&image, P_PADDR, IMAGE_CODE, FAKE_CODE_DA + 1);
        image_set(&image, E_ENTRY, 0, FAKE_CODE_DA + 1);
        assert_int_equal(check(), 0);
        // The last byte in which code may run.
        image_set(&image, P_PADDR, IMAGE_CODE, FAKE_CODE_DA + FAKE_CODE_LEN - IMAGE_CODE_LEN);
        image_set(&image, E_ENTRY, 0, FAKE_CODE_DA + FAKE_CODE_LEN - 1);
        assert_int_equal(check(), 0);
        image_set(&image, P_PADDR, IMAGE_CODE, FAKE_CODE_DA + 1);
        image_set(&image, E_ENTRY, 0, FAKE_CODE_DA + 1);
        fake.port.elf_machine = FAKE_MACHINE;
        image_set(&image, E_MACHINE, 0, FAKE_MACHINE);
        expect_refusal("entry outside the code");
    }
}

// Every field of every header with every interesting value: accepted or
// refused, and if accepted then loaded inside the windows.
static void test_every_field_with_every_value(void **state) {
    (void)state;
    unsigned accepted = 0;
    unsigned refused = 0;
    FOR_BOTH_CLASSES(wide) {
        for (int field = 0; field < IMAGE_FIELDS; ++field) {
            unsigned count = field >= SH_NAME ? IMAGE_SHDRS : field >= P_TYPE ? IMAGE_PHDRS : 1;
            for (unsigned index = 0; index < count; ++index) {
                build(wide);
                uint64_t good = image_get(&image, (enum image_field)field, index);
                const uint64_t values[] = {0, 1, 2, 16, good - 1, good + 1, good * 2, ~good, 0x7FFF,
                    0x8000, 0xFFFE, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, UINT32_MAX - good,
                    UINT32_MAX, 0x100000000 + good, INT64_MAX, UINT64_C(1) << 63, UINT64_MAX - good,
                    UINT64_MAX - 15, UINT64_MAX, image.size, image.size - 1, image.size + 1,
                    0 - image.size, 0 - good};
                for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); ++i) {
                    build(wide);
                    image_set(&image, (enum image_field)field, index, values[i]);
                    int result = check();
                    assert_true(result == 0 || result == -AMP_ENOEXEC);
                    accepted += result == 0;
                    refused += result != 0;
                    if (result == 0) {
                        assert_int_equal(load(), 0);
                    }
                }
            }
        }
    }
    assert_true(accepted > 100 && refused > 500);
}

// The headers are replaced behind the loader's back at every moment: nothing is
// written but where images may be loaded, and what is loaded is contents.
static uint64_t swap_at;
static void swap_headers(struct image *swapped) {
    if (swapped->reads == swap_at) {
        memset(swapped->bytes, 0xFF, swapped->code);
        memset(swapped->bytes + swapped->shoff, 0xFF, swapped->size - swapped->shoff);
    }
}

static void test_image_changes_while_it_is_read(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        build(wide);
        assert_int_equal(check(), 0);
        unsigned reads = image.reads;
        for (swap_at = 1; swap_at <= reads + 1; ++swap_at) {
            build(wide);
            image.on_read = swap_headers;
            int result = check();
            assert_true(result == 0 || result == -AMP_ENOEXEC);
            if (result == 0) {
                result = load(); // of what is no segment any more, nothing
                assert_true(result == 0 || result == -AMP_ENOEXEC);
                const uint8_t *code = fake_port_at(&fake, FAKE_CODE_DA, IMAGE_CODE_LEN);
                assert_true(fake_port_unchanged(&fake)
                    || memcmp(code, image.bytes + image.code, IMAGE_CODE_LEN) == 0);
            }
        }
    }
}

static void test_elf64_needs_a_64_bit_host(void **state) {
    (void)state;
    build(1);
    if (IMAGE_LAST_CLASS == 0) {
        expect_refusal("unknown kind of ELF");
    } else {
        // What 32 bits of an address cannot say is not cut off.
        image_set(&image, P_PADDR, IMAGE_DATA, UINT64_C(0x100000000) + FAKE_DATA_DA);
        expect_refusal("outside the board's memory");
    }
}

static void test_overlap(void **state) {
    (void)state;
    assert_true(amp_ranges_overlap(10, 10, 19, 1));
    assert_true(amp_ranges_overlap(10, 10, 0, 11));
    assert_true(amp_ranges_overlap(10, 10, 0, 100));
    assert_true(amp_ranges_overlap(12, 1, 10, 10));
    assert_false(amp_ranges_overlap(10, 10, 20, 10));
    assert_false(amp_ranges_overlap(10, 10, 0, 10));
    assert_true(amp_ranges_overlap(UINTPTR_MAX, 1, UINTPTR_MAX - 9, 10));
    assert_false(amp_ranges_overlap(UINTPTR_MAX, 1, 0, 10));
    assert_false(amp_ranges_overlap(0, 10, UINTPTR_MAX - 9, 10));
}

static void test_port_allows(void **state) {
    (void)state;
    const struct amp_port *port = &fake.port;
    assert_true(amp_port_allows(port, FAKE_CODE_DA, FAKE_CODE_LEN, AMP_WINDOW_LOAD));
    assert_false(amp_port_allows(port, FAKE_CODE_DA, FAKE_CODE_LEN + 1, 0));
    assert_false(amp_port_allows(port, FAKE_CODE_DA - 1, 1, 0));
    assert_false(amp_port_allows(port, FAKE_CODE_DA + FAKE_CODE_LEN, 1, 0));
    assert_false(amp_port_allows(port, FAKE_CODE_DA + FAKE_CODE_LEN, 0, 0));
    assert_false(amp_port_allows(port, FAKE_CODE_DA, 1, AMP_WINDOW_LOAD | AMP_WINDOW_SHARED));
    assert_false(amp_port_allows(port, FAKE_CODE_DA + 1, SIZE_MAX, 0));
    assert_false(amp_port_allows(port, FAKE_CODE_DA + 1, (size_t)0 - FAKE_CODE_DA, 0));
    assert_true(amp_port_allows(port, FAKE_TOP_DA + FAKE_TOP_LEN - 1, 1, AMP_WINDOW_LOAD));
    assert_false(amp_port_allows(port, FAKE_TOP_DA + FAKE_TOP_LEN - 1, 2, AMP_WINDOW_LOAD));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_too_many_segments),
        TEST(test_table_section),
        TEST(test_table_elsewhere),
        TEST(test_table_at_the_end),
        TEST(test_section_names),
        TEST(test_names_behind_the_sections),
        TEST(test_entry),
        TEST(test_every_field_with_every_value),
        TEST(test_image_changes_while_it_is_read),
        TEST(test_elf64_needs_a_64_bit_host),
        TEST(test_overlap),
        TEST(test_port_allows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
