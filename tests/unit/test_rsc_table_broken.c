/* The resource table: broken ones, field by field. */
#include "rsc_case.h"

// ---- Broken tables ----

static void test_cut_short_at_every_byte(void **state) {
    (void)state;
    table_begin(&table, 3);
    table_add_trace(&table, FAKE_DATA_DA + 0x400, 128);
    table_add_carveout(&table, AMP_DA_ANY, 128);
    table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 12);
    size_t len = table.len;
    assert_int_equal(check(), 0);
    for (table.len = 1; table.len < len; ++table.len) {
        image_build(&image, false, &table);
        assert_int_equal(check_image(), -AMP_ENOEXEC);
        // The section may also end before the contents do.
        image_build(&image, IMAGE_LAST_CLASS, &table);
        assert_int_equal(check_image(), -AMP_ENOEXEC);
    }
}

static void test_header(void **state) {
    (void)state;
    static const struct {
        size_t offset;
        uint32_t value;
    } cases[] = {{0, 0}, {0, 2}, {0, UINT32_MAX}, {8, 1}, {12, 1}, {4, 3000}, {4, 0x40000000},
        {4, 0x3FFFFFFF}, {4, 0x7FFFFFFF}, {4, 0xFFFFFFFC}, {4, UINT32_MAX}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        table_standard(&table, 4);
        table_set(&table, cases[i].offset, cases[i].value);
        assert_int_equal(check(), -AMP_ENOEXEC);
        assert_string_equal(error.unit, "entry");
        assert_true(error.where == 0 || cases[i].offset == 4); // the number of entries
    }
}

static void test_offsets(void **state) {
    (void)state;
    table_standard(&table, 4);
    uint32_t len = (uint32_t)table.len;
    const uint32_t offsets[] = {len, len - 1, len - 3, len + 1, 0x7FFFFFFF, 0x80000000, UINT32_MAX,
        UINT32_MAX - 3, 0 - len};
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); ++i) {
        table_set(&table, 20, offsets[i]);
        expect_refusal("cut short", 1);
    }
    // Backwards is odd but inside: the header, read as an entry, is a devmem.
    table_set(&table, 20, 0);
    assert_int_equal(check(), -AMP_ENOEXEC);
    // The same entry twice: the device is used once, the trace buffer too.
    table_set(&table, 20, table_get(table.bytes, 16));
    assert_int_equal(check(), 0);
}

static void test_reserved_fields(void **state) {
    (void)state;
    table_begin(&table, 4);
    uint32_t vdev = table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
    uint32_t trace = table_add_trace(&table, FAKE_DATA_DA, 4);
    uint32_t carveout = table_add_carveout(&table, FAKE_DATA_DA, 4);
    struct amp_rsc_devmem entry = {
        .type = AMP_RSC_DEVMEM, .da = FAKE_DATA_DA, .pa = FAKE_DATA_DA, .len = 4};
    uint32_t devmem = table_add(&table, &entry, sizeof(entry));
    const size_t reserved[] = {trace + offsetof(struct amp_rsc_trace, reserved),
        carveout + offsetof(struct amp_rsc_carveout, reserved) + 3,
        devmem + offsetof(struct amp_rsc_devmem, reserved) + 2};
    static const uint32_t entries[] = {1, 2, 3};
    assert_int_equal(check(), 0);
    for (size_t i = 0; i < 3; ++i) {
        table.bytes[reserved[i]] = 0x80;
        expect_refusal("reserved field not zero", entries[i]);
        table.bytes[reserved[i]] = 0;
    }
    // Of a device they are not looked at: NuttX has its role there.
    table.bytes[VDEV(vdev, reserved)] = 2;
    table.bytes[VDEV(vdev, reserved) + 1] = 0x80;
    assert_int_equal(check(), 0);
}

static void test_vdev_fields(void **state) {
    (void)state;
    static const struct {
        size_t offset; // in the entry
        uint32_t value;
        const char *what;
    } cases[] = {
        {offsetof(struct amp_rsc_vdev, config_len), 1, "cut short"},
        {offsetof(struct amp_rsc_vdev, config_len), UINT32_MAX, "cut short"},
        {offsetof(struct amp_rsc_vdev, config_len), 0x80000000, "cut short"},
        {offsetof(struct amp_rsc_vdev, config_len), 0u - 28, "cut short"},
        {offsetof(struct amp_rsc_vdev, config_len), 0u - 68, "cut short"},
        // status and num_of_vrings
        {offsetof(struct amp_rsc_vdev, status), 0 << 8, "not two vrings"},
        {offsetof(struct amp_rsc_vdev, status), 1 << 8, "not two vrings"},
        {offsetof(struct amp_rsc_vdev, status), 3 << 8, "cut short"},
        {offsetof(struct amp_rsc_vdev, status), 255 << 8, "cut short"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        table_begin(&table, 1);
        uint32_t vdev = table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
        table_set(&table, vdev + cases[i].offset, cases[i].value);
        expect_refusal(cases[i].what, 0);
    }
    // Three rings that are there.
    table_begin(&table, 1);
    uint32_t vdev = table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 20);
    table.bytes[VDEV(vdev, num_of_vrings)] = 3;
    table_set(&table, VDEV(vdev, config_len), 0);
    expect_refusal("not two vrings", 0);
    // A device without name service is served.
    table_standard(&table, 4);
    table_set(&table, VDEV(table_get(table.bytes, 16), dfeatures), 2);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.rproc.vdev.features, 2);
}

