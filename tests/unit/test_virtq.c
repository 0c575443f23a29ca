/* The split virtqueue alone: shapes, both roles, and claims that lie. */
#include "core/virtq.h"
#include "pair.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static uint8_t memory[16384] __attribute__((aligned(4096)));
static struct amp_virtq driver;
static struct amp_virtq device;

static void begin_with(uint16_t num, bool event_idx) {
    memset(memory, 0xFF, sizeof(memory));
    struct amp_vring_layout ring = {.va = memory, .num = num, .align = 32, .notify_id = 5};
    driver.event_mask = device.event_mask = event_idx ? 0xFFFF : 0;
    driver.size = 128;
    assert_int_equal(
        amp_virtq_driver_init(&driver, &ring, 0x80000000u, false), 0x80000000u + 128 * num);
    amp_virtq_device_init(&device, &ring);
}

// The whole rings.
static struct virtq_avail *avail_ring(void) {
    return (void *)((uint8_t *)driver.out_ring - offsetof(struct virtq_avail, ring));
}
static struct virtq_used *used_ring(void) {
    return (void *)((uint8_t *)device.out_ring - offsetof(struct virtq_used, ring));
}

static void driver_give(uint32_t id) {
    amp_virtq_clear_desc_state(&driver, id);
    amp_virtq_put(&driver, driver.out_ring, driver.next_publish, id, true);
    amp_virtq_publish(&driver, driver.out_ring, driver.next_publish);
}
static void device_give(uint32_t id) {
    amp_virtq_put(&device, device.out_ring, device.next_publish, id, false);
    amp_virtq_publish(&device, device.out_ring, device.next_publish);
}

// The id of the next used descriptor, or -1 if it cannot be one.
static int64_t driver_take(void) {
    uint32_t id = amp_virtq_used_elem(&driver, driver.in_ring, driver.next_consume)->id;
    if (!amp_virtq_is_with_peer(&driver, id)) {
        return -1;
    }
    amp_virtq_consume(&driver);
    amp_virtq_set_desc_state(&driver, id, AMP_DESC_FREE);
    return id;
}
static uint32_t device_take(void) {
    uint32_t id = amp_virtq_in_id(&device, device.in_ring, device.next_consume, false);
    amp_virtq_consume(&device);
    return id;
}

// Descriptors that the device took and did not give back.
static unsigned device_has(void) {
    return amp_virtq_num(&device) - amp_virtq_peer_count(&device);
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
    assert_ptr_equal(avail_ring(), memory + 256);
    assert_ptr_equal(used_ring(), memory + 320);
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
        assert_int_equal(desc[i].flags, 0);
        assert_int_equal(desc[i].next, 0);
    }
    // Both rings are empty, which leaves it open what the entries say of the one that we fill; all
    // else is zero, and nothing behind them was touched.
    for (uint16_t i = 0; i < 16; ++i) {
        assert_int_equal(avail_ring()->ring[i], i);
        avail_ring()->ring[i] = 0;
    }
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
            assert_int_equal(amp_virtq_peer_count(&driver), given);
            switch (pair_random(&seed) % 3) {
                case 0:
                    if (is_free[next_free]) {
                        is_free[next_free] = false;
                        driver_give(next_free);
                        ++given;
                    }
                    next_free = (uint16_t)(pair_random(&seed) % num);
                    break;
                case 1: {
                    int ready = amp_virtq_pending(&device);
                    assert_int_equal(
                        ready, given - held_count - (unsigned)amp_virtq_pending(&driver));
                    if (ready > 0) {
                        uint64_t addr;
                        uint32_t len;
                        uint32_t id = device_take();
                        assert_in_range(id, 0, num - 1);
                        assert_true(amp_virtq_read_desc(&device, id, &addr, &len));
                        assert_false(is_free[id]);
                        assert_int_equal(addr, 0x80000000u + 128 * id);
                        assert_int_equal(len, 128);
                        held[held_count++] = (uint16_t)id;
                        assert_int_equal(device_has(), held_count);
                    } else if (held_count != 0) {
                        unsigned i = pair_random(&seed) % held_count;
                        device_give(held[i]);
                        held[i] = held[--held_count];
                    }
                    break;
                }
                default:
                    if (amp_virtq_pending(&driver) > 0) {
                        uint32_t len =
                            amp_virtq_used_elem(&driver, driver.in_ring, driver.next_consume)->len;
                        int64_t id = driver_take();
                        assert_in_range(id, 0, num - 1);
                        assert_false(is_free[id]);
                        assert_int_equal(len, 128); // the descriptor's own
                        is_free[id] = true;
                        --given;
                        ++done;
                    }
                    break;
            }
        }
        assert_int_equal(driver.next_consume, 140000);
    }
}

