/* Where the host places what a resource table leaves open, and beside what. */
#include "rsc_case.h"

// ---- Fixed addresses ----

static void test_fixed_rings(void **state) {
    (void)state;
    table_begin(&table, 1);
    table_add_vdev(&table, 7, FAKE_SHARED_DA, FAKE_SHARED_DA + 0x2000, 32, 4096, 0);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.rproc.vdev.vring[0].da, FAKE_SHARED_DA);
    assert_int_equal(rsc.rproc.vdev.vring[1].da, FAKE_SHARED_DA + 0x2000);
    // Outside of the region that is given away, so that is given from its start.
    assert_int_equal(rsc.rproc.buffers_da, FAKE_HEAP_DA);
    // The used ring counts.
    table_begin(&table, 1);
    table_add_vdev(&table, 7, FAKE_SHARED_DA, FAKE_SHARED_DA + 0x1000, 32, 4096, 0);
    expect_refusal("overlaps memory in use", 0);
}

static void test_placed_above_what_is_fixed(void **state) {
    (void)state;
    table_begin(&table, 4);
    table_add_carveout(&table, AMP_DA_ANY, 1);
    table_add_carveout(&table, FAKE_HEAP_DA + 0x2000, 0x100);
    table_add_vdev(&table, 7, FAKE_HEAP_DA + 0x1000, AMP_DA_ANY, 4, 16, 0);
    table_add_trace(&table, FAKE_HEAP_DA - 4, 8);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.carveout[0].da, FAKE_HEAP_DA + 0x2100);
    assert_int_equal(rsc.rproc.vdev.vring[0].da, FAKE_HEAP_DA + 0x1000);
    assert_int_equal(rsc.rproc.vdev.vring[1].da, FAKE_HEAP_DA + 0x2140);
    assert_true(rsc.rproc.buffers_da > rsc.rproc.vdev.vring[1].da);
    // Each at a cache line, whatever ends before it, and however little it asks for.
    for (uint32_t len = 1; len <= 130; ++len) {
        table_begin(&table, 3);
        table_add_trace(&table, FAKE_HEAP_DA, len);
        table_add_carveout(&table, FAKE_HEAP_DA + 0x1000, 0); // nothing is there
        table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 1, 4, 0);
        assert_int_equal(check(), 0);
        amp_da_t first = FAKE_HEAP_DA + (len + 63) / 64 * 64;
        assert_int_equal(rsc.rproc.vdev.vring[0].da, first);
        assert_int_equal(rsc.rproc.vdev.vring[1].da, first + 64);
        assert_int_equal(rsc.rproc.buffers_da, first + 128);
    }
    // Around the whole region, there is nothing left to give.
    table_begin(&table, 2);
    table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
    table_add_carveout(&table, FAKE_SHARED_DA, FAKE_SHARED_LEN);
    assert_int_equal(check(), -AMP_ENOMEM);
    // Up to its very end, likewise.
    table_begin(&table, 2);
    table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
    table_add_carveout(&table, FAKE_HEAP_DA + FAKE_HEAP_LEN - 1, 1);
    assert_int_equal(check(), -AMP_ENOMEM);
    // One that asks for nothing, likewise.
    table_begin(&table, 2);
    table_add_carveout(&table, AMP_DA_ANY, 0);
    table_add_carveout(&table, FAKE_HEAP_DA + FAKE_HEAP_LEN - 1, 1);
    assert_int_equal(check(), -AMP_ENOMEM);
}

