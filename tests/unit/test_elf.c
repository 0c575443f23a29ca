/* The loader: good images, those that are cut short, and each field of the headers. */
#include "elf_case.h"

static void test_good_image_is_loaded(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        build(wide);
        assert_int_equal(check(), 0);
        assert_int_equal(elf.entry, FAKE_CODE_DA + 9);
        assert_int_equal(elf.table_da, FAKE_DATA_DA);
        assert_int_equal(elf.table_len, table.len);
        assert_int_equal(load(), 0);
        assert_int_equal(fake.clean_count, 2); // two are loaded
        const uint8_t *code = fake_port_at(&fake, FAKE_CODE_DA, IMAGE_CODE_LEN + 1);
        assert_memory_equal(code, image.bytes + image.code, IMAGE_CODE_LEN);
        assert_int_equal(code[IMAGE_CODE_LEN], 0x5A);
        size_t filesz = table.len + IMAGE_DATA_EXTRA;
        const uint8_t *data = fake_port_at(&fake, FAKE_DATA_DA, filesz + IMAGE_BSS + 1);
        assert_memory_equal(data, image.bytes + image.data, filesz);
        for (size_t i = 0; i < IMAGE_BSS; ++i) {
            assert_int_equal(data[filesz + i], 0);
        }
        assert_int_equal(data[filesz + IMAGE_BSS], 0x5A);
    }
}

static void test_truncated_at_every_byte(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        build(wide);
        for (size_t size = 0; size < image.size; ++size) {
            image.source.size = size;
            assert_int_equal(check(), -AMP_ENOEXEC);
        }
        image.source.size = image.size;
        assert_int_equal(check(), 0);
    }
}

// The image in memory ends where it says, so that a sanitizer sees a read past it.
static void test_truncated_without_sections(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        build(wide);
        image_set(&image, E_SHOFF, 0, 0);
        for (size_t size = 0; size < image.names; ++size) {
            image.source.size = size;
            assert_int_equal(check(), -AMP_ENOEXEC);
        }
        image.source.size = image.names;
        assert_int_equal(check(), 0);
        assert_int_equal(elf.table_len, 0);
    }
}

static void test_every_read_may_fail(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        build(wide);
        assert_int_equal(check(), 0);
        unsigned reads = image.reads;
        image.fail_error = -AMP_EIO;
        for (image.fail_at = 1; image.fail_at <= reads; ++image.fail_at) {
            assert_int_equal(check(), -AMP_EIO);
            assert_string_equal(error.what, "cannot be read");
        }
        image.fail_at = 0;
        assert_int_equal(check(), 0);
        assert_int_equal(load(), 0);
        reads = image.reads;
        for (image.fail_at = 1; image.fail_at <= reads; ++image.fail_at) {
            assert_int_equal(load(), -AMP_EIO);
            assert_string_equal(error.what, "cannot be read");
            assert_string_equal(error.unit, "segment");
            assert_int_equal(fake.clean_count, image.fail_at <= 3 ? 0 : 1);
        }
        image.fail_at = 0;
    }
}

static void test_unreachable_at_load(void **state) {
    (void)state;
    build(0);
    assert_int_equal(check(), 0);
    fake.map_count = 0;
    fake.map_fail_at = 2;
    assert_int_equal(load(), -AMP_ENOEXEC);
    assert_string_equal(error.what, "outside the board's memory");
}

static void test_ident(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        for (unsigned i = 0; i < 7; ++i) {
            for (unsigned value = 0; value < 256; ++value) {
                build(wide);
                uint8_t good = image.bytes[i];
                image.bytes[i] = (uint8_t)value;
                int result = check();
                assert_int_equal(result, value == good ? 0 : -AMP_ENOEXEC);
                if (result != 0) {
                    assert_string_equal(
                        error.what, i < 4 ? "not an ELF image" : "unknown kind of ELF");
                    assert_string_equal(error.unit, "offset");
                    assert_int_equal(error.where, 0);
                }
            }
        }
    }
}