static const char shape[] = "bad vring alignment or size (at most 256)";
static const char outside[] = "outside the board's memory";
static const char taken[] = "overlaps memory in use";
enum { DA = 0, ALIGN = 4, NUM = 8 }; // of a vring in the table
static const struct {
    size_t field;
    uint32_t value;
    const char *what; // NULL: good
} ring_cases[] = {
    {NUM, 0, shape},
    {NUM, 3, shape},
    {NUM, 5, shape},
    {NUM, 512, shape},
    {NUM, 0x10000, shape},
    {NUM, 0x80000000, shape},
    {NUM, UINT32_MAX, shape},
    {NUM, 0x10004, shape},
    {NUM, 1, NULL},
    {NUM, 2, NULL},
    {ALIGN, 0, shape},
    {ALIGN, 1, shape},
    {ALIGN, 2, shape},
    {ALIGN, 3, shape},
    {ALIGN, 12, shape},
    {ALIGN, 0x20000, shape},
    {ALIGN, 0x80000000, shape},
    {ALIGN, UINT32_MAX, shape},
    {ALIGN, 4, NULL},
    {ALIGN, 32, NULL},
    {DA, 0, NULL}, // there is no memory: the host is to choose
    {DA, FAKE_DATA_DA + 0x2000, outside},
    {DA, FAKE_CODE_DA, outside},
    {DA, FAKE_DARK_DA, outside},
    {DA, FAKE_SHARED_DA - 16, outside},
    {DA, FAKE_SHARED_DA + FAKE_SHARED_LEN, outside},
    {DA, FAKE_SHARED_DA + FAKE_SHARED_LEN - 16, outside},
    {DA, 0xFFFFFFF0, outside},
    {DA, FAKE_SHARED_DA + 0x4000, taken},
    {DA, FAKE_SHARED_DA + 0x4010, taken},
    {DA, FAKE_SHARED_DA + 0x4000 - 16, taken},
    {DA, FAKE_SHARED_DA + 8, shape},
    {DA, FAKE_SHARED_DA + 4, shape},
    {DA, FAKE_SHARED_DA + 1, shape},
    {DA, 0xFFFFFFFE, shape},
    {DA, FAKE_SHARED_DA, NULL},
    {DA, FAKE_SHARED_DA + 0x8000, NULL},
};

static void test_ring_fields(void **state) {
    (void)state;
    for (unsigned ring = 0; ring < 2; ++ring) {
        for (size_t i = 0; i < sizeof(ring_cases) / sizeof(ring_cases[0]); ++i) {
            table_begin(&table, 1);
            uint32_t vdev = table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
            table_set(&table, RING(vdev, ring ^ 1, da), FAKE_SHARED_DA + 0x4000);
            table_set(&table, ring_field(vdev, ring, ring_cases[i].field), ring_cases[i].value);
            if (ring_cases[i].what == NULL) {
                assert_int_equal(check(), 0);
            } else {
                expect_refusal(ring_cases[i].what, 0);
            }
        }
    }
}

static void test_ring_places(void **state) {
    (void)state;
    // Where its `align` lets it, a descriptor table begins at a multiple of 4.
    table_begin(&table, 1);
    table_add_vdev(&table, 7, FAKE_SHARED_DA + 4, FAKE_SHARED_DA + 0x404, 4, 4, 0);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.rproc.vdev.vring[0].da, FAKE_SHARED_DA + 4);
    // The last ring that fits.
    table_begin(&table, 1);
    uint32_t end = FAKE_SHARED_DA + FAKE_SHARED_LEN;
    uint32_t da = (end - virtq_size(4, 16)) & ~15u;
    table_add_vdev(&table, 7, FAKE_SHARED_DA, da, 4, 16, 0);
    // It is allowed there, but leaves nothing for the buffers.
    assert_int_equal(check(), -AMP_ENOMEM);
    table_begin(&table, 1);
    table_add_vdev(&table, 7, FAKE_SHARED_DA, da + 16, 4, 16, 0);
    expect_refusal(outside, 0);
    expect_range(da + 16, virtq_size(4, 16), AMP_WINDOW_SHARED | AMP_WINDOW_ANY);
}

