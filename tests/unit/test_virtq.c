/* The split virtqueue alone: shapes, both roles, and claims that lie. */
#include "core/virtq.h"
#include "pair.h"

#include <stdlib.h>
#include <string.h>

static uint8_t memory[16384] __attribute__((aligned(4096)));
static struct amp_virtq driver;
static struct amp_virtq device;

static void begin_with(uint16_t num, bool event_idx) {
    memset(memory, 0xFF, sizeof(memory));
    amp_virtq_init(&driver, memory, num, 32, 5);
    amp_virtq_init(&device, memory, num, 32, 5);
    amp_virtq_driver_reset(&driver, 0x80000000u, 128, VIRTQ_DESC_F_WRITE, event_idx);
    amp_virtq_device_begin(&device, event_idx);
}

static void begin(uint16_t num) {
    begin_with(num, false);
}

static void test_shapes(void **state) {
    (void)state;
    assert_false(amp_virtq_shape_is_valid(0, 16));
    for (uint32_t num = 1; num <= 2 * AMP_CONFIG_MAX_BUFFERS; ++num) {
        bool power = (num & (num - 1)) == 0;
        assert_int_equal(amp_virtq_shape_is_valid(num, 16), power && num <= AMP_CONFIG_MAX_BUFFERS);
    }
    assert_false(amp_virtq_shape_is_valid(0x80000000u, 16));
    assert_false(amp_virtq_shape_is_valid(UINT32_MAX, 16));
    for (uint32_t align = 0; align <= 300000; ++align) {
        bool power = (align & (align - 1)) == 0;
        assert_int_equal(amp_virtq_shape_is_valid(4, align), power && align >= 4 && align <= 65536);
    }
    assert_false(amp_virtq_shape_is_valid(4, 0x80000000u));
}

// Figures worked out by hand from 2.6.2 of the standard.
static void test_layout(void **state) {
    (void)state;
    assert_int_equal(virtq_used_offset(1, 4), 24);
    assert_int_equal(virtq_used_offset(2, 16), 48);
    assert_int_equal(virtq_used_offset(4, 4096), 4096);
    assert_int_equal(virtq_used_offset(256, 4096), 8192);
    assert_int_equal(virtq_size(256, 4096), 8192 + 6 + 2048);
    assert_int_equal(virtq_used_offset(16, 32), 320);
    begin(16);
    assert_ptr_equal(driver.desc, memory);
    assert_ptr_equal(driver.avail, memory + 256);
    assert_ptr_equal(driver.used, memory + 320);
    assert_int_equal(driver.mask, 15);
    assert_int_equal(driver.notify_id, 5);
}

static void test_reset(void **state) {
    (void)state;
    begin(16);
    const struct virtq_desc *desc = driver.desc;
    for (uint32_t i = 0; i < 16; ++i) {
        assert_int_equal(desc[i].addr, 0x80000000u + 128 * i);
        assert_int_equal(desc[i].len, 128);
        assert_int_equal(desc[i].flags, VIRTQ_DESC_F_WRITE);
        assert_int_equal(desc[i].next, 0);
    }
    // All of both rings is zero, and nothing behind them was touched.
    for (uint32_t i = 256; i < virtq_size(16, 32); ++i) {
        assert_int_equal(memory[i], 0);
    }
    for (uint32_t i = virtq_size(16, 32); i < sizeof(memory); ++i) {
        assert_int_equal(memory[i], 0xFF);
    }
}

