/* The device's side of the handshake: every field of the table broken. */
#include "openamp/vdev.h"
#include "openamp/table.h"
#include "pair.h"

#include <stdlib.h>
#include <string.h>

static struct pair pair;
static struct amp_table_rpmsg table;
static struct amp_rpmsg_layout layout;

static int setup(void **state) {
    (void)state;
    pair_init(&pair, (struct pair_shape){.num = {8, 16}, .align = 64});
    table = (struct amp_table_rpmsg)AMP_TABLE_RPMSG(8, 0, 0);
    for (int i = 0; i < 2; ++i) {
        table.vring[i].da = pair_da(&pair, pair.ring[i]);
        table.vring[i].num = pair.shape.num[i];
        table.vring[i].align = 64;
        table.vring[i].notifyid = i == 0 ? PAIR_NOTIFY_0 : PAIR_NOTIFY_1;
    }
    table.vdev.gfeatures = 1 << VIRTIO_RPMSG_F_NS;
    table.vdev.status = 7;
    return 0;
}

static int teardown(void **state) {
    (void)state;
    pair_free(&pair);
    return 0;
}

// The table of the host's making, if there is one.
static struct amp_default_table own;

// From a copy in the heap that ends where the table ends.
static int open_cut(size_t len) {
    void *copy = malloc(len == 0 ? 1 : len);
    assert_non_null(copy);
    memcpy(copy, &table, len);
    memset(&layout, 0xEE, sizeof(layout));
    own.table_da = (uintptr_t)copy;
    int result = amp_vdev_open(&pair.device.port, copy, len, &layout);
    free(copy);
    return result;
}

static int open_table(void) {
    return open_cut(sizeof(table));
}

static void test_good(void **state) {
    (void)state;
    assert_int_equal(open_table(), 0);
    for (int i = 0; i < 2; ++i) {
        assert_ptr_equal(layout.vring[i].va, pair.ring[i]);
        assert_int_equal(layout.vring[i].num, pair.shape.num[i]);
        assert_int_equal(layout.vring[i].align, 64);
        assert_int_equal(layout.vring[i].notify_id, i == 0 ? PAIR_NOTIFY_0 : PAIR_NOTIFY_1);
    }
    assert_true(layout.name_service);
    assert_null(layout.buffers); // no window: the port is asked
    assert_int_equal(layout.buffers_da, 0);
    table.vdev.gfeatures = ~(1u << VIRTIO_RPMSG_F_NS);
    assert_int_equal(open_table(), 0);
    assert_false(layout.name_service);
    assert_true(layout.event_idx);
    table.vdev.gfeatures = ~(1u << VIRTIO_RING_F_EVENT_IDX);
    assert_int_equal(open_table(), 0);
    assert_true(layout.name_service);
    assert_false(layout.event_idx);
    // A window of no length is none, wherever it begins.
    pair.device.port.shared_da = pair_da(&pair, pair.buffers);
    assert_int_equal(open_table(), 0);
    assert_null(layout.buffers);
    assert_int_equal(layout.buffers_da, 0);
}

static void exchange(void) {
    static struct amp_endpoint a;
    static struct amp_endpoint b;
    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    assert_int_equal(amp_rpmsg_up(&pair.host.link, &pair.host.layout), 0);
    assert_int_equal(open_table(), 0);
    assert_int_equal(amp_rpmsg_up(&pair.device.link, &layout), 0);
    assert_int_equal(
        amp_endpoint_create(&pair.host.link, &a, "x", AMP_ADDR_ANY, AMP_ADDR_ANY, pair_note), 0);
    assert_int_equal(
        amp_endpoint_create(&pair.device.link, &b, "x", AMP_ADDR_ANY, AMP_ADDR_ANY, pair_note), 0);
    for (int i = 0; i < 100; ++i) {
        pair_settle(&pair);
        assert_int_equal(amp_endpoint_send(&a, "hello", 5), 5);
        assert_int_equal(amp_endpoint_send(&b, "hello", 5), 5);
    }
    pair_settle(&pair);
    assert_int_equal(pair.host.link.stats.received, 100);
    assert_int_equal(pair.device.link.stats.received, 100);
    amp_endpoint_abandon(&a);
    amp_endpoint_abandon(&b);
    pair_down(&pair);
}