static void test_file_header_fields(void **state) {
    (void)state;
    static const struct {
        enum image_field field;
        uint64_t value;
        const char *what;
    } cases[] = {
        {E_TYPE, 0, "no fixed addresses (PIE: link with -no-pie)"},
        {E_TYPE, 1, "no fixed addresses (PIE: link with -no-pie)"},
        {E_TYPE, 3, "no fixed addresses (PIE: link with -no-pie)"},
        {E_TYPE, 0xFFFF, "no fixed addresses (PIE: link with -no-pie)"},
        {E_MACHINE, 0, "for another machine"},
        {E_MACHINE, 62, "for another machine"},
        {E_MACHINE, 0xFFFF, "for another machine"},
        {E_EHSIZE, 0, "unknown kind of ELF"},
        {E_EHSIZE, 0xFFFF, "unknown kind of ELF"},
        {E_PHENTSIZE, 0, "unknown kind of ELF"},
        {E_PHENTSIZE, 31, "unknown kind of ELF"},
        {E_PHENTSIZE, 0xFFFF, "unknown kind of ELF"},
        {E_PHOFF, UINT64_MAX, "cut short"},
        {E_PHOFF, UINT64_MAX - 31, "cut short"},
        {E_PHOFF, INT64_MAX, "cut short"},
        {E_PHNUM, 0, "entry outside the code"},
        {E_PHNUM, 0xFFFF, "one too many"},
        {E_ENTRY, 0, "entry outside the code"},
        {E_ENTRY, FAKE_CODE_DA + IMAGE_CODE_LEN, "entry outside the code"},
        {E_ENTRY, FAKE_CODE_DA - 1, "entry outside the code"},
        {E_ENTRY, FAKE_DATA_DA, "entry outside the code"},
        {E_ENTRY, UINT64_MAX, "entry outside the code"},
        {E_SHOFF, UINT64_MAX, "cut short"},
        {E_SHOFF, UINT32_MAX, "cut short"},
        {E_SHNUM, 0xFFFF, "cut short"},
        {E_SHNUM, 1, "cut short"},
        {E_SHNUM, IMAGE_SHDRS + 1, "cut short"},
        {E_SHENTSIZE, 0, "cut short"},
        {E_SHENTSIZE, 0xFFFF, "cut short"},
        {E_SHSTRNDX, 4, "cut short"},
        {E_SHSTRNDX, 0xFFFF, "cut short"},
    };
    FOR_BOTH_CLASSES(wide) {
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
            build(wide);
            image_set(&image, cases[i].field, 0, cases[i].value);
            assert_int_equal(check(), -AMP_ENOEXEC);
            if (cases[i].what != NULL) {
                assert_string_equal(error.what, cases[i].what);
            }
            if (cases[i].field == E_MACHINE) {
                assert_string_equal(error.unit, "machine");
                assert_int_equal(error.where, cases[i].value);
            }
        }
    }
}