// A region whose end is where 32 bits end, which on a 32-bit host is 0.
static void test_region_at_the_end_of_the_addresses(void **state) {
    (void)state;
    static const struct amp_window top = {
        FAKE_TOP_DA, FAKE_TOP_LEN, AMP_WINDOW_SHARED | AMP_WINDOW_LOAD};
    fake.port.windows = &top;
    fake.port.window_count = 1;
    fake.port.shared_da = top.da;
    fake.port.shared_len = top.len;
    fake.port.default_table = &fake.default_table;
    fake.default_table = (struct amp_default_table){
        .table_da = top.da, .vring_da = {AMP_DA_ANY, AMP_DA_ANY}, .vring_align = 4, .vring_num = 2};
    assert_int_equal(check_default(), 0);
    assert_true(rsc.rproc.buffers_da + 2048 - 1 > top.da);
    // To the very last byte, and one more: then a buffer less.
    size_t head = rsc.rproc.buffers_da - top.da;
    uint32_t size = (uint32_t)((FAKE_TOP_LEN - head) / 4);
    set_sizes(size, size);
    assert_int_equal(check_default(), 0);
    assert_int_equal(rsc.rproc.buffers_len, 4 * size);
    assert_true(rsc.free_da == (amp_da_t)(top.da + FAKE_TOP_LEN));
    set_sizes(size + 1, size + 1);
    assert_int_equal(check_default(), 0);
    assert_int_equal(rsc.rproc.buffers_len, 3 * (size + 1));
    size = (uint32_t)((FAKE_TOP_LEN - head) / 3 + 1);
    set_sizes(size, size);
    assert_int_equal(check_default(), -AMP_ENOMEM);
    set_sizes(512, 512);
    // Nothing is left above a table at the very end.
    fake.default_table.table_da = top.da + FAKE_TOP_LEN - 140;
    assert_int_equal(check_default(), -AMP_ENOMEM);
}

#if AMP_CONFIG_CACHE
static void expect_shared_line(const char *what, amp_da_t ring) {
    assert_int_equal(check(), -AMP_ENOEXEC);
    assert_string_equal(error.what, what);
    assert_string_equal(error.unit, "vring");
    assert_int_equal(error.where, ring);
}
#endif

// A host whose cache does not see what the device writes.
static void test_cache_lines(void **state) {
    (void)state;
#if AMP_CONFIG_CACHE
    fake.port.cache_line = 32;
    table_standard(&table, 8); // aligned to 16
    expect_shared_line("used ring shares a cache line with the available ring", 0);
    table_begin(&table, 1);
    uint32_t vdev = table_add_vdev(&table, 7, AMP_DA_ANY, FAKE_SHARED_DA + 16, 8, 32, 0);
    expect_refusal("bad vring alignment or size (at most 256)", 0);
    table_set(&table, RING(vdev, 1, da), FAKE_SHARED_DA + 32);
    assert_int_equal(check(), 0);
    // Aligned as the table says, which is not enough for a longer line.
    fake.port.cache_line = 64;
    expect_shared_line("used ring shares a cache line with the available ring", 0);
    fake.port.cache_line = 32;
    set_sizes(416, 400);
    expect_shared_line("message buffers share a cache line", 1);
    set_sizes(400, 416);
    expect_shared_line("message buffers share a cache line", 0);
    set_sizes(416, 416);
    assert_int_equal(check(), 0);
    fake.port.shared_da += 16;
    expect_shared_line("message buffers share a cache line", 0);
    fake.port.shared_da -= 16;
    // What the image asks for counts, wherever in the table it does.
    for (unsigned before = 0; before < 2; ++before) {
        table_with_sizes(before, 8, AMP_RSC_BUFFERS_MAGIC, 64, 416);
        uint32_t rings = table_get(table.bytes, before ? 20 : 16);
        table_set(&table, RING(rings, 0, align), 32);
        table_set(&table, RING(rings, 1, align), 32);
        set_sizes(400, 400);
        assert_int_equal(check(), 0);
        table_set(&table, table_get(table.bytes, before ? 16 : 20) + 12, 400);
        expect_refusal("bad buffer size", !before);
    }
    fake.port.cache_line = 0;
    table_standard(&table, 8);
    set_sizes(400, 400);
    assert_int_equal(check(), 0);
#endif
}