static void test_link_from_table(void **state) {
    (void)state;
    exchange();
    assert_true(pair.mapped > 100);
}

// The port names a window: buffers are checked without asking it.
static void test_window(void **state) {
    (void)state;
    pair.device.port.shared_da = pair_da(&pair, pair.buffers);
    pair.device.port.shared_len = pair.buffers_len;
    assert_int_equal(open_table(), 0);
    assert_ptr_equal(layout.buffers, pair.buffers);
    assert_int_equal(layout.buffers_da, pair_da(&pair, pair.buffers));
    assert_int_equal(layout.buffers_len, pair.buffers_len);
    pair.mapped = 0;
    exchange();
    assert_int_equal(pair.mapped, 3);
}

// Firmware that counts buffers from a base; with a table of its own it does not.
static void test_buffer_base(void **state) {
    (void)state;
    for (int i = 0; i < 4; ++i) {
        uint32_t base = i & 1 ? PAIR_DA : PAIR_DA + 0x1000000; // above: it wraps
        pair.host.layout.buffers_da = pair_da(&pair, pair.buffers) - (uint64_t)base;
        own.buffer_base = base;
        pair.device.port.default_table = &own;
        pair.device.port.shared_da = i & 2 ? pair_da(&pair, pair.buffers) : 0;
        pair.device.port.shared_len = i & 2 ? pair.buffers_len : 0;
        pair.host.link.stats.received = 0;
        pair.device.link.stats.received = 0;
        exchange();
    }
    struct amp_default_table other = {.table_da = 4, .buffer_base = 4096};
    pair.device.port.default_table = &other;
    assert_int_equal(open_table(), 0);
    assert_int_equal(layout.buffers_da, pair.device.port.shared_da);
}

// Offsets end with the table, whatever its header says and whatever follows it.
static void test_offsets_behind_the_table(void **state) {
    (void)state;
    struct {
        struct amp_rsc_header header;
        struct amp_rsc_vdev vdev;
        struct amp_rsc_vring vring[2];
        uint32_t behind[8];
    } cut = {.header = {.ver = 1, .num = 1000}, .vdev = table.vdev};
    memcpy(cut.vring, table.vring, sizeof(cut.vring));
    cut.vring[1].num = 8; // as an offset it is of no entry either
    uint32_t *behind = cut.behind;
    for (int i = 0; i < 8; ++i) {
        behind[i] = offsetof(struct amp_table_rpmsg, offset); // where the entry is
    }
    size_t len = offsetof(struct amp_table_rpmsg, offset) + sizeof(cut.vdev) + sizeof(cut.vring);
    assert_int_equal(amp_vdev_open(&pair.device.port, &cut, len, &layout), -AMP_EINVAL);
    assert_int_equal(amp_vdev_open(&pair.device.port, &cut, sizeof(cut), &layout), 0);
}

static void test_status(void **state) {
    (void)state;
    for (unsigned status = 0; status < 256; ++status) {
        table.vdev.status = (uint8_t)status;
        struct amp_rpmsg_layout before;
        memset(&before, 0xEE, sizeof(before));
        assert_int_equal(open_table(), status & 4 ? 0 : -AMP_EAGAIN);
        if (!(status & 4)) {
            assert_memory_equal(&layout, &before, sizeof(before));
        }
    }
    // What is not filled in yet is not looked at.
    table.vdev.status = 3;
    table.vring[0].da = AMP_DA_ANY;
    table.vring[1].num = 0;
    assert_int_equal(open_table(), -AMP_EAGAIN);
}

static bool is_current(void) {
    return amp_vdev_is_current(&pair.device.link, &table, sizeof(table));
}