static void test_segment_fields(void **state) {
    (void)state;
    static const struct {
        unsigned index;
        enum image_field field;
        uint64_t value;
        const char *what; // NULL: good
    } cases[] = {
        {IMAGE_CODE, P_OFFSET, UINT64_MAX, "cut short"},
        {IMAGE_CODE, P_OFFSET, UINT32_MAX - 10, "cut short"},
        {IMAGE_CODE, P_OFFSET, UINT64_MAX - IMAGE_CODE_LEN + 1, "cut short"},
        {IMAGE_CODE, P_FILESZ, IMAGE_CODE_LEN + 1, "cut short"},
        {IMAGE_CODE, P_FILESZ, UINT64_MAX, "cut short"},
        {IMAGE_DATA, P_FILESZ, 0, NULL}, // the table is not loaded
        {IMAGE_CODE, P_MEMSZ, 0, "entry outside the code"},
        {IMAGE_CODE, P_MEMSZ, IMAGE_CODE_LEN - 1, "cut short"},
        {IMAGE_DATA, P_MEMSZ, 0, NULL}, // nor the whole segment
        {IMAGE_CODE, P_MEMSZ, 0x80000000, "outside the board's memory"},
        {IMAGE_CODE, P_MEMSZ, UINT64_MAX, "outside the board's memory"},
        {IMAGE_CODE, P_MEMSZ, FAKE_CODE_LEN, NULL},
        {IMAGE_CODE, P_MEMSZ, FAKE_CODE_LEN + 1, "outside the board's memory"},
        {IMAGE_DATA, P_PADDR, 0, "outside the board's memory"},
        {IMAGE_DATA, P_PADDR, UINT32_MAX, "outside the board's memory"},
        {IMAGE_DATA, P_PADDR, UINT64_MAX, "outside the board's memory"},
        {IMAGE_DATA, P_PADDR, FAKE_ROM_DA, "outside the board's memory"},
        {IMAGE_DATA, P_PADDR, FAKE_DARK_DA, "outside the board's memory"},
        {IMAGE_DATA, P_PADDR, FAKE_DATA_DA - 1, "outside the board's memory"},
        {IMAGE_DATA, P_PADDR, FAKE_DATA_DA + FAKE_DATA_LEN, "outside the board's memory"},
        {IMAGE_DATA, P_PADDR, FAKE_HEAP_DA, "overlaps memory in use"},
        {IMAGE_DATA, P_PADDR, FAKE_HEAP_DA - 1, "overlaps memory in use"},
        {IMAGE_DATA, P_PADDR, FAKE_HEAP_DA + 0x8000, "overlaps memory in use"},
        {IMAGE_DATA, P_PADDR, FAKE_SHARED_DA, NULL},
        {IMAGE_DATA, P_PADDR, FAKE_TOP_DA, NULL},
        {IMAGE_DATA, P_PADDR, FAKE_CODE_DA, "overlaps memory in use"},
        {IMAGE_DATA, P_PADDR, FAKE_CODE_DA + IMAGE_CODE_LEN - 1, "overlaps memory in use"},
        {IMAGE_DATA, P_PADDR, FAKE_CODE_DA + IMAGE_CODE_LEN, NULL},
        {IMAGE_CODE, P_TYPE, 0, "entry outside the code"},
        {IMAGE_CODE, P_TYPE, UINT32_MAX, "entry outside the code"},
        {IMAGE_NOTE, P_TYPE, PT_LOAD, "outside the board's memory"},
        {IMAGE_NOTE, P_MEMSZ, UINT64_MAX, NULL},
        {IMAGE_CODE, P_FLAGS, 4, NULL}, // as some linkers write code
        {IMAGE_CODE, P_FLAGS, 0, NULL},
        {IMAGE_CODE, P_FLAGS, UINT32_MAX, NULL},
    };
    FOR_BOTH_CLASSES(wide) {
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
            build(wide);
            image_set(&image, cases[i].field, cases[i].index, cases[i].value);
            if (cases[i].what == NULL) {
                assert_int_equal(check(), 0);
                assert_int_equal(load(), 0);
            } else {
                expect_refusal(cases[i].what);
            }
        }
    }
}