static void test_addresses_above_32_bits(void **state) {
    (void)state;
    if (IMAGE_LAST_CLASS == 0) {
        return; // there are none
    }
    fake.port.shared_da = (amp_da_t)0x1000 << (sizeof(amp_da_t) * 4);
    table_standard(&table, 4);
    assert_int_equal(check(), -AMP_ENOMEM);
}

// A segment without contents in the region: what the host places begins above it.
static void test_placed_above_a_reservation(void **state) {
    (void)state;
    table_begin(&table, 2);
    table_add_carveout(&table, AMP_DA_ANY, 10);
    table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
    image_build(&image, false, &table);
    image_set(&image, P_TYPE, IMAGE_NOTE, 1);
    image_set(&image, P_FILESZ, IMAGE_NOTE, 0);
    image_set(&image, P_PADDR, IMAGE_NOTE, FAKE_HEAP_DA - 0x1000);
    image_set(&image, P_MEMSZ, IMAGE_NOTE, 0x3001);
    assert_int_equal(check_image(), 0);
    assert_int_equal(rsc.carveout[0].da, FAKE_HEAP_DA + 0x2040);
    assert_int_equal(rsc.rproc.vdev.vring[0].da, FAKE_HEAP_DA + 0x2080);
    // What takes nearly all of it is the region.
    image_set(&image, P_MEMSZ, IMAGE_NOTE, 0x1000 + FAKE_HEAP_LEN);
    assert_int_equal(check_image(), 0);
    assert_int_equal(rsc.carveout[0].da, FAKE_HEAP_DA);
}

static void test_ring_on_a_segment(void **state) {
    (void)state;
    table_begin(&table, 1);
    table_add_vdev(&table, 7, FAKE_SHARED_DA + 0x400, AMP_DA_ANY, 4, 16, 0);
    image_build(&image, false, &table);
    image_set(&image, P_PADDR, IMAGE_DATA, FAKE_SHARED_DA + 0x3A0);
    assert_int_equal(check_image(), -AMP_ENOEXEC);
    assert_string_equal(error.what, "overlaps memory in use");
    assert_string_equal(error.unit, "entry");
    expect_range(FAKE_SHARED_DA + 0x400, virtq_size(4, 16), 0);
    // What is zeroed there is no contents: a section without any that reserves it.
    size_t filesz = image_get(&image, P_FILESZ, IMAGE_DATA);
    image_set(&image, P_PADDR, IMAGE_DATA, FAKE_SHARED_DA + 0x400 - filesz);
    assert_int_equal(check_image(), 0);
    image_set(&image, P_PADDR, IMAGE_DATA, FAKE_SHARED_DA + 0x400 - filesz + 1);
    assert_int_equal(check_image(), -AMP_ENOEXEC);
    expect_range(FAKE_SHARED_DA + 0x400, virtq_size(4, 16), 0);
}

static void test_no_room(void **state) {
    (void)state;
    // Rings of 32 need 16 KiB of buffers to receive and one to send; find the
    // smallest region that does.
    table_standard(&table, 32);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.rproc.buffers_len, 64 * 512);
    size_t needed = rsc.free_da - FAKE_HEAP_DA - 31 * 512;
    for (size_t len = 0; len < needed; len += len < 2048 ? 1 : 512) {
        fake.port.shared_len = len;
        assert_int_equal(check(), -AMP_ENOMEM);
        assert_string_equal(error.what, "shared memory too small");
    }
    fake.port.shared_len = needed - 1;
    assert_int_equal(check(), -AMP_ENOMEM);
    fake.port.shared_len = needed;
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.rproc.buffers_len, 33 * 512);
    // A carveout of 4 GiB less a byte.
    fake.port.shared_len = FAKE_HEAP_LEN;
    table_begin(&table, 2);
    table_add_carveout(&table, AMP_DA_ANY, UINT32_MAX);
    table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
    assert_int_equal(check(), -AMP_ENOMEM);
}

// ---- The default table ----