// A session lasts until the host resets the device, or makes a ring anew; which also looks
// like a broken protocol.
static void test_current(void **state) {
    (void)state;
    static struct amp_endpoint a;
    static struct amp_endpoint b;
    assert_int_equal(amp_rpmsg_up(&pair.host.link, &pair.host.layout), 0);
    assert_int_equal(open_table(), 0);
    assert_int_equal(amp_rpmsg_up(&pair.device.link, &layout), 0);
    amp_endpoint_create(&pair.host.link, &a, "x", AMP_ADDR_ANY, AMP_ADDR_ANY, pair_note);
    amp_endpoint_create(&pair.device.link, &b, "x", AMP_ADDR_ANY, AMP_ADDR_ANY, pair_note);
    for (int i = 0; i < 100; ++i) {
        pair_settle(&pair);
        assert_true(is_current());
        assert_int_equal(amp_endpoint_send(i & 1 ? &a : &b, "hello", 5), 5);
    }
    pair_settle(&pair);
    for (unsigned status = 0; status < 256; ++status) {
        table.vdev.status = (uint8_t)status;
        assert_int_equal(is_current(), (status & 4) != 0);
    }
    for (int i = 0; i < 2; ++i) {
        uint16_t *idx = &pair_used(&pair, i)->idx;
        uint16_t was = *idx;
        *idx = 0;
        assert_false(is_current());
        *idx = was;
        assert_true(is_current());
    }
    table.header.num = 0;
    assert_false(is_current());
    table.header.num = 2;
    // A host that begins anew: its index went back.
    amp_rpmsg_down(&pair.host.link);
    assert_int_equal(amp_rpmsg_up(&pair.host.link, &pair.host.layout), 0);
    assert_int_equal(amp_rpmsg_poll(&pair.device.link), -AMP_EPROTO);
    assert_false(is_current());
    assert_int_equal(open_table(), 0);
    assert_int_equal(amp_rpmsg_up(&pair.device.link, &layout), 0);
    assert_true(is_current());
    amp_endpoint_abandon(&a);
    amp_endpoint_abandon(&b);
    pair_down(&pair);
}

static void test_cut_short(void **state) {
    (void)state;
    size_t needed = offsetof(struct amp_table_rpmsg, trace);
    for (size_t len = 0; len <= sizeof(table); ++len) {
        assert_int_equal(open_cut(len), len < needed ? -AMP_EINVAL : 0);
    }
    // The table in another order: the entry at its very end.
    struct amp_table_rpmsg good = table;
    memmove((uint8_t *)&table + sizeof(table) - (needed - offsetof(struct amp_table_rpmsg, vdev)),
        &good.vdev, needed - offsetof(struct amp_table_rpmsg, vdev));
    table.offset[0] += (uint32_t)(sizeof(table) - needed);
    table.header.num = 1;
    for (size_t len = 0; len <= sizeof(table); ++len) {
        assert_int_equal(open_cut(len), len < sizeof(table) ? -AMP_EINVAL : 0);
    }
}

static void test_header(void **state) {
    (void)state;
    static const uint32_t bad_ver[] = {0, 2, 0x01000000, UINT32_MAX};
    for (int i = 0; i < 4; ++i) {
        table.header.ver = bad_ver[i];
        assert_int_equal(open_table(), -AMP_EINVAL);
    }
    table.header.ver = 1;
    table.header.num = 0;
    assert_int_equal(open_table(), -AMP_EINVAL);
    // More than there is room for: what there is, is looked at.
    static const uint32_t absurd[] = {3, 1000, 0x40000000, 0x40000001, UINT32_MAX};
    for (int i = 0; i < 5; ++i) {
        table.header.num = absurd[i];
        assert_int_equal(open_table(), 0);
        struct amp_table_rpmsg good = table;
        table.vdev.id = 8; // then to the end, in vain
        assert_int_equal(open_table(), -AMP_EINVAL);
        table = good;
    }
    // An offset of no entry is passed over.
    static const uint32_t bad_offset[] = {1, 2, 3, sizeof(table) - 4, sizeof(table),
        sizeof(table) + 4, 0x7FFFFFFC, 0xFFFFFFFC, UINT32_MAX};
    table.header.num = 2;
    for (int i = 0; i < 9; ++i) {
        table.offset[0] = bad_offset[i];
        assert_int_equal(open_table(), -AMP_EINVAL);
        table.offset[1] = offsetof(struct amp_table_rpmsg, vdev);
        assert_int_equal(open_table(), 0);
        table.offset[1] = offsetof(struct amp_table_rpmsg, trace);
    }
}