// Up to the last byte of a window, and one more; also where 32 bits end.
static void test_window_ends(void **state) {
    (void)state;
    static const amp_da_t ends[] = {
        FAKE_DATA_DA + FAKE_DATA_LEN, FAKE_HEAP_DA, (amp_da_t)FAKE_TOP_DA + FAKE_TOP_LEN};
    FOR_BOTH_CLASSES(wide) {
        for (size_t i = 0; i < 3; ++i) {
            build(wide);
            uint64_t memsz = image_get(&image, P_MEMSZ, IMAGE_DATA);
            image_set(&image, P_PADDR, IMAGE_DATA, ends[i] - memsz);
            assert_int_equal(check(), 0);
            assert_int_equal(load(), 0);
            image_set(&image, P_MEMSZ, IMAGE_DATA, memsz + 1);
            assert_int_equal(check(), -AMP_ENOEXEC);
            assert_string_equal(error.unit, "segment");
            assert_int_equal(error.where, IMAGE_DATA);
            assert_int_equal(error.da, ends[i] - memsz);
            assert_int_equal(error.len, memsz + 1);
            image_set(&image, P_MEMSZ, IMAGE_DATA, memsz);
            image_set(&image, P_PADDR, IMAGE_DATA, ends[i] - memsz + 1);
            assert_int_equal(check(), -AMP_ENOEXEC);
        }
    }
}

static void test_empty_segments_are_skipped(void **state) {
    (void)state;
    FOR_BOTH_CLASSES(wide) {
        build(wide);
        image_set(&image, P_TYPE, IMAGE_NOTE, PT_LOAD);
        image_set(&image, P_FILESZ, IMAGE_NOTE, 0);
        image_set(&image, P_MEMSZ, IMAGE_NOTE, 0);
        // Its offset may be anything, as linkers leave it.
        image_set(&image, P_OFFSET, IMAGE_NOTE, UINT64_MAX);
        assert_int_equal(check(), 0);
        assert_int_equal(load(), 0);
        assert_int_equal(fake.clean_count, 2);
        // And one that has only zeros is loaded without a read of contents.
        image_set(&image, P_MEMSZ, IMAGE_NOTE, 4);
        image_set(&image, P_PADDR, IMAGE_NOTE, FAKE_DATA_DA + 0x3000);
        assert_int_equal(check(), 0);
        assert_int_equal(load(), 0);
        assert_int_equal(fake.clean_count, 3);
        assert_memory_equal(fake_port_at(&fake, FAKE_DATA_DA + 0x3000, 5), "\0\0\0\0\x5A", 5);
        // One without memory is nothing at all, whatever its contents.
        image_set(&image, P_MEMSZ, IMAGE_NOTE, 0);
        image_set(&image, P_FILESZ, IMAGE_NOTE, UINT32_MAX);
        image_set(&image, P_PADDR, IMAGE_NOTE, 0);
        assert_int_equal(check(), 0);
    }
}

// An image that says it is longer than half of the address space: the sum of two offsets in it
// must not wrap.  Program headers behind the end of image.bytes cannot be read.
static int read_huge(void *ctx, uint64_t offset, void *buffer, size_t len) {
    (void)ctx;
    if (offset >= image.size) {
        return -AMP_EIO;
    }
    memcpy(buffer, image.bytes + offset, len);
    return 0;
}

static void test_huge_images(void **state) {
    (void)state;
    const uint64_t half = SIZE_MAX / 2;
    const uint64_t header = sizeof(struct elf64_phdr);
    const struct {
        uint64_t size;
        uint64_t end; // behind the last byte that is read
    } cases[] = {{half - 1000, half - 1000}, {half, half}, {half + 1, half}, {UINT64_MAX - 1, half},
        {UINT64_MAX, half}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]) && IMAGE_LAST_CLASS; ++i) {
        build(1);
        image.source.read = read_huge;
        image.source.size = cases[i].size;
        image_set(&image, E_PHOFF, 0, cases[i].end - header);
        assert_int_equal(check(), -AMP_EIO);
        image_set(&image, E_PHOFF, 0, cases[i].end - header + 1);
        expect_refusal("cut short");
    }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_good_image_is_loaded),
        TEST(test_truncated_at_every_byte),
        TEST(test_truncated_without_sections),
        TEST(test_every_read_may_fail),
        TEST(test_unreachable_at_load),
        TEST(test_ident),
        TEST(test_file_header_fields),
        TEST(test_segment_fields),
        TEST(test_window_ends),
        TEST(test_empty_segments_are_skipped),
        TEST(test_huge_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
