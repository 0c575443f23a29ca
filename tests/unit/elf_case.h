/* An image, a fake port to load it, and how it is refused: for the tests of core/elf.c. */
#ifndef ELF_CASE_H
#define ELF_CASE_H

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

static inline int setup(void **state) {
    (void)state;
    fake_port_init(&fake);
    table_standard(&table, 8);
    return 0;
}

static inline int teardown(void **state) {
    (void)state;
    fake_port_free(&fake);
    return 0;
}

static inline int check(void) {
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

static inline int load(void) {
    fake.clean_count = 0;
    image.reads = 0;
    memset(&error, 0, sizeof(error));
    return amp_load_report(&elf.check, amp_elf_load(&elf), &error);
}

static inline void expect_refusal(const char *what) {
    assert_int_equal(check(), -AMP_ENOEXEC);
    assert_string_equal(error.what, what);
}

// With the place: a number with its unit, and the memory, if len is not 0.
static inline void expect_place(
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

static inline void build(int wide) {
    image_build(&image, wide != 0, &table);
}

#define FOR_BOTH_CLASSES(wide) for (int wide = 0; wide <= IMAGE_LAST_CLASS; ++wide)

#endif // ELF_CASE_H