static void test_driver_disbelieves(void **state) {
    (void)state;
    begin(4);
    struct virtq_used *used = used_ring();
    // Nothing is with the device: any other index is a lie.
    for (uint32_t idx = 1; idx <= 0xFFFF; ++idx) {
        used->idx = (uint16_t)idx;
        assert_int_equal(amp_virtq_pending(&driver), -1);
        assert_false(amp_virtq_has_one_pending(&driver, driver.in_ring, true));
    }
    driver_give(0);
    driver_give(2);
    for (uint32_t idx = 0; idx <= 0xFFFF; ++idx) {
        used->idx = (uint16_t)idx;
        assert_int_equal(amp_virtq_pending(&driver), idx <= 2 ? (int)idx : -1);
        assert_int_equal(amp_virtq_has_one_pending(&driver, driver.in_ring, true), idx == 1);
    }
    used->idx = 2;
    static const uint32_t ids[] = {1, 3, 4, 5, 31, 32, 255, 256, 0x10000, 0x10002, UINT32_MAX};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); ++i) {
        used->ring[0].id = ids[i];
        assert_int_equal(driver_take(), -1);
    }
    used->ring[0].id = 2;
    assert_int_equal(driver_take(), 2);
    used->ring[1].id = 2; // twice
    assert_int_equal(driver_take(), -1);
    used->ring[1].id = 0;
    assert_int_equal(driver_take(), 0);
    assert_int_equal(amp_virtq_pending(&driver), 0);
    // With all of them at the device, only the range is asked.
    for (uint32_t id = 0; id < 4; ++id) {
        driver_give(id);
    }
    used->idx = 3;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); ++i) {
        used->ring[2].id = ids[i];
        assert_int_equal(amp_virtq_is_with_peer(&driver, ids[i]), ids[i] < 4);
    }
}

static void test_device_disbelieves(void **state) {
    (void)state;
    uint64_t addr = 1;
    uint32_t len = 2;
    begin(4);
    struct virtq_avail *avail = avail_ring();
    for (uint32_t idx = 0; idx <= 0xFFFF; ++idx) {
        avail->idx = (uint16_t)idx;
        assert_int_equal(amp_virtq_pending(&device), idx <= 4 ? (int)idx : -1);
        assert_int_equal(amp_virtq_has_one_pending(&device, device.in_ring, false), idx == 1);
    }
    avail->idx = 4;
    struct virtq_desc *desc = device.desc;
    for (uint32_t flags = 0; flags <= 0xFFFF; ++flags) {
        desc[3].flags = (uint16_t)flags;
        bool chain = flags & (VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_INDIRECT);
        assert_int_equal(amp_virtq_read_desc(&device, 3, &addr, &len), !chain);
    }
    desc[3].flags = 0;
    desc[3].addr = UINT64_MAX - 5;
    desc[3].len = UINT32_MAX;
    avail->ring[0] = 3;
    assert_int_equal(device_take(), 3);
    assert_true(amp_virtq_read_desc(&device, 3, &addr, &len));
    assert_true(addr == UINT64_MAX - 5 && len == UINT32_MAX);
    // With one in our hands only three can be made available.
    avail->idx = 5;
    assert_int_equal(amp_virtq_pending(&device), -1);
    avail->idx = 0; // back to before the one that we have
    assert_int_equal(amp_virtq_pending(&device), -1);
    avail->idx = 4;
    assert_int_equal(amp_virtq_pending(&device), 3);
    device_give(3);
    const struct virtq_used *used = used_ring();
    assert_int_equal(used->idx, 1);
    assert_int_equal(used->ring[0].id, 3);
    assert_int_equal(used->ring[0].len, UINT32_MAX); // as the descriptor says
    // With all of them in our hands there cannot be another.
    for (uint16_t i = 1; i <= 4; ++i) {
        avail->ring[i & 3] = i & 3;
        avail->idx = (uint16_t)(i + 1);
        assert_true(amp_virtq_has_one_pending(&device, device.in_ring, false));
        (void)device_take();
    }
    assert_int_equal(device_has(), 4);
    avail->idx = 6;
    assert_int_equal(amp_virtq_pending(&device), -1);
    assert_false(amp_virtq_has_one_pending(&device, device.in_ring, false));
}

