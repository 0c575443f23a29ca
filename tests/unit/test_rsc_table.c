/* The resource table against tables with every field broken. */
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

static int setup(void **state) {
    (void)state;
    fake_port_init(&fake);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fake_port_free(&fake);
    return 0;
}

static void begin(void) {
    memset(&rsc, 0, sizeof(rsc));
    memset(&error, 0, sizeof(error));
    rsc.elf.port = &fake.port;
    rsc.elf.image = &image.source;
    image.reads = 0;
    fake_port_snapshot(&fake);
}

static int check_table(void) {
    return amp_elf_report(&rsc.elf, amp_rsc_check(&rsc), &error);
}

// Check the table as part of an image; nothing is written.
static int check_image(void) {
    begin();
    assert_int_equal(amp_elf_check(&rsc.elf), 0);
    image.reads = 0;
    int result = check_table();
    assert_true(fake_port_unchanged(&fake));
    assert_true((result == 0) == (error.what == NULL));
    assert_true(result == 0 || error.unit != NULL);
    return result;
}

static int check(void) {
    image_build(&image, false, &table);
    return check_image();
}

static void expect_refusal(const char *what, uint32_t entry) {
    assert_int_equal(check(), -AMP_ENOEXEC);
    assert_string_equal(error.what, what);
    assert_string_equal(error.unit, "entry");
    assert_int_equal(error.where, entry);
}

// The last refusal was for this memory.
static void expect_range(amp_da_t da, size_t len, uint32_t missed) {
    assert_int_equal(error.da, da);
    assert_int_equal(error.len, len);
    assert_int_equal(error.missed, missed);
}

static int check_default(void) {
    begin();
    int result = check_table();
    assert_true(fake_port_unchanged(&fake));
    return result;
}

static const uint8_t *load_and_write(void) {
    assert_int_equal(amp_elf_load(&rsc.elf), 0);
    assert_int_equal(amp_rsc_write(&rsc), 0);
    return fake_port_at(&fake, rsc.elf.table_da, rsc.elf.table_len);
}

static size_t ring_field(uint32_t vdev, unsigned ring, size_t field) {
    return vdev + sizeof(struct amp_rsc_vdev_entry) + ring * sizeof(struct amp_rsc_vring) + field;
}
#define RING(vdev, ring, field) ring_field(vdev, ring, offsetof(struct amp_rsc_vring, field))
#define VDEV(vdev, field) ((vdev) + offsetof(struct amp_rsc_vdev_entry, field))

// ---- Good tables ----

static void test_standard(void **state) {
    (void)state;
    table_standard(&table, 8);
    assert_int_equal(check(), 0);
    uint32_t ring_len = virtq_size(8, 16);
    amp_da_t ring1 = (FAKE_HEAP_DA + ring_len + 63) & ~(amp_da_t)63;
    amp_da_t buffers = (ring1 + ring_len + 63) & ~(amp_da_t)63;
    assert_int_equal(rsc.made.vdev.vring[0].da, FAKE_HEAP_DA);
    assert_int_equal(rsc.made.vdev.vring[1].da, ring1);
    assert_int_equal(rsc.made.buffers_da, buffers);
    assert_int_equal(rsc.next, buffers + 16 * 512);
    assert_int_equal(rsc.made.trace_da, FAKE_DATA_DA + 0x400);
    assert_int_equal(rsc.made.trace_len, 128);
    assert_int_equal(rsc.made.vdev.da, FAKE_DATA_DA + table_get(table.bytes, 16));
    assert_int_equal(rsc.made.vdev.features, 0xFF);
    assert_int_equal(rsc.made.vdev.vring[1].notifyid, 11);
    assert_int_equal(rsc.made.vdev.vring[1].num, 8);
    assert_int_equal(rsc.made.vdev.vring[1].align, 16);

    // What the host writes, and nothing else.
    struct table expected = table;
    uint32_t vdev = table_get(table.bytes, 16);
    assert_int_equal(rsc.made.vdev.da, FAKE_DATA_DA + vdev);
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
    struct amp_rsc_vdev first = rsc.made.vdev;
    assert_int_equal(check(), 0);
    assert_memory_equal(&first, &rsc.made.vdev, sizeof(first));
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
    assert_int_equal(rsc.made.vdev.vring[0].notifyid, 0);
    assert_int_equal(rsc.made.vdev.vring[1].notifyid, 1);
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
    assert_int_equal(rsc.made.vdev.da, FAKE_DATA_DA + first);
    assert_int_equal(rsc.made.vdev.vring[0].num, 4);
    assert_int_equal(rsc.made.vdev.vring[0].da % 4096, 0);
    assert_int_equal(rsc.made.vdev.vring[1].da % 4096, 0);
    assert_int_equal(rsc.made.trace_len, 64);
    const uint8_t *loaded = load_and_write();
    size_t len = sizeof(struct amp_rsc_vdev_entry) + 2 * sizeof(struct amp_rsc_vring);
    assert_memory_equal(loaded + console, table.bytes + console, len);
    assert_memory_equal(loaded + second, table.bytes + second, len);
}