// Every ring size, with the indices running through 65536 twice.
static void test_round_and_round(void **state) {
    (void)state;
    static const uint16_t sizes[] = {1, 2, 4, 64, 256};
    for (size_t s = 0; s < 5; ++s) {
        uint64_t seed = 1 + s;
        uint16_t num = sizes[s];
        begin(num);
        uint16_t held[256]; // by the device, to be given back in any order
        unsigned held_count = 0;
        unsigned given = 0;
        uint16_t next_free = 0;
        unsigned done = 0;
        bool is_free[256];
        memset(is_free, 1, sizeof(is_free));
        while (done < 140000) {
            assert_int_equal(amp_virtq_in_flight(&driver), given);
            switch (pair_random(&seed) % 3) {
                case 0:
                    if (is_free[next_free]) {
                        is_free[next_free] = false;
                        amp_virtq_driver_disown(&driver, next_free);
                        amp_virtq_driver_give(&driver, next_free);
                        ++given;
                    }
                    next_free = (uint16_t)(pair_random(&seed) % num);
                    break;
                case 1: {
                    int ready = amp_virtq_device_ready(&device);
                    assert_int_equal(
                        ready, given - held_count - (unsigned)amp_virtq_driver_ready(&driver));
                    if (ready > 0) {
                        uint64_t addr;
                        uint32_t len;
                        int id = amp_virtq_device_take(&device, &addr, &len);
                        assert_in_range(id, 0, num - 1);
                        assert_false(is_free[id]);
                        assert_int_equal(addr, 0x80000000u + 128 * (uint32_t)id);
                        assert_int_equal(len, 128);
                        held[held_count++] = (uint16_t)id;
                        assert_int_equal(amp_virtq_in_flight(&device), held_count);
                    } else if (held_count != 0) {
                        unsigned i = pair_random(&seed) % held_count;
                        amp_virtq_device_give(&device, held[i], held[i] * 3u);
                        held[i] = held[--held_count];
                    }
                    break;
                }
                default:
                    if (amp_virtq_driver_ready(&driver) > 0) {
                        uint32_t id;
                        const struct virtq_used_elem *elem = amp_virtq_driver_take(&driver, &id);
                        assert_non_null(elem);
                        assert_in_range(id, 0, num - 1);
                        assert_false(is_free[id]);
                        assert_int_equal(elem->len, 3 * id);
                        amp_virtq_driver_own(&driver, id);
                        is_free[id] = true;
                        --given;
                        ++done;
                    }
                    break;
            }
        }
        assert_int_equal(driver.used_idx, (uint16_t)140000);
    }
}

static void test_driver_disbelieves(void **state) {
    (void)state;
    uint32_t id;
    begin(4);
    struct virtq_used *used = driver.used;
    // Nothing is with the device: any other index is a lie.
    for (uint32_t idx = 1; idx <= 0xFFFF; ++idx) {
        used->idx = (uint16_t)idx;
        assert_int_equal(amp_virtq_driver_ready(&driver), -1);
    }
    for (uint32_t given = 0; given <= 2; given += 2) {
        amp_virtq_driver_disown(&driver, given);
        amp_virtq_driver_give(&driver, given);
    }
    for (uint32_t idx = 0; idx <= 0xFFFF; ++idx) {
        used->idx = (uint16_t)idx;
        assert_int_equal(amp_virtq_driver_ready(&driver), idx <= 2 ? (int)idx : -1);
    }
    used->idx = 2;
    static const uint32_t ids[] = {1, 3, 4, 5, 31, 32, 255, 256, 0x10000, 0x10002, UINT32_MAX};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); ++i) {
        used->ring[0].id = ids[i];
        struct amp_virtq before = driver;
        assert_null(amp_virtq_driver_take(&driver, &id));
        assert_memory_equal(&before, &driver, sizeof(driver));
    }
    used->ring[0].id = 2;
    assert_ptr_equal(amp_virtq_driver_take(&driver, &id), &used->ring[0]);
    assert_int_equal(id, 2);
    amp_virtq_driver_own(&driver, id);
    used->ring[1].id = 2; // twice
    assert_null(amp_virtq_driver_take(&driver, &id));
    used->ring[1].id = 0;
    assert_ptr_equal(amp_virtq_driver_take(&driver, &id), &used->ring[1]);
    assert_int_equal(id, 0);
    assert_int_equal(amp_virtq_driver_ready(&driver), 0);
}