// Are the last `count` entries news to the other side?
static bool rings(const struct amp_virtq *vq, uint16_t count) {
    bool some = amp_virtq_needs_notify_batch(vq, count);
    if (count == 1) { // which has its own short form
        assert_int_equal(amp_virtq_needs_notify(vq, vq->next_publish - 1), some);
    }
    return some;
}
static bool driver_rings(uint16_t count) {
    return rings(&driver, count);
}
static bool device_rings(uint16_t count) {
    return rings(&device, count);
}

static void test_doorbell_flags(void **state) {
    (void)state;
    begin(4);
    struct virtq_avail *avail = avail_ring();
    struct virtq_used *used = used_ring();
    assert_true(driver_rings(1));
    assert_true(device_rings(1));
    amp_virtq_disable_notify(&device);
    assert_int_equal(used->flags, VIRTQ_USED_F_NO_NOTIFY);
    assert_false(driver_rings(1));
    assert_true(device_rings(1));
    amp_virtq_disable_notify(&driver);
    assert_int_equal(avail->flags, VIRTQ_AVAIL_F_NO_INTERRUPT);
    assert_false(device_rings(1));
    amp_virtq_enable_notify(&device);
    amp_virtq_enable_notify(&driver);
    assert_int_equal(used->flags, 0);
    assert_int_equal(avail->flags, 0);
    // Flags do not count: any number of entries is news.
    assert_true(driver_rings(3));
    assert_true(device_rings(3));
}

// Rung once for the entry that was named, whatever the indices, and not before
// another is named.
static void test_event_index(void **state) {
    (void)state;
    begin_with(4, true);
    uint16_t *used_event = &avail_ring()->ring[4];
    uint16_t *avail_event = (uint16_t *)&used_ring()->ring[4];
    amp_virtq_accept_event(&driver);
    amp_virtq_accept_event(&device);
    for (uint32_t start = 0; start <= 0xFFFF; start += 13) {
        driver.next_publish = driver.next_consume = start;
        device.next_publish = device.next_consume = start;
        amp_virtq_enable_notify(&device);
        amp_virtq_enable_notify(&driver);
        assert_int_equal(*avail_event, (uint16_t)start);
        assert_int_equal(*used_event, (uint16_t)start);
        driver.next_publish = device.next_publish = start + 1;
        assert_true(driver_rings(1));
        assert_true(device_rings(1));
        for (uint16_t later = 2; later < 300; ++later) {
            driver.next_publish = device.next_publish = start + later;
            assert_false(driver_rings(1));
            assert_false(device_rings((uint16_t)(later - 1)));
            assert_true(driver_rings(later)); // a batch that the named one is in
            assert_true(device_rings(later));
        }
    }
}

// A peer that never writes its event index asks for every doorbell.  One that did
// write it is believed, also when its index is 0 again.
static void test_event_index_unseen(void **state) {
    (void)state;
    begin_with(4, true);
    uint16_t *used_event = &avail_ring()->ring[4];
    uint16_t *avail_event = (uint16_t *)&used_ring()->ring[4];
    *used_event = *avail_event = 0;
    for (uint32_t given = 1; given < 10; ++given) {
        driver.next_publish = device.next_publish = given;
        assert_true(driver_rings(1));
        assert_true(device_rings(1));
        assert_false(amp_virtq_event_moved(&driver));
        assert_false(amp_virtq_event_moved(&device));
    }
    // In the peer's flags it may ask for silence all the same.
    avail_ring()->flags = VIRTQ_AVAIL_F_NO_INTERRUPT;
    assert_false(device_rings(1));
    assert_true(driver_rings(1));
    *avail_event = 1;
    assert_true(amp_virtq_event_moved(&driver));
    assert_true(amp_virtq_event_is_unproven(&driver));
    amp_virtq_accept_event(&driver);
    assert_false(amp_virtq_event_is_unproven(&driver));
    assert_false(driver_rings(1));
    *avail_event = (uint16_t)(driver.next_publish - 1);
    assert_true(driver_rings(1));
    *avail_event = 0;
    assert_false(driver_rings(1));
    // Silence from the beginning is visible, and far behind.
    amp_virtq_begin_disabled(&driver);
    assert_int_equal(amp_virtq_peer_event_idx(&device), AMP_EVENT_NEVER);
    amp_virtq_accept_event(&device);
    assert_false(device_rings(1));
    assert_int_equal(avail_ring()->flags, VIRTQ_AVAIL_F_NO_INTERRUPT); // not touched
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event_index_unseen),
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
