/* Position-independent images (core/elf_pie.c) that are cut short, broken, or change. */
#include "pie_case.h"

static void test_pie_truncated_at_every_byte(void **state) {
    (void)state;
    FOR_ALL_KINDS(wide, rela) {
        build_pie(wide, rela != 0);
        for (size_t size = 0; size < image.size; ++size) {
            image.source.size = size;
            assert_int_equal(check(), -AMP_ENOEXEC);
        }
        image.source.size = image.size;
        assert_int_equal(check(), 0);
    }
}

static void test_pie_every_read_may_fail(void **state) {
    (void)state;
    FOR_ALL_KINDS(wide, rela) {
        build_pie(wide, rela != 0);
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
            assert_string_equal(error.unit, "segment");
        }
        image.fail_at = 0;
    }
}

// Every field of every header with every interesting value, and each byte of the dynamic
// section and of the relocations: refused, or loaded inside the window.
static void try(unsigned *accepted, unsigned *refused) {
    int result = check();
    assert_true(result == 0 || result == -AMP_ENOEXEC);
    ++*(result == 0 ? accepted : refused);
    if (result == 0) {
        assert_int_equal(load(), 0);
    }
}

static void test_pie_every_byte_with_every_value(void **state) {
    (void)state;
    unsigned accepted = 0;
    unsigned refused = 0;
    FOR_ALL_KINDS(wide, rela) {
        build_pie(wide, rela != 0);
        size_t end = image.relocs + RELOCS * image.reloc_size;
        for (size_t at = 0; at < end; at = at + 1 == image.code ? image.dynamic : at + 1) {
            static const uint8_t values[] = {0, 1, 4, 0x7F, 0x80, 0xFE, 0xFF};
            uint8_t good = image.bytes[at];
            for (size_t i = 0; i < sizeof(values); ++i) {
                image.bytes[at] = values[i];
                try(&accepted, &refused);
            }
            image.bytes[at] = good;
        }
    }
    assert_true(accepted > 500 && refused > 1000);
}

// The file changes at every moment: nothing is written but in the window.
static unsigned swap_at;
static void swap(struct image *swapped) {
    if (swapped->reads == swap_at) {
        memset(swapped->bytes, 0xFF, swapped->code);
        memset(swapped->bytes + swapped->relocs, 0xFF, RELOCS * swapped->reloc_size);
    }
}
static void swap_relocations(struct image *swapped) {
    if (swapped->reads == swap_at) {
        memset(swapped->bytes + swapped->relocs, 0xFF, RELOCS * swapped->reloc_size);
    }
}

static void test_pie_changes_while_it_is_read(void **state) {
    (void)state;
    FOR_ALL_KINDS(wide, rela) {
        build_pie(wide, rela != 0);
        assert_int_equal(check(), 0);
        unsigned reads = image.reads;
        assert_int_equal(load(), 0);
        reads += image.reads;
        for (int part = 0; part < 2; ++part) {
            for (swap_at = 1; swap_at <= reads; ++swap_at) {
                build_pie(wide, rela != 0);
                image.on_read = part ? swap : swap_relocations;
                int result = check();
                assert_true(result == 0 || result == -AMP_ENOEXEC);
                if (result == 0) {
                    swap_at -= image.reads;
                    unsigned before = image.reads;
                    result = load();
                    swap_at += before;
                    assert_true(result == 0 || result == -AMP_ENOEXEC || result == -AMP_EIO);
                }
            }
        }
    }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_pie, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_pie_truncated_at_every_byte),
        TEST(test_pie_every_read_may_fail),
        TEST(test_pie_every_byte_with_every_value),
        TEST(test_pie_changes_while_it_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
