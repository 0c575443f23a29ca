/* Tables without an RPMsg device, and those that ask for buffers of other lengths. */
#include "rsc_case.h"

// ---- Without a device ----

// What a table without an RPMsg device asks for is granted, and its answers are
// written; there is no link.
static void test_no_device(void **state) {
    (void)state;
    struct amp_rsc_carveout vendor = {.type = 300};
    for (unsigned with = 0; with < 8; ++with) {
        table_begin(&table, 4);
        uint32_t carveout = with & 1 ? table_add_carveout(&table, AMP_DA_ANY, 100) : 0;
        if (with & 2) {
            table_add_trace(&table, FAKE_DATA_DA + 0x400, 128);
            table_add(&table, &vendor, sizeof(vendor));
        }
        if (with & 4) {
            table_add_vdev(&table, 3, 0, 0, 1000, 3, 8); // a console, which nobody drives
        }
        assert_int_equal(check(), 0);
        assert_false(amp_rproc_has_link(&rsc.rproc));
        assert_int_equal(rsc.rproc.trace[0].len, with & 2 ? 128 : 0);
        struct table expected = table;
        if (with & 1) {
            table_set(&expected, carveout + 4, FAKE_HEAP_DA);
            table_set(&expected, carveout + 8, FAKE_HEAP_DA);
        }
        assert_memory_equal(load_and_write(), expected.bytes, table.len);
    }
    // The region need not have room for buffers then.
    fake.port.shared_len = 0;
    assert_int_equal(check(), -AMP_ENOMEM); // for the carveout
    table_begin(&table, 0);
    assert_int_equal(check(), 0);
}

static void test_no_table_at_all(void **state) {
    (void)state;
    image_build(&image, false, NULL);
    assert_int_equal(check_image(), 0);
    assert_false(amp_rproc_has_link(&rsc.rproc));
    assert_int_equal(amp_elf_load(&rsc.elf), 0);
    fake_port_snapshot(&fake);
    assert_int_equal(amp_rsc_write(&rsc), 0);
    assert_true(fake_port_unchanged(&fake));
}

// ---- The vendor entry ----

static void test_sizes_that_the_image_asks_for(void **state) {
    (void)state;
    static const uint32_t sizes[][2] = {{64, 64}, {1024, 128}, {128, 2048}, {68, 1004}, {512, 512}};
    for (unsigned i = 0; i < 10; ++i) {
        uint32_t ring0 = sizes[i / 2][0];
        uint32_t ring1 = sizes[i / 2][1];
        table_with_sizes(i % 2, 8, AMP_RSC_BUFFERS_MAGIC, ring0, ring1);
        assert_int_equal(check(), 0);
        assert_int_equal(rsc.rproc.buffer_size[0], ring0);
        assert_int_equal(rsc.rproc.buffer_size[1], ring1);
        assert_int_equal(rsc.rproc.buffers_len, 8 * (ring0 + ring1));
        assert_true(rsc.free_da >= rsc.rproc.buffers_da + rsc.rproc.buffers_len);
        // Nothing is written into it.
        uint32_t entry = table_get(table.bytes, i % 2 ? 16 : 20);
        assert_memory_equal(load_and_write() + entry, table.bytes + entry, 16);
    }
    // Rings of different lengths.
    table_with_sizes(false, 4, AMP_RSC_BUFFERS_MAGIC, 128, 256);
    table_set(&table, RING(table_get(table.bytes, 16), 1, num), 16);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.rproc.buffers_len, 4 * 128 + 16 * 256);
    // As firmware declares it.
    static const struct amp_table_rpmsg_sized declared =
        AMP_TABLE_RPMSG_SIZED(16, 128, 1536, FAKE_DATA_DA + 0x600, 99);
    memcpy(table.bytes, &declared, sizeof(declared));
    table.len = sizeof(declared);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.rproc.buffers_len, 16 * (128 + 1536));
    assert_int_equal(rsc.rproc.trace[0].len, 99);
    // The port's own, where the image asks for none.
    set_sizes(256, 768);
    table_standard(&table, 8);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.rproc.buffer_size[0], 256);
    assert_int_equal(rsc.rproc.buffer_size[1], 768);
    assert_int_equal(rsc.rproc.buffers_len, 8 * (256 + 768));
    // The longest ones, to the last byte of the region; with less room, fewer in ring 1.
    table_with_sizes(false, 2, AMP_RSC_BUFFERS_MAGIC, 64, 65536);
    assert_int_equal(check(), -AMP_ENOMEM);
    table_with_sizes(false, 2, AMP_RSC_BUFFERS_MAGIC, 64, 16384);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.rproc.buffers_len, 2 * (64 + 16384));
    size_t head = rsc.rproc.buffers_da - FAKE_HEAP_DA;
    fake.port.shared_len = head + 2 * (64 + 16384);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.rproc.buffers_len, 2 * (64 + 16384));
    --fake.port.shared_len;
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.rproc.buffers_len, 2 * 64 + 16384);
    fake.port.shared_len = head + 2 * 64 + 16384 - 1;
    assert_int_equal(check(), -AMP_ENOMEM);
    assert_string_equal(error.what, "shared memory too small");
    // Ring 0 has all of its buffers, or there is no link.
    table_with_sizes(false, 2, AMP_RSC_BUFFERS_MAGIC, 16384, 64);
    fake.port.shared_len = head + 2 * 16384 + 64;
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.rproc.buffers_len, 2 * 16384 + 64);
    for (size_t len = head; len < head + 2 * 16384 + 64; len += 63) {
        fake.port.shared_len = len;
        assert_int_equal(check(), -AMP_ENOMEM);
    }
}

static void test_bad_sizes(void **state) {
    (void)state;
    static const uint32_t bad[] = {0, 4, 60, 63, 65, 66, 67, 510, 511, 65537, 65540, 0x10040,
        0x20000, 0x80000000, UINT32_MAX, UINT32_MAX - 3};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); ++i) {
        for (unsigned j = 0; j < 4; ++j) {
            table_with_sizes(
                j & 1, 2, AMP_RSC_BUFFERS_MAGIC, j & 2 ? bad[i] : 64, j & 2 ? 64 : bad[i]);
            expect_refusal("bad buffer size", j & 1 ? 0 : 1);
        }
    }
    // Of another vendor, whose words mean what they like.
    table_with_sizes(false, 2, AMP_RSC_BUFFERS_MAGIC + 1, 3, 5);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.rproc.buffer_size[0], 512);
    assert_int_equal(rsc.rproc.buffer_size[1], 512);
    // Too short to be ours, at the end of the table.
    for (uint32_t len = 4; len < 16; ++len) {
        table_with_sizes(false, 2, AMP_RSC_BUFFERS_MAGIC, 64, 64);
        table.len -= 16 - len;
        assert_int_equal(check(), 0);
        assert_int_equal(rsc.rproc.buffer_size[0], 512);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_no_device),
        TEST(test_no_table_at_all),
        TEST(test_sizes_that_the_image_asks_for),
        TEST(test_bad_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