static void test_carveouts(void **state) {
    (void)state;
    static const struct {
        uint32_t da;
        uint32_t len;
        bool good;
    } cases[] = {
        {FAKE_CODE_DA, FAKE_CODE_LEN, true},
        {FAKE_CODE_DA, FAKE_CODE_LEN + 1, false},
        {FAKE_CODE_DA - 1, 2, false},
        {FAKE_DATA_DA + 4, UINT32_MAX, false},
        {FAKE_DATA_DA + 4, 0u - (FAKE_DATA_DA + 4), false},
        {0, 1, false},
        {0, UINT32_MAX, false},
        {FAKE_DARK_DA, 1, false},
        {FAKE_TOP_DA, FAKE_TOP_LEN, true},
        {FAKE_TOP_DA, FAKE_TOP_LEN + 1, false},
        {FAKE_DATA_DA, 0, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        table_standard(&table, 4);
        table_begin(&table, 2);
        table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
        table_add_carveout(&table, cases[i].da, cases[i].len);
        if (cases[i].good) {
            assert_int_equal(check(), 0);
            assert_int_equal(rsc.carveout_count, 0);
        } else {
            expect_refusal("outside the board's memory", 1);
            expect_range(cases[i].da, cases[i].len, AMP_WINDOW_ANY);
        }
    }
    table_begin(&table, AMP_RSC_MAX_CARVEOUTS + 2);
    table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
    uint32_t entry[AMP_RSC_MAX_CARVEOUTS];
    for (uint32_t i = 0; i < AMP_RSC_MAX_CARVEOUTS; ++i) {
        entry[i] = table_add_carveout(&table, AMP_DA_ANY, i * 10);
    }
    assert_int_equal(check(), 0);
    const uint8_t *loaded = load_and_write();
    uint32_t da = FAKE_HEAP_DA;
    for (uint32_t i = 0; i < AMP_RSC_MAX_CARVEOUTS; ++i) {
        da = (da + 63) & ~63u;
        assert_int_equal(table_get(loaded, entry[i] + offsetof(struct amp_rsc_carveout, da)), da);
        assert_int_equal(table_get(loaded, entry[i] + offsetof(struct amp_rsc_carveout, pa)), da);
        da += i * 10;
    }
    table_add_carveout(&table, AMP_DA_ANY, 1);
    expect_refusal("one too many", AMP_RSC_MAX_CARVEOUTS + 1);
}

static void test_devmem_and_trace(void **state) {
    (void)state;
    static const struct {
        uint32_t da;
        uint32_t pa;
        uint32_t len;
        const char *what; // NULL: it is good
    } cases[] = {
        {FAKE_ROM_DA, FAKE_ROM_DA, 4, NULL},
        {FAKE_DARK_DA, FAKE_DARK_DA, 4, NULL},
        {FAKE_ROM_DA, FAKE_ROM_DA + 4, 4, "device address is not physical"},
        {FAKE_ROM_DA, 0, 4, "device address is not physical"},
        {FAKE_ROM_DA, FAKE_ROM_DA, FAKE_ROM_LEN + 1, "outside the board's memory"},
        {0, 0, UINT32_MAX, "outside the board's memory"},
        {UINT32_MAX, UINT32_MAX, UINT32_MAX, "outside the board's memory"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        struct amp_rsc_devmem devmem = {
            .type = AMP_RSC_DEVMEM, .da = cases[i].da, .pa = cases[i].pa, .len = cases[i].len};
        table_begin(&table, 2);
        table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
        table_add(&table, &devmem, sizeof(devmem));
        if (cases[i].what == NULL) {
            assert_int_equal(check(), 0);
        } else {
            expect_refusal(cases[i].what, 1);
            if (cases[i].da == cases[i].pa) {
                expect_range(cases[i].da, cases[i].len, AMP_WINDOW_ANY);
            }
        }
    }
    // It may lie in memory of any use.
    table_begin(&table, 1);
    table_add_trace(&table, FAKE_ROM_DA + FAKE_ROM_LEN - 4, 4);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.rproc.trace[0].len, 4);
    // A trace that lies nowhere is not read, and does not matter.
    static const uint32_t traces[][2] = {{FAKE_DATA_DA, FAKE_DATA_LEN + 1}, {FAKE_DARK_DA, 4},
        {0, 4}, {AMP_DA_ANY, 4}, {FAKE_DATA_DA, 0}, {FAKE_DATA_DA, UINT32_MAX},
        {FAKE_DATA_DA - 1, 4}};
    for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); ++i) {
        table_begin(&table, 3);
        table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
        table_add_trace(&table, traces[i][0], traces[i][1]);
        assert_int_equal(check(), 0);
        assert_int_equal(rsc.rproc.trace[0].len, 0);
        table_add_trace(&table, FAKE_DATA_DA + 0x800, 5); // the first that can be read
        assert_int_equal(check(), 0);
        assert_int_equal(rsc.rproc.trace[0].da, FAKE_DATA_DA + 0x800);
        assert_int_equal(rsc.rproc.trace[0].len, 5);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_cut_short_at_every_byte),
        TEST(test_header),
        TEST(test_offsets),
        TEST(test_reserved_fields),
        TEST(test_vdev_fields),
        TEST(test_ring_fields),
        TEST(test_ring_places),
        TEST(test_carveouts),
        TEST(test_devmem_and_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