static void test_entry(void **state) {
    (void)state;
    struct amp_table_rpmsg good = table;
    for (uint32_t type = 0; type < 600; ++type) {
        table.vdev.type = type;
        assert_int_equal(open_table(), type == AMP_RSC_VDEV ? 0 : -AMP_EINVAL);
    }
    table = good;
    for (uint32_t id = 0; id < 64; ++id) {
        table.vdev.id = id;
        assert_int_equal(open_table(), id == VIRTIO_ID_RPMSG ? 0 : -AMP_EINVAL);
    }
}

static void test_vrings(void **state) {
    (void)state;
    struct amp_table_rpmsg good = table;
    for (int i = 0; i < 2; ++i) {
        uint32_t da = good.vring[i].da;
        uint32_t size = (uint32_t)pair.ring_len[i];
        const struct amp_rsc_vring bad[] = {
            {AMP_DA_ANY, 64, 8, 0, 0},
            {0, 64, 8, 0, 0},
            {da + 1, 64, 8, 0, 0},
            {da + 2, 64, 8, 0, 0},
            {da - 16, 64, 8, 0, 0},
            {0xFFFFFFF0, 64, 8, 0, 0},
            {(da + size + 15) & ~15u, 64, 8, 0, 0},
            {da, 0, 8, 0, 0},
            {da, 2, 8, 0, 0},
            {da, 48, 8, 0, 0},
            {da, 65537, 8, 0, 0},
            {da, 0x80000000, 8, 0, 0},
            {da, 65536, 8, 0, 0},
            {da, 64, 0, 0, 0},
            {da, 64, 7, 0, 0},
            {da, 64, 256, 0, 0},
            {da, 64, 512, 0, 0},
            {da, 64, 0x10000, 0, 0},
            {da, 64, 0x10008, 0, 0},
            {da, 64, 0x80000000, 0, 0},
            {da, 64, UINT32_MAX, 0, 0},
        };
        for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); ++k) {
            table = good;
            table.vring[i] = bad[k];
            assert_int_equal(open_table(), -AMP_EINVAL);
        }
        table = good;
        table.vring[i].da += 16; // its end is one step outside
        assert_int_equal(open_table(), -AMP_EINVAL);
        table = good;
        table.vring[i].pa = 0x12345678; // reserved
        table.vdev.config_len = 0xFFFFFFFF; // not ours to look at
        assert_int_equal(open_table(), 0);
    }
}

// Every byte of the table set to every value: an answer, and never a fault.
static void test_every_byte(void **state) {
    (void)state;
    struct amp_table_rpmsg good = table;
    for (size_t i = 0; i < sizeof(table); ++i) {
        for (unsigned value = 0; value < 256; ++value) {
            table = good;
            ((uint8_t *)&table)[i] = (uint8_t)value;
            int result = open_table();
            assert_true(result == 0 || result == -AMP_EINVAL || result == -AMP_EAGAIN);
            if (result == 0) {
                for (int k = 0; k < 2; ++k) {
                    const uint8_t *va = layout.vring[k].va;
                    size_t len = virtq_size(layout.vring[k].num, layout.vring[k].align);
                    bool inside = false;
                    for (int r = 0; r < 2; ++r) {
                        inside |= va >= pair.ring[r] && va + len <= pair.ring[r] + pair.ring_len[r];
                    }
                    inside |= va >= pair.buffers && va + len <= pair.buffers + pair.buffers_len;
                    assert_true(inside);
                }
            }
        }
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_good),
        TEST(test_link_from_table),
        TEST(test_window),
        TEST(test_buffer_base),
        TEST(test_offsets_behind_the_table),
        TEST(test_status),
        TEST(test_current),
        TEST(test_cut_short),
        TEST(test_header),
        TEST(test_entry),
        TEST(test_vrings),
        TEST(test_every_byte),
    };
    return cmocka_run_group_tests_name("vdev", tests, NULL, NULL);
}