static void test_device_disbelieves(void **state) {
    (void)state;
    uint64_t addr = 1;
    uint32_t len = 2;
    begin(4);
    struct virtq_avail *avail = device.avail;
    for (uint32_t idx = 0; idx <= 0xFFFF; ++idx) {
        avail->idx = (uint16_t)idx;
        assert_int_equal(amp_virtq_device_ready(&device), idx <= 4 ? (int)idx : -1);
    }
    avail->idx = 4;
    for (uint32_t id = 4; id <= 0xFFFF; ++id) {
        avail->ring[0] = (uint16_t)id;
        struct amp_virtq before = device;
        assert_int_equal(amp_virtq_device_take(&device, &addr, &len), -1);
        assert_memory_equal(&before, &device, sizeof(device));
    }
    avail->ring[0] = 3;
    struct virtq_desc *desc = device.desc;
    for (uint32_t flags = 0; flags <= 0xFFFF; ++flags) {
        desc[3].flags = (uint16_t)flags;
        bool chain = flags & (VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_INDIRECT);
        assert_int_equal(amp_virtq_device_read(&device, 3, &addr, &len), !chain);
    }
    assert_int_equal(amp_virtq_device_take(&device, &addr, &len), -1); // still a chain
    desc[3].flags = 0;
    desc[3].addr = UINT64_MAX - 5;
    desc[3].len = UINT32_MAX;
    assert_int_equal(amp_virtq_device_take(&device, &addr, &len), 3);
    assert_true(addr == UINT64_MAX - 5 && len == UINT32_MAX);
    // With one in our hands only three can be made available.
    avail->idx = 5;
    assert_int_equal(amp_virtq_device_ready(&device), -1);
    avail->idx = 0; // back to before the one that we have
    assert_int_equal(amp_virtq_device_ready(&device), -1);
    avail->idx = 4;
    assert_int_equal(amp_virtq_device_ready(&device), 3);
    amp_virtq_device_give(&device, 3, 9);
    const struct virtq_used *used = device.used;
    assert_int_equal(used->idx, 1);
    assert_int_equal(used->ring[0].id, 3);
    assert_int_equal(used->ring[0].len, 9);
    // The same one twice is the driver's own affair: both are given back.
    avail->ring[1] = 3;
    avail->ring[2] = 3;
    assert_int_equal(amp_virtq_device_take(&device, &addr, &len), 3);
    assert_int_equal(amp_virtq_device_take(&device, &addr, &len), 3);
    assert_int_equal(amp_virtq_in_flight(&device), 2);
    amp_virtq_device_give(&device, 3, 1);
    amp_virtq_device_give(&device, 3, 2);
    assert_int_equal(used->idx, 3);
}

// Are the last `count` entries news to the other side?
static bool driver_rings(uint16_t count) {
    return amp_virtq_must_notify(&driver, driver.avail_idx, count);
}
static bool device_rings(uint16_t count) {
    return amp_virtq_must_notify(&device, device.used_idx, count);
}

static void test_doorbell_flags(void **state) {
    (void)state;
    begin(4);
    struct virtq_avail *avail = driver.avail;
    struct virtq_used *used = driver.used;
    assert_true(driver_rings(1));
    assert_true(device_rings(1));
    amp_virtq_device_hush(&device);
    assert_int_equal(used->flags, VIRTQ_USED_F_NO_NOTIFY);
    assert_false(driver_rings(1));
    assert_true(device_rings(1));
    amp_virtq_driver_hush(&driver);
    assert_int_equal(avail->flags, VIRTQ_AVAIL_F_NO_INTERRUPT);
    assert_false(device_rings(1));
    amp_virtq_device_listen(&device);
    amp_virtq_driver_listen(&driver);
    assert_int_equal(used->flags, 0);
    assert_int_equal(avail->flags, 0);
    // Other bits are for others.
    used->flags = 0xFFFE;
    avail->flags = 0xFFFE;
    assert_true(driver_rings(1));
    assert_true(device_rings(1));
}

// Rung once for the entry that was named, whatever the indices, and not before
// another is named.
static void test_event_index(void **state) {
    (void)state;
    begin_with(4, true);
    uint16_t *used_event = &((struct virtq_avail *)driver.avail)->ring[4];
    uint16_t *avail_event = (uint16_t *)&((struct virtq_used *)driver.used)->ring[4];
    for (uint32_t start = 0; start <= 0xFFFF; start += 13) {
        driver.avail_idx = driver.used_idx = (uint16_t)start;
        device.avail_idx = device.used_idx = (uint16_t)start;
        amp_virtq_device_listen(&device);
        amp_virtq_driver_listen(&driver);
        assert_int_equal(*avail_event, (uint16_t)start);
        assert_int_equal(*used_event, (uint16_t)start);
        assert_false(driver_rings(0));
        driver.avail_idx = device.used_idx = (uint16_t)(start + 1);
        assert_true(driver_rings(1));
        assert_true(device_rings(1));
        for (uint16_t later = 2; later < 300; ++later) {
            driver.avail_idx = device.used_idx = (uint16_t)(start + later);
            assert_false(driver_rings(1));
            assert_false(device_rings((uint16_t)(later - 1)));
            assert_true(driver_rings(later)); // a batch that the named one is in
            assert_true(device_rings(later));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_round_and_round),
        cmocka_unit_test(test_driver_disbelieves),
        cmocka_unit_test(test_device_disbelieves),
        cmocka_unit_test(test_doorbell_flags),
        cmocka_unit_test(test_event_index),
    };
    return cmocka_run_group_tests_name("virtq", tests, NULL, NULL);
}
