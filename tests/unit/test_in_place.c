/*
 * Firmware that nobody loaded: where its mark says that its resource table is, and
 * marks and tables that say what cannot be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/wire/virtq_layout.h"
#include "fake_port.h"
#include "image.h"
#include "openamp/openamp.h"
#include "openamp/table_mark.h"

#if AMP_CONFIG_TABLE_MARK

// Code, the mark and the table as it was linked; and where the firmware reads it.
enum { ENTRY = FAKE_CODE_DA + 0x400, CONTENTS = FAKE_CODE_DA + 0x2000 };
#define TABLE_DA (FAKE_SHARED_DA + 0x8000) // of the default table too
enum { LAST_MARK = AMP_TABLE_MARK_REACH - sizeof(struct amp_table_mark) };

static struct fake_port fake;
static struct amp_rpmsg link;
static struct amp_rproc rproc;
static struct amp_load_error error;
static struct table table;
static struct amp_table_mark mark;

static int setup(void **state) {
    (void)state;
    fake_port_init(&fake);
    fake.port.default_table = &fake.default_table;
    amp_rpmsg_init(&link, AMP_HOST, &fake.port);
    amp_rproc_init(&rproc, &fake.port, &link);
    table_begin(&table, 3);
    table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
    table_add_trace(&table, FAKE_DATA_DA + 0x400, 100);
    table_add_carveout(&table, AMP_DA_ANY, 64);
    mark = (struct amp_table_mark){.magic = {AMP_TABLE_MARK_0, AMP_TABLE_MARK_1},
        .table_da = TABLE_DA,
        .contents_da = CONTENTS,
        .len = (uint32_t)table.len};
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fake_port_free(&fake);
    return 0;
}

static void put(amp_da_t da, const void *bytes, size_t len) {
    memcpy(fake_port_at(&fake, da, len), bytes, len);
}

static uint32_t check_of(const struct amp_table_mark *m) {
    return 0u - (m->magic[0] + m->magic[1] + m->table_da + m->contents_da + m->len);
}

// The memory as it is when the host comes, with the mark at ENTRY + offset.
static void place(uint32_t offset) {
    memset(fake_port_at(&fake, FAKE_CODE_DA, FAKE_CODE_LEN), 0x11, FAKE_CODE_LEN);
    put(ENTRY + offset, &mark, sizeof(mark));
    if (fake_port_at(&fake, mark.contents_da, table.len) != NULL) {
        put(mark.contents_da, table.bytes, table.len);
    }
    fake_port_snapshot(&fake);
}

static int load(void) {
    return amp_rproc_load_address(&rproc, ENTRY, &error);
}

// The default table: 64 descriptors, no trace.
static void expect_default(void) {
    assert_int_equal(load(), 0);
    assert_int_equal(rproc.vdev.vring[0].num, 64);
    assert_int_equal(rproc.trace[0].len, 0);
    assert_int_equal(rproc.vdev.da, fake.default_table.table_da + 0x18);
}

static void expect_own(void) {
    assert_int_equal(load(), 0);
    assert_int_equal(rproc.vdev.vring[0].num, 4);
    assert_int_equal(rproc.trace[0].da, FAKE_DATA_DA + 0x400);
    assert_int_equal(rproc.trace[0].len, 100);
    assert_int_equal(rproc.vdev.da, mark.table_da + table_get(table.bytes, 16));
}

static void test_own_table(void **state) {
    (void)state;
    mark.check = check_of(&mark);
    static const uint32_t offsets[] = {0, 4, 0x140, LAST_MARK};
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); ++i) {
        place(offsets[i]);
        expect_own();
    }
    // A copy of it is where the firmware reads it, with the answers.
    uint32_t vdev = table_get(table.bytes, 16);
    struct table expected = table;
    table_set(&expected, vdev + offsetof(struct amp_rsc_vdev, gfeatures), 0);
    expected.bytes[vdev + offsetof(struct amp_rsc_vdev, status)] = 0;
    memcpy(expected.bytes + vdev + sizeof(struct amp_rsc_vdev), rproc.vdev.vring,
        sizeof(rproc.vdev.vring));
    uint32_t carveout = table_get(table.bytes, 24);
    table_set(&expected, carveout + 4, FAKE_HEAP_DA);
    table_set(&expected, carveout + 8, FAKE_HEAP_DA);
    assert_memory_equal(fake_port_at(&fake, TABLE_DA, table.len), expected.bytes, table.len);
    assert_memory_equal(fake_port_at(&fake, CONTENTS, table.len), table.bytes, table.len);
    assert_int_equal(((uint8_t *)fake_port_at(&fake, TABLE_DA, 4096))[table.len], 0x5A);
    // It starts with them.
    fake.on_start = NULL;
    assert_int_equal(amp_rproc_start(&rproc), 0);
    assert_true(amp_rpmsg_is_up(&link));
    assert_int_equal(fake.entry, ENTRY);
    assert_int_equal(amp_rproc_stop(&rproc), 0);
}

static void test_table_in_its_place(void **state) {
    (void)state;
    // Firmware that was put into memory as it was linked, outside of shared memory.
    mark.table_da = mark.contents_da = FAKE_DATA_DA + 0x1000;
    mark.check = check_of(&mark);
    place(0x20);
    expect_own();
    const uint8_t *written = fake_port_at(&fake, FAKE_DATA_DA + 0x1000, table.len);
    assert_int_equal(table_get(written, table_get(table.bytes, 24) + 4), FAKE_HEAP_DA);
    // In the region that the host gives from, at whose start it is kept clear.
    mark.table_da = FAKE_HEAP_DA + 0x100;
    mark.check = check_of(&mark);
    place(0x20);
    expect_own();
    assert_true(rproc.vdev.vring[0].da >= FAKE_HEAP_DA + 0x100 + table.len);
    assert_true(rproc.buffers_da >= FAKE_HEAP_DA + 0x100 + table.len);
    // It may end in its middle,
    mark.table_da = (uint32_t)(FAKE_HEAP_DA + FAKE_HEAP_LEN / 2 - table.len);
    mark.check = check_of(&mark);
    place(0x20);
    expect_own();
    // but not behind that.
    mark.table_da += 4;
    mark.check = check_of(&mark);
    place(0x20);
    expect_default();
    mark.table_da = (uint32_t)(FAKE_HEAP_DA + FAKE_HEAP_LEN - table.len);
    mark.check = check_of(&mark);
    place(0x20);
    expect_default();
    assert_int_equal(rproc.buffers_da, FAKE_HEAP_DA);
}

// Buffers count from the default table's base where the firmware believes that it has it.
static void test_buffer_base(void **state) {
    (void)state;
    fake.default_table.buffer_base = FAKE_SHARED_DA;
    mark.check = check_of(&mark);
    place(0);
    expect_own();
    assert_int_equal(rproc.buffer_base, FAKE_SHARED_DA);
    mark.table_da += 16;
    mark.check = check_of(&mark);
    place(0);
    expect_own();
    assert_int_equal(rproc.buffer_base, 0);
}

static void test_no_mark(void **state) {
    (void)state;
    static const struct {
        uint32_t table_da, contents_da, len;
    } cases[] = {
        {TABLE_DA, CONTENTS, 0}, // it brings no table
        {TABLE_DA, CONTENTS, UINT32_MAX},
        {TABLE_DA, FAKE_CODE_DA + FAKE_CODE_LEN - 4, 140},
        {TABLE_DA, 0, 140},
        {TABLE_DA, FAKE_DARK_DA, 140},
        {FAKE_ROM_DA, CONTENTS, 140}, // where the host writes nothing
        {FAKE_DARK_DA, CONTENTS, 140},
        {0, CONTENTS, 140},
        {FAKE_SHARED_DA + FAKE_SHARED_LEN - 139, CONTENTS, 140},
        {UINT32_MAX - 15, CONTENTS, 140},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        mark.table_da = cases[i].table_da;
        mark.contents_da = cases[i].contents_da;
        mark.len = cases[i].len;
        mark.check = check_of(&mark);
        place(0x40);
        expect_default();
    }
    mark.table_da = TABLE_DA;
    mark.contents_da = CONTENTS;
    mark.len = (uint32_t)table.len;
    // Out of reach, and at an odd place.
    mark.check = check_of(&mark);
    static const uint32_t offsets[] = {LAST_MARK + 4, 1, 2, 0x103};
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); ++i) {
        place(offsets[i]);
        expect_default();
    }
    // Any word of it is another.
    for (unsigned i = 0; i < sizeof(mark) / 4; ++i) {
        place(0x40);
        uint8_t *word = fake_port_at(&fake, ENTRY + 0x40 + 4 * i, 4);
        word[1] ^= 0x10;
        expect_default();
    }
    // Less memory behind the entry than could hold it all.
    place(0);
    assert_int_equal(
        amp_rproc_load_address(&rproc, FAKE_CODE_DA + FAKE_CODE_LEN - LAST_MARK, &error), 0);
    assert_int_equal(rproc.vdev.vring[0].num, 64);
    // An entry that is no vector table: what lies near it says nothing.
    assert_int_equal(amp_rproc_load_address(&rproc, ENTRY + 1, &error), 0);
    assert_int_equal(rproc.vdev.vring[0].num, 64);
    // And a board without a default table.
    fake.port.default_table = NULL;
    place(LAST_MARK + 4);
    assert_int_equal(load(), 0);
    assert_false(amp_rproc_has_link(&rproc));
    place(0);
    expect_own();
}

// A table that is no good is refused, as in an image, and nothing is written.
static void test_bad_tables(void **state) {
    (void)state;
    mark.check = check_of(&mark);
    struct table good = table;
    table_set(&table, 0, 2);
    place(0);
    assert_int_equal(load(), -AMP_ENOEXEC);
    assert_string_equal(error.what, "unknown table version");
    assert_true(fake_port_unchanged(&fake));
    table = good;
    table_set(&table, 20, (uint32_t)table.len - 3);
    place(0);
    assert_int_equal(load(), -AMP_ENOEXEC);
    assert_string_equal(error.what, "cut short");
    assert_string_equal(error.unit, "entry");
    assert_int_equal(error.where, 1);
    // A ring on the table itself, which would be its end.
    table = good;
    uint32_t ring = table_get(table.bytes, 16) + sizeof(struct amp_rsc_vdev);
    table_set(&table, ring, TABLE_DA + 16);
    place(0);
    assert_int_equal(load(), -AMP_ENOEXEC);
    assert_string_equal(error.what, "overlaps memory in use");
    assert_int_equal(error.da, TABLE_DA + 16);
    assert_int_equal(error.len, virtq_size(4, 16));
    assert_true(fake_port_unchanged(&fake));
    assert_int_equal(rproc.state, AMP_RPROC_OFFLINE);
    table_set(&table, ring, TABLE_DA - 0x1000);
    place(0);
    expect_own();
    // The core is brought to reset before anything is looked at.
    fake.prepare_error = -AMP_EBUSY;
    fake_port_snapshot(&fake);
    assert_int_equal(load(), -AMP_EBUSY);
    assert_true(fake_port_unchanged(&fake));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_own_table),
        TEST(test_table_in_its_place),
        TEST(test_buffer_base),
        TEST(test_no_mark),
        TEST(test_bad_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else
int main(void) {
    return 0; // not built for it
}
#endif