// ---- Fixed addresses ----

static void test_fixed_rings(void **state) {
    (void)state;
    table_begin(&table, 1);
    table_add_vdev(&table, 7, FAKE_SHARED_DA, FAKE_SHARED_DA + 0x2000, 32, 4096, 0);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.made.vdev.vring[0].da, FAKE_SHARED_DA);
    assert_int_equal(rsc.made.vdev.vring[1].da, FAKE_SHARED_DA + 0x2000);
    // Outside of the region that is given away, so that is given from its start.
    assert_int_equal(rsc.made.buffers_da, FAKE_HEAP_DA);
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
    assert_int_equal(rsc.made.vdev.vring[0].da, FAKE_HEAP_DA + 0x1000);
    assert_int_equal(rsc.made.vdev.vring[1].da, FAKE_HEAP_DA + 0x2140);
    assert_true(rsc.made.buffers_da > rsc.made.vdev.vring[1].da);
    // Each at a cache line, whatever ends before it, and however little it asks for.
    for (uint32_t len = 1; len <= 130; ++len) {
        table_begin(&table, 3);
        table_add_trace(&table, FAKE_HEAP_DA, len);
        table_add_carveout(&table, FAKE_HEAP_DA + 0x1000, 0); // nothing is there
        table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 1, 4, 0);
        assert_int_equal(check(), 0);
        amp_da_t first = FAKE_HEAP_DA + (len + 63) / 64 * 64;
        assert_int_equal(rsc.made.vdev.vring[0].da, first);
        assert_int_equal(rsc.made.vdev.vring[1].da, first + 64);
        assert_int_equal(rsc.made.buffers_da, first + 128);
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
}

static void set_sizes(uint32_t ring0, uint32_t ring1) {
    fake.port.buffer_size[0] = ring0;
    fake.port.buffer_size[1] = ring1;
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
    assert_true(rsc.made.buffers_da + 2048 - 1 > top.da);
    // To the very last byte, and one more: then a buffer less.
    size_t head = rsc.made.buffers_da - top.da;
    uint32_t size = (uint32_t)((FAKE_TOP_LEN - head) / 4);
    set_sizes(size, size);
    assert_int_equal(check_default(), 0);
    assert_int_equal(rsc.made.buffers_len, 4 * size);
    assert_true(rsc.next == (amp_da_t)(top.da + FAKE_TOP_LEN));
    set_sizes(size + 1, size + 1);
    assert_int_equal(check_default(), 0);
    assert_int_equal(rsc.made.buffers_len, 3 * (size + 1));
    size = (uint32_t)((FAKE_TOP_LEN - head) / 3 + 1);
    set_sizes(size, size);
    assert_int_equal(check_default(), -AMP_ENOMEM);
    set_sizes(512, 512);
    // Nothing is left above a table at the very end.
    fake.default_table.table_da = top.da + FAKE_TOP_LEN - 140;
    assert_int_equal(check_default(), -AMP_ENOMEM);
}

static uint32_t add_sizes(uint32_t magic, uint32_t ring0, uint32_t ring1) {
    const struct amp_rsc_buffers sizes = {
        .type = AMP_RSC_BUFFERS, .magic = magic, .size = {ring0, ring1}};
    return table_add(&table, &sizes, sizeof(sizes));
}

