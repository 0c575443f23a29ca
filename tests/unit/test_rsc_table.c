/* The resource table: good ones, and those that change or lie while they are read. */
#include "rsc_case.h"

// ---- Good tables ----

static void test_standard(void **state) {
    (void)state;
    table_standard(&table, 8);
    assert_int_equal(check(), 0);
    uint32_t ring_len = virtq_size(8, 16);
    amp_da_t ring1 = (FAKE_HEAP_DA + ring_len + 63) & ~(amp_da_t)63;
    amp_da_t buffers = (ring1 + ring_len + 63) & ~(amp_da_t)63;
    assert_int_equal(rsc.rproc.vdev.vring[0].da, FAKE_HEAP_DA);
    assert_int_equal(rsc.rproc.vdev.vring[1].da, ring1);
    assert_int_equal(rsc.rproc.buffers_da, buffers);
    assert_int_equal(rsc.free_da, buffers + 16 * 512);
    assert_int_equal(rsc.rproc.trace[0].da, FAKE_DATA_DA + 0x400);
    assert_int_equal(rsc.rproc.trace[0].len, 128);
    assert_int_equal(rsc.rproc.vdev.da, FAKE_DATA_DA + table_get(table.bytes, 16));
    assert_int_equal(rsc.rproc.vdev.features, 0xFF);
    assert_int_equal(rsc.rproc.vdev.vring[1].notifyid, 11);
    assert_int_equal(rsc.rproc.vdev.vring[1].num, 8);
    assert_int_equal(rsc.rproc.vdev.vring[1].align, 16);

    // What the host writes, and nothing else.
    struct table expected = table;
    uint32_t vdev = table_get(table.bytes, 16);
    assert_int_equal(rsc.rproc.vdev.da, FAKE_DATA_DA + vdev);
    table_set(&expected, VDEV(vdev, gfeatures), 0);
    expected.bytes[VDEV(vdev, status)] = 0;
    table_set(&expected, RING(vdev, 0, da), FAKE_HEAP_DA);
    table_set(&expected, RING(vdev, 1, da), (uint32_t)ring1);
    assert_memory_equal(load_and_write(), expected.bytes, table.len);
}

static void test_same_addresses_every_time(void **state) {
    (void)state;
    table_standard(&table, 32);
    assert_int_equal(check(), 0);
    struct amp_rproc_vdev first = rsc.rproc.vdev;
    assert_int_equal(check(), 0);
    assert_memory_equal(&first, &rsc.rproc.vdev, sizeof(first));
}

static void test_unaligned_entries(void **state) {
    (void)state;
    for (size_t shift = 1; shift < 4; ++shift) {
        table_begin(&table, 2);
        table.len += shift;
        uint32_t vdev = table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 4, 0);
        table.len += 2;
        uint32_t carveout = table_add_carveout(&table, AMP_DA_ANY, 100);
        assert_int_equal(check(), 0);
        const uint8_t *loaded = load_and_write();
        assert_int_equal(table_get(loaded, carveout + 4), FAKE_HEAP_DA);
        assert_int_equal(table_get(loaded, RING(vdev, 0, da)), FAKE_HEAP_DA + 128);
    }
}

static void test_notify_ids_left_open(void **state) {
    (void)state;
    table_standard(&table, 4);
    uint32_t vdev = table_get(table.bytes, 16);
    table_set(&table, RING(vdev, 0, notifyid), AMP_DA_ANY);
    table_set(&table, RING(vdev, 1, notifyid), AMP_DA_ANY);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.rproc.vdev.vring[0].notifyid, 0);
    assert_int_equal(rsc.rproc.vdev.vring[1].notifyid, 1);
    assert_int_equal(table_get(load_and_write(), RING(vdev, 1, notifyid)), 1);
}

static void test_other_entries_are_left_alone(void **state) {
    (void)state;
    static const uint32_t skipped[] = {4, 5, 127, 128, 300, 512, 513, UINT32_MAX};
    table_begin(&table, 16);
    for (size_t i = 0; i < 8; ++i) {
        table_add(&table, &skipped[i], sizeof(skipped[i]));
    }
    uint32_t console = table_add_vdev(&table, 3, AMP_DA_ANY, AMP_DA_ANY, 1000, 3, 8);
    uint32_t first = table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 4096, 16);
    uint32_t second = table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 2, 16, 0);
    table_add_trace(&table, FAKE_DATA_DA + 0x800, 64);
    table_add_trace(&table, FAKE_DATA_DA + 0x900, 65);
    struct amp_rsc_devmem devmem = {
        .type = AMP_RSC_DEVMEM, .da = FAKE_ROM_DA, .pa = FAKE_ROM_DA, .len = FAKE_ROM_LEN};
    table_add(&table, &devmem, sizeof(devmem));
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.rproc.vdev.da, FAKE_DATA_DA + first);
    assert_int_equal(rsc.rproc.vdev.vring[0].num, 4);
    assert_int_equal(rsc.rproc.vdev.vring[0].da % 4096, 0);
    assert_int_equal(rsc.rproc.vdev.vring[1].da % 4096, 0);
    assert_int_equal(rsc.rproc.trace[0].len, 64);
    assert_int_equal(rsc.rproc.trace[1].len, 65);
    const uint8_t *loaded = load_and_write();
    size_t len = sizeof(struct amp_rsc_vdev) + 2 * sizeof(struct amp_rsc_vring);
    assert_memory_equal(loaded + console, table.bytes + console, len);
    assert_memory_equal(loaded + second, table.bytes + second, len);
}

