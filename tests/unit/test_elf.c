/* The ELF loader against images with every field broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/elf.h"
#include "core/wire/elf_layout.h"
#include "fake_port.h"
#include "image.h"

static struct fake_port fake;
static struct image image;
static struct table table;
static struct amp_elf elf;
static struct amp_load_error error;

static int setup(void **state) {
    (void)state;
    fake_port_init(&fake);
    table_standard(&table, 8);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fake_port_free(&fake);
    return 0;
}

static int check(void) {
    memset(&elf, 0, sizeof(elf));
    memset(&error, 0, sizeof(error));
    elf.check.port = &fake.port;
    elf.image = &image.source;
    image.reads = 0;
    fake_port_snapshot(&fake);
    int result = amp_load_report(&elf.check, amp_elf_check(&elf), &error);
    // A check never writes, and never leaves a refusal without words.
    assert_true(fake_port_unchanged(&fake));
    assert_true((result == 0) == (error.what == NULL));
    assert_true(result == 0 || error.unit != NULL);
    return result;
}

static int load(void) {
    fake.clean_count = 0;
    image.reads = 0;
    memset(&error, 0, sizeof(error));
    return amp_load_report(&elf.check, amp_elf_load(&elf), &error);
}

static void expect_refusal(const char *what) {
    assert_int_equal(check(), -AMP_ENOEXEC);
    assert_string_equal(error.what, what);
}

// With the place: a number with its unit, and the memory, if len is not 0.
static void expect_place(
    const char *what, const char *unit, amp_da_t where, amp_da_t da, size_t len, uint32_t missed) {
    expect_refusal(what);
    assert_string_equal(error.unit, unit);
    assert_int_equal(error.where, where);
    assert_int_equal(error.len, len);
    assert_int_equal(error.missed, missed);
    if (len != 0) {
        assert_int_equal(error.da, da);
    }
}

static void build(int wide) {
    image_build(&image, wide != 0, &table);
}

#define FOR_BOTH_CLASSES(wide) for (int wide = 0; wide <= IMAGE_LAST_CLASS; ++wide)

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
        {E_TYPE, 0, "not an executable"},
        {E_TYPE, 1, "not an executable"},
        {E_TYPE, 3, "not an executable"},
        {E_TYPE, 0xFFFF, "not an executable"},
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
        expect_refusal("cut short");
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
    assert_false(amp_port_allows(port, FAKE_CODE_DA, 1, AMP_WINDOW_LOAD | AMP_WINDOW_SHARED));
    assert_false(amp_port_allows(port, FAKE_CODE_DA + 1, SIZE_MAX, 0));
    assert_false(amp_port_allows(port, FAKE_CODE_DA + 1, (size_t)0 - FAKE_CODE_DA, 0));
    assert_true(amp_port_allows(port, FAKE_TOP_DA + FAKE_TOP_LEN - 1, 1, AMP_WINDOW_LOAD));
    assert_false(amp_port_allows(port, FAKE_TOP_DA + FAKE_TOP_LEN - 1, 2, AMP_WINDOW_LOAD));
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
        TEST(test_too_many_segments),
        TEST(test_table_section),
        TEST(test_section_names),
        TEST(test_entry),
        TEST(test_every_field_with_every_value),
        TEST(test_image_changes_while_it_is_read),
        TEST(test_elf64_needs_a_64_bit_host),
        TEST(test_overlap),
        TEST(test_port_allows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