// One device with rings of `num`, and the entry before or behind it.
static void table_with_sizes(
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
        {offsetof(struct amp_rsc_vdev_entry, config_len), 1, "cut short"},
        {offsetof(struct amp_rsc_vdev_entry, config_len), UINT32_MAX, "cut short"},
        {offsetof(struct amp_rsc_vdev_entry, config_len), 0x80000000, "cut short"},
        {offsetof(struct amp_rsc_vdev_entry, config_len), 0u - 28, "cut short"},
        {offsetof(struct amp_rsc_vdev_entry, config_len), 0u - 68, "cut short"},
        // status and num_of_vrings
        {offsetof(struct amp_rsc_vdev_entry, status), 0 << 8, "not two vrings"},
        {offsetof(struct amp_rsc_vdev_entry, status), 1 << 8, "not two vrings"},
        {offsetof(struct amp_rsc_vdev_entry, status), 3 << 8, "cut short"},
        {offsetof(struct amp_rsc_vdev_entry, status), 255 << 8, "cut short"},
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
    assert_int_equal(rsc.made.vdev.features, 2);
}

static void test_ring_fields(void **state) {
    (void)state;
    static const char shape[] = "bad vring alignment or size (at most 256)";
    static const char outside[] = "outside the board's memory";
    static const char taken[] = "overlaps memory in use";
    static const char *const unaligned = shape;
    enum { DA = 0, ALIGN = 4, NUM = 8 };
    static const struct {
        size_t field;
        uint32_t value;
        const char *what; // NULL: good
    } cases[] = {
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
        {DA, FAKE_SHARED_DA + 8, unaligned},
        {DA, FAKE_SHARED_DA + 4, unaligned},
        {DA, FAKE_SHARED_DA + 1, unaligned},
        {DA, 0xFFFFFFFE, unaligned},
        {DA, FAKE_SHARED_DA, NULL},
        {DA, FAKE_SHARED_DA + 0x8000, NULL},
    };
    for (unsigned ring = 0; ring < 2; ++ring) {
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
            table_begin(&table, 1);
            uint32_t vdev = table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
            table_set(&table, RING(vdev, ring ^ 1, da), FAKE_SHARED_DA + 0x4000);
            table_set(&table, ring_field(vdev, ring, cases[i].field), cases[i].value);
            if (cases[i].what == NULL) {
                assert_int_equal(check(), 0);
            } else {
                expect_refusal(cases[i].what, 0);
            }
        }
    }
    // Where its `align` lets it, a descriptor table begins at a multiple of 4.
    table_begin(&table, 1);
    table_add_vdev(&table, 7, FAKE_SHARED_DA + 4, FAKE_SHARED_DA + 0x404, 4, 4, 0);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.made.vdev.vring[0].da, FAKE_SHARED_DA + 4);
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
    assert_int_equal(rsc.made.vdev.vring[0].da, FAKE_HEAP_DA + 0x2080);
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
        bool good;
    } cases[] = {
        {FAKE_ROM_DA, FAKE_ROM_DA, 4, true},
        {FAKE_DARK_DA, FAKE_DARK_DA, 4, true},
        {FAKE_ROM_DA, FAKE_ROM_DA + 4, 4, false},
        {FAKE_ROM_DA, 0, 4, false},
        {FAKE_ROM_DA, FAKE_ROM_DA, FAKE_ROM_LEN + 1, false},
        {0, 0, UINT32_MAX, false},
        {UINT32_MAX, UINT32_MAX, UINT32_MAX, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        struct amp_rsc_devmem devmem = {
            .type = AMP_RSC_DEVMEM, .da = cases[i].da, .pa = cases[i].pa, .len = cases[i].len};
        table_begin(&table, 2);
        table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
        table_add(&table, &devmem, sizeof(devmem));
        if (cases[i].good) {
            assert_int_equal(check(), 0);
        } else {
            expect_refusal("outside the board's memory", 1);
            expect_range(cases[i].da, cases[i].len, AMP_WINDOW_ANY);
        }
    }
    // It may lie in memory of any use.
    table_begin(&table, 1);
    table_add_trace(&table, FAKE_ROM_DA + FAKE_ROM_LEN - 4, 4);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.made.trace_len, 4);
    // A trace that lies nowhere is not read, and does not matter.
    static const uint32_t traces[][2] = {{FAKE_DATA_DA, FAKE_DATA_LEN + 1}, {FAKE_DARK_DA, 4},
        {0, 4}, {AMP_DA_ANY, 4}, {FAKE_DATA_DA, 0}, {FAKE_DATA_DA, UINT32_MAX},
        {FAKE_DATA_DA - 1, 4}};
    for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); ++i) {
        table_begin(&table, 3);
        table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
        table_add_trace(&table, traces[i][0], traces[i][1]);
        assert_int_equal(check(), 0);
        assert_int_equal(rsc.made.trace_len, 0);
        table_add_trace(&table, FAKE_DATA_DA + 0x800, 5); // the first that can be read
        assert_int_equal(check(), 0);
        assert_int_equal(rsc.made.trace_da, FAKE_DATA_DA + 0x800);
        assert_int_equal(rsc.made.trace_len, 5);
    }
}