static void test_every_read_may_fail(void **state) {
    (void)state;
    table_standard(&table, 4);
    assert_int_equal(check(), 0);
    unsigned reads = image.reads;
    assert_int_equal(reads, 8); // header; offset, type and entry of both; rings
    image.fail_error = -AMP_EIO;
    for (unsigned i = 1; i <= reads; ++i) {
        begin();
        assert_int_equal(amp_elf_check(&rsc.elf), 0);
        image.reads = 0;
        image.fail_at = i;
        assert_int_equal(check_table(), -AMP_EIO);
        assert_string_equal(error.what, "cannot be read");
        image.fail_at = 0;
    }
}

// A core whose memory begins at 0, with its table there, in a file that changes: what was
// the table's header is an RPMsg device when it is read again as an entry, and another one
// each time, whose address is 0.  There is one device, whatever its address.
static uint8_t zero_page[0x1000];

static void *map_zero(void *ctx, amp_da_t da, size_t len) {
    return da < sizeof(zero_page) ? zero_page + da : fake_port_at(ctx, da, len);
}

static int read_changing(void *ctx, uint64_t offset, void *buffer, size_t len) {
    struct image *changing = ctx;
    const struct amp_rsc_header header = {.ver = 1, .num = 40};
    const struct amp_rsc_vdev vdev = {.type = AMP_RSC_VDEV, .id = 7, .num_of_vrings = 2};
    uint32_t da = FAKE_SHARED_DA + 0x400 * changing->reads++;
    struct amp_rsc_vring rings[2] = {
        {.da = da, .align = 16, .num = 1}, {.da = da + 0x200, .align = 16, .num = 1}};
    const void *from = changing->bytes + offset;
    uint32_t word = offset == changing->data ? AMP_RSC_VDEV : 0; // an entry's type, or its offset
    switch (offset < changing->data || offset >= changing->data + table.len ? 0 : len) {
        case sizeof(header):
            from = &header;
            break;
        case sizeof(word):
            from = &word;
            break;
        case sizeof(vdev):
            from = &vdev;
            break;
        case sizeof(rings):
            from = rings;
            break;
        default:
            break;
    }
    memcpy(buffer, from, len);
    return 0;
}

static void test_one_device_at_address_zero(void **state) {
    (void)state;
    static const struct amp_window zero[] = {
        {0, sizeof(zero_page), AMP_WINDOW_LOAD},
        {FAKE_CODE_DA, FAKE_CODE_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_RUN},
        {FAKE_SHARED_DA, FAKE_SHARED_LEN, AMP_WINDOW_SHARED},
    };
    fake.port.windows = zero;
    fake.port.window_count = 3;
    fake.ops.map = map_zero;
    table_begin(&table, 60);
    image_build(&image, false, &table);
    image_set(&image, P_PADDR, IMAGE_DATA, 0);
    image.source.read = read_changing;
    assert_int_equal(check_image(), 0);
    assert_int_equal(rsc.rproc.vdev.da, 0);
}

// Every word of the table with every interesting value: accepted or refused,
// and if accepted then everything that was placed is where it may be.
static void test_every_word_with_every_value(void **state) {
    (void)state;
    static const uint32_t values[] = {0, 1, 2, 3, 4, 7, 8, 16, 255, 256, 257, 0x7FFF, 0x8000,
        0xFFFF, 0x10000, FAKE_SHARED_DA, FAKE_HEAP_DA, FAKE_DATA_DA, 0x7FFFFFFF, 0x80000000,
        0xFFFFFF00, 0xFFFFFFFC, UINT32_MAX};
    table_begin(&table, 3);
    table_add_trace(&table, FAKE_DATA_DA + 0x400, 128);
    table_add_carveout(&table, AMP_DA_ANY, 128);
    table_add_vdev(&table, 7, AMP_DA_ANY, FAKE_SHARED_DA, 4, 16, 8);
    struct table good = table;
    for (size_t offset = 0; offset + 4 <= good.len; ++offset) {
        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); ++i) {
            table = good;
            table_set(&table, offset, values[i]);
            int result = check();
            assert_true(result == 0 || result == -AMP_ENOEXEC || result == -AMP_ENOMEM);
            if (result == 0) {
                load_and_write();
                for (int ring = 0; ring < 2 && amp_rproc_has_link(&rsc.rproc); ++ring) {
                    assert_true(amp_load_map(&rsc.elf.check, rsc.rproc.vdev.vring[ring].da,
                        virtq_size(
                            rsc.rproc.vdev.vring[ring].num, rsc.rproc.vdev.vring[ring].align),
                        AMP_WINDOW_SHARED));
                }
                assert_true(
                    rsc.rproc.buffers_da >= FAKE_HEAP_DA || !amp_rproc_has_link(&rsc.rproc));
                assert_true(
                    rsc.rproc.buffers_da + rsc.rproc.buffers_len <= FAKE_HEAP_DA + FAKE_HEAP_LEN);
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_standard),
        TEST(test_same_addresses_every_time),
        TEST(test_unaligned_entries),
        TEST(test_notify_ids_left_open),
        TEST(test_other_entries_are_left_alone),
        TEST(test_every_read_may_fail),
        TEST(test_one_device_at_address_zero),
        TEST(test_every_word_with_every_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
