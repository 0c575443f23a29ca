/*
 * What the tests of the resource table share: a board, an image with a table, and
 * both checked.  For one test program each.
 */
#ifndef RSC_CASE_H
#define RSC_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/rsc_table.h"
#include "core/wire/virtq_layout.h"
#include "fake_port.h"
#include "image.h"

static struct fake_port fake;
static struct image image;
static struct table table;
static struct amp_rsc rsc;
static struct amp_load_error error;

static inline int setup(void **state) {
    (void)state;
    fake_port_init(&fake);
    return 0;
}

static inline int teardown(void **state) {
    (void)state;
    fake_port_free(&fake);
    return 0;
}

static inline void begin(void) {
    memset(&rsc, 0, sizeof(rsc));
    memset(&error, 0, sizeof(error));
    rsc.elf.check.port = &fake.port;
    rsc.elf.image = &image.source;
    image.reads = 0;
    fake_port_snapshot(&fake);
}

static inline int check_table(void) {
    return amp_load_report(&rsc.elf.check, amp_rsc_check(&rsc), &error);
}

// Check the table as part of an image; nothing is written.
static inline int check_image(void) {
    begin();
    assert_int_equal(amp_elf_check(&rsc.elf), 0);
    image.reads = 0;
    int result = check_table();
    assert_true(fake_port_unchanged(&fake));
    assert_true((result == 0) == (error.what == NULL));
    assert_true(result == 0 || error.unit != NULL);
    return result;
}

static inline int check(void) {
    image_build(&image, false, &table);
    return check_image();
}

static inline void expect_refusal(const char *what, uint32_t entry) {
    assert_int_equal(check(), -AMP_ENOEXEC);
    assert_string_equal(error.what, what);
    assert_string_equal(error.unit, "entry");
    assert_int_equal(error.where, entry);
}

// The last refusal was for this memory.
static inline void expect_range(amp_da_t da, size_t len, uint32_t missed) {
    assert_int_equal(error.da, da);
    assert_int_equal(error.len, len);
    assert_int_equal(error.missed, missed);
}

static inline int check_default(void) {
    begin();
    int result = check_table();
    assert_true(fake_port_unchanged(&fake));
    return result;
}

static inline const uint8_t *load_and_write(void) {
    assert_int_equal(amp_elf_load(&rsc.elf), 0);
    assert_int_equal(amp_rsc_write(&rsc), 0);
    return fake_port_at(&fake, rsc.elf.table_da, rsc.elf.table_len);
}

static inline size_t ring_field(uint32_t vdev, unsigned ring, size_t field) {
    return vdev + sizeof(struct amp_rsc_vdev) + ring * sizeof(struct amp_rsc_vring) + field;
}
#define RING(vdev, ring, field) ring_field(vdev, ring, offsetof(struct amp_rsc_vring, field))
#define VDEV(vdev, field) ((vdev) + offsetof(struct amp_rsc_vdev, field))

static inline void set_sizes(uint32_t ring0, uint32_t ring1) {
    fake.port.buffer_size[0] = ring0;
    fake.port.buffer_size[1] = ring1;
}

static inline uint32_t add_sizes(uint32_t magic, uint32_t ring0, uint32_t ring1) {
    const struct amp_rsc_buffers sizes = {
        .type = AMP_RSC_BUFFERS, .magic = magic, .size = {ring0, ring1}};
    return table_add(&table, &sizes, sizeof(sizes));
}

// One device with rings of `num`, and the entry before or behind it.
static inline void table_with_sizes(
    bool before, uint32_t num, uint32_t magic, uint32_t ring0, uint32_t ring1) {
    table_begin(&table, 2);
    if (before) {
        add_sizes(magic, ring0, ring1);
    }
    table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, num, 16, 0);
    if (!before) {
        add_sizes(magic, ring0, ring1);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif // RSC_CASE_H