static void test_no_room(void **state) {
    (void)state;
    // Rings of 32 need 16 KiB of buffers to receive and one to send; find the
    // smallest region that does.
    table_standard(&table, 32);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.made.buffers_len, 64 * 512);
    size_t needed = rsc.next - FAKE_HEAP_DA - 31 * 512;
    for (size_t len = 0; len < needed; len += len < 2048 ? 1 : 512) {
        fake.port.shared_len = len;
        assert_int_equal(check(), -AMP_ENOMEM);
        assert_string_equal(error.what, "shared memory too small");
    }
    fake.port.shared_len = needed - 1;
    assert_int_equal(check(), -AMP_ENOMEM);
    fake.port.shared_len = needed;
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.made.buffers_len, 33 * 512);
    // A carveout of 4 GiB less a byte.
    fake.port.shared_len = FAKE_HEAP_LEN;
    table_begin(&table, 2);
    table_add_carveout(&table, AMP_DA_ANY, UINT32_MAX);
    table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
    assert_int_equal(check(), -AMP_ENOMEM);
}

static void test_every_read_may_fail(void **state) {
    (void)state;
    table_standard(&table, 4);
    assert_int_equal(check(), 0);
    unsigned reads = image.reads;
    assert_int_equal(reads, 6); // header; offset and entry of both; rings
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
    const struct amp_rsc_vdev_entry vdev = {.type = AMP_RSC_VDEV, .id = 7, .num_of_vrings = 2};
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
    assert_int_equal(rsc.made.vdev.da, 0);
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
                for (int ring = 0; ring < 2 && amp_rproc_has_link(&rsc.made); ++ring) {
                    assert_true(amp_elf_map(&rsc.elf, rsc.made.vdev.vring[ring].da,
                        virtq_size(rsc.made.vdev.vring[ring].num, rsc.made.vdev.vring[ring].align),
                        AMP_WINDOW_SHARED));
                }
                assert_true(rsc.made.buffers_da >= FAKE_HEAP_DA || !amp_rproc_has_link(&rsc.made));
                assert_true(
                    rsc.made.buffers_da + rsc.made.buffers_len <= FAKE_HEAP_DA + FAKE_HEAP_LEN);
            }
        }
    }
}

// ---- The default table ----