static void test_default_table(void **state) {
    (void)state;
    fake.port.default_table = &fake.default_table;
    assert_int_equal(check_default(), 0);
    assert_int_equal(rsc.rproc.buffers_da, FAKE_HEAP_DA);
    assert_int_equal(amp_rsc_write(&rsc), 0);
    static const uint32_t expected[] = {1, 2, 0, 0, 0x18, 0x5C, // header, offsets
        3, 7, 0, 1, 0, 0, 2 << 8, // device
        FAKE_SHARED_DA + 0x1000, 32, 64, 0, 0, //
        FAKE_SHARED_DA, 32, 64, 1, 0, // a trace buffer of no length
        2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    const uint8_t *written = fake_port_at(&fake, fake.default_table.table_da, sizeof(expected) + 1);
    assert_memory_equal(written, expected, sizeof(expected));
    assert_int_equal(written[sizeof(expected)], 0x5A);
    assert_int_equal(rsc.rproc.vdev.da, fake.default_table.table_da + 0x18);
    fake.map_count = 0;
    fake.map_fail_at = 1;
    assert_int_equal(amp_rsc_write(&rsc), -AMP_EIO);
}

static void test_default_table_inside_the_region(void **state) {
    (void)state;
    fake.port.default_table = &fake.default_table;
    fake.default_table.table_da = FAKE_HEAP_DA;
    fake.default_table.vring_da[0] = FAKE_HEAP_DA + 0x2000;
    fake.default_table.vring_da[1] = FAKE_HEAP_DA + 0x1000;
    fake.default_table.vring_num = 8;
    assert_int_equal(check_default(), 0);
    assert_true(rsc.rproc.buffers_da >= FAKE_HEAP_DA + 0x2000 + virtq_size(8, 32));
}

static void test_default_table_refused(void **state) {
    (void)state;
    fake.port.default_table = &fake.default_table;
    fake.default_table.table_da = FAKE_DATA_DA;
    assert_int_equal(check_default(), -AMP_ENOEXEC);
    assert_string_equal(error.what, "outside the board's memory");
    fake.default_table.table_da = FAKE_SHARED_DA + 0x8000;
    fake.default_table.vring_num = 65;
    assert_int_equal(check_default(), -AMP_ENOEXEC);
    fake.default_table.vring_num = 64;
    fake.default_table.vring_da[0] = fake.default_table.vring_da[1] + 32;
    assert_int_equal(check_default(), -AMP_ENOEXEC);
    assert_string_equal(error.what, "overlaps memory in use");
    fake.default_table.vring_da[0] = FAKE_SHARED_DA + 0x1000;
    fake.port.shared_len = 1000;
    assert_int_equal(check_default(), -AMP_ENOMEM);
}

static void test_default_table_on_a_segment(void **state) {
    (void)state;
    fake.port.default_table = &fake.default_table;
    image_build(&image, false, NULL);
    image_set(&image, P_PADDR, IMAGE_DATA, fake.default_table.table_da + 139);
    begin();
    assert_int_equal(amp_elf_check(&rsc.elf), 0);
    assert_int_equal(check_table(), -AMP_ENOEXEC);
    assert_string_equal(error.what, "overlaps memory in use");
    image_set(&image, P_PADDR, IMAGE_DATA, fake.default_table.table_da + 140);
    begin();
    assert_int_equal(amp_elf_check(&rsc.elf), 0);
    assert_int_equal(check_table(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_fixed_rings),
        TEST(test_placed_above_what_is_fixed),
        TEST(test_region_at_the_end_of_the_addresses),
        TEST(test_addresses_above_32_bits),
        TEST(test_cache_lines),
        TEST(test_ring_on_a_segment),
        TEST(test_placed_above_a_reservation),
        TEST(test_no_room),
        TEST(test_default_table),
        TEST(test_default_table_inside_the_region),
        TEST(test_default_table_refused),
        TEST(test_default_table_on_a_segment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