static void test_default_table(void **state) {
    (void)state;
    fake.port.default_table = &fake.default_table;
    assert_int_equal(check_default(), 0);
    assert_int_equal(rsc.made.buffers_da, FAKE_HEAP_DA);
    assert_int_equal(amp_rsc_write(&rsc), 0);
    static const uint32_t expected[] = {1, 2, 0, 0, 0x18, 0x5C, // header, offsets
        3, 7, 0, 1, 0, 0, 2 << 8, // device
        FAKE_SHARED_DA + 0x1000, 32, 64, 0, 0, //
        FAKE_SHARED_DA, 32, 64, 1, 0, // a trace buffer of no length
        2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    const uint8_t *written = fake_port_at(&fake, fake.default_table.table_da, sizeof(expected) + 1);
    assert_memory_equal(written, expected, sizeof(expected));
    assert_int_equal(written[sizeof(expected)], 0x5A);
    assert_int_equal(rsc.made.vdev.da, fake.default_table.table_da + 0x18);
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
    assert_true(rsc.made.buffers_da >= FAKE_HEAP_DA + 0x2000 + virtq_size(8, 32));
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
        assert_false(amp_rproc_has_link(&rsc.made));
        assert_int_equal(rsc.made.trace_len, with & 2 ? 128 : 0);
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
    assert_false(amp_rproc_has_link(&rsc.made));
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
        assert_int_equal(rsc.made.buffer_size[0], ring0);
        assert_int_equal(rsc.made.buffer_size[1], ring1);
        assert_int_equal(rsc.made.buffers_len, 8 * (ring0 + ring1));
        assert_true(rsc.next >= rsc.made.buffers_da + rsc.made.buffers_len);
        // Nothing is written into it.
        uint32_t entry = table_get(table.bytes, i % 2 ? 16 : 20);
        assert_memory_equal(load_and_write() + entry, table.bytes + entry, 16);
    }
    // Rings of different lengths.
    table_with_sizes(false, 4, AMP_RSC_BUFFERS_MAGIC, 128, 256);
    table_set(&table, RING(table_get(table.bytes, 16), 1, num), 16);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.made.buffers_len, 4 * 128 + 16 * 256);
    // As firmware declares it.
    static const struct amp_table_rpmsg_sized declared =
        AMP_TABLE_RPMSG_SIZED(16, 128, 1536, FAKE_DATA_DA + 0x600, 99);
    memcpy(table.bytes, &declared, sizeof(declared));
    table.len = sizeof(declared);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.made.buffers_len, 16 * (128 + 1536));
    assert_int_equal(rsc.made.trace_len, 99);
    // The port's own, where the image asks for none.
    set_sizes(256, 768);
    table_standard(&table, 8);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.made.buffer_size[0], 256);
    assert_int_equal(rsc.made.buffer_size[1], 768);
    assert_int_equal(rsc.made.buffers_len, 8 * (256 + 768));
    // The longest ones, to the last byte of the region; with less room, fewer in ring 1.
    table_with_sizes(false, 2, AMP_RSC_BUFFERS_MAGIC, 64, 65536);
    assert_int_equal(check(), -AMP_ENOMEM);
    table_with_sizes(false, 2, AMP_RSC_BUFFERS_MAGIC, 64, 16384);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.made.buffers_len, 2 * (64 + 16384));
    size_t head = rsc.made.buffers_da - FAKE_HEAP_DA;
    fake.port.shared_len = head + 2 * (64 + 16384);
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.made.buffers_len, 2 * (64 + 16384));
    --fake.port.shared_len;
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.made.buffers_len, 2 * 64 + 16384);
    fake.port.shared_len = head + 2 * 64 + 16384 - 1;
    assert_int_equal(check(), -AMP_ENOMEM);
    assert_string_equal(error.what, "shared memory too small");
    // Ring 0 has all of its buffers, or there is no link.
    table_with_sizes(false, 2, AMP_RSC_BUFFERS_MAGIC, 16384, 64);
    fake.port.shared_len = head + 2 * 16384 + 64;
    assert_int_equal(check(), 0);
    assert_int_equal(rsc.made.buffers_len, 2 * 16384 + 64);
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
    assert_int_equal(rsc.made.buffer_size[0], 512);
    assert_int_equal(rsc.made.buffer_size[1], 512);
    // Too short to be ours, at the end of the table.
    for (uint32_t len = 4; len < 16; ++len) {
        table_with_sizes(false, 2, AMP_RSC_BUFFERS_MAGIC, 64, 64);
        table.len -= 16 - len;
        assert_int_equal(check(), 0);
        assert_int_equal(rsc.made.buffer_size[0], 512);
    }
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
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_standard),
        TEST(test_same_addresses_every_time),
        TEST(test_unaligned_entries),
        TEST(test_notify_ids_left_open),
        TEST(test_other_entries_are_left_alone),
        TEST(test_fixed_rings),
        TEST(test_placed_above_what_is_fixed),
        TEST(test_region_at_the_end_of_the_addresses),
        TEST(test_addresses_above_32_bits),
        TEST(test_cache_lines),
        TEST(test_cut_short_at_every_byte),
        TEST(test_header),
        TEST(test_offsets),
        TEST(test_reserved_fields),
        TEST(test_vdev_fields),
        TEST(test_ring_fields),
        TEST(test_ring_on_a_segment),
        TEST(test_placed_above_a_reservation),
        TEST(test_carveouts),
        TEST(test_devmem_and_trace),
        TEST(test_no_room),
        TEST(test_every_read_may_fail),
        TEST(test_one_device_at_address_zero),
        TEST(test_every_word_with_every_value),
        TEST(test_default_table),
        TEST(test_default_table_inside_the_region),
        TEST(test_default_table_refused),
        TEST(test_default_table_on_a_segment),
        TEST(test_no_device),
        TEST(test_no_table_at_all),
        TEST(test_sizes_that_the_image_asks_for),
        TEST(test_bad_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
