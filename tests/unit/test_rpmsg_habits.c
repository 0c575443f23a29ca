/*
 * Habits of the deployed peers (docs/PEERS.md), each as the few accesses to the
 * rings that it consists of.  tests/peer has whole models of them.
 */
#include "pair_bound.h"

#include <string.h>

static struct amp_rpmsg *const host = &pair.host.link;
static struct amp_rpmsg *const device = &pair.device.link;

// ---- Used lengths: open-amp's host takes them for the size of the buffer ----

static void test_used_length(void **state) {
    (void)state;
    pair_init(&pair, (struct pair_shape){.num = {4, 4}, .buffer_size = 256, .buffer_size_1 = 128});
    pair_up(&pair);
    bind_both();
    for (int i = 0; i < 9; ++i) {
        assert_int_equal(amp_endpoint_send(&at_device, "12345", 5), 5);
        assert_int_equal(pair_used(&pair, 0)->ring[i & 3].len, 256);
        assert_int_equal(amp_rpmsg_poll(host), 1);
        assert_int_equal(pair_log.len, 5);
        // Linux writes the length of each message into the descriptor.
        uint32_t id = pair_avail(&pair, 1)->idx & 3u;
        assert_int_equal(amp_endpoint_send(&at_host, "123", 3), 3);
        pair_desc(&pair, 1)[id].len = i < 4 ? 128 : 16 + 3;
        assert_int_equal(amp_rpmsg_poll(device), 1);
        assert_int_equal(pair_log.len, 3);
        assert_int_equal(pair_used(&pair, 1)->ring[i & 3].len, i < 4 ? 128 : 16 + 3);
    }
}

// Also of what was kept, and given back in another order.
static void test_used_length_of_kept(void **state) {
    (void)state;
    open_bound(4);
    struct amp_tx tx;
    assert_int_equal(amp_tx_claim(device, &tx), 0);
    assert_int_equal(amp_tx_commit(device, &tx, 3000, 2000, 1), 1);
    assert_int_equal(pair_used(&pair, 0)->ring[0].len, 512);
}

// ---- Event indices that were accepted and are never written: open-amp ----

// How often `from` rings for `count` messages, each of which is taken at once.
static uint32_t rings_for(struct amp_endpoint *from, uint32_t count, uint16_t *event, uint16_t is) {
    uint32_t before = from->link->stats.kicks;
    struct amp_rpmsg *to = from == &at_host ? device : host;
    for (uint32_t i = 0; i < count; ++i) {
        *event = is;
        assert_int_equal(amp_endpoint_send(from, "", 0), 0);
        assert_int_equal(amp_rpmsg_poll(to), 1);
        *event = is;
    }
    return from->link->stats.kicks - before;
}

static uint16_t *used_event(int ring) {
    return &pair_avail(&pair, ring)->ring[pair.shape.num[ring]];
}
static uint16_t *avail_event(int ring) {
    return (void *)&pair_used(&pair, ring)->ring[pair.shape.num[ring]];
}

static void test_event_index_never_written(void **state) {
    (void)state;
    for (int i = 0; i < 2; ++i) {
        pair_init(&pair, (struct pair_shape){.num = {8, 8}, .event_idx = true});
        pair_up(&pair);
        bind_both();
        // At its start it says once that it wants to hear of no returned buffer.
        *used_event(1) = *avail_event(0) = (uint16_t)(0xFFFF - 8);
        if (i == 0) {
            assert_int_equal(rings_for(&at_host, 100, avail_event(1), 0), 100);
            assert_int_equal(device->stats.kicks, 0);
        } else {
            assert_int_equal(rings_for(&at_device, 100, used_event(0), 0), 100);
            assert_int_equal(host->stats.kicks, 0);
        }
        if (i == 0) {
            pair_free(&pair);
        }
    }
}

// What is in a ring that the host did not empty is no index that it wrote.
static void test_event_index_of_long_ago(void **state) {
    static const uint16_t left[] = {0, AMP_EVENT_NEVER, 5, 0x8001};
    for (unsigned i = 0; i < 16; ++i) {
        uint16_t of_messages = left[i % 4];
        uint16_t of_returned = left[i / 4];
        pair_init(&pair, (struct pair_shape){.num = {8, 8}, .event_idx = true});
        assert_int_equal(amp_rpmsg_up(host, &pair.host.layout), 0);
        *used_event(0) = of_messages;
        *used_event(1) = of_returned;
        *avail_event(0) = of_messages == 0 ? 3 : 0; // what a device like ours left there
        assert_int_equal(amp_rpmsg_up(device, &pair.device.layout), 0);
        bind_both();
        *used_event(0) = of_messages; // that it never writes them is what is tested
        for (unsigned j = 1; j <= 20; ++j) {
            assert_int_equal(rings_for(&at_device, 1, used_event(0), of_messages), 1);
            uint32_t before = device->stats.kicks;
            assert_int_equal(amp_endpoint_send(&at_host, "", 0), 0);
            *used_event(0) = of_messages;
            *used_event(1) = of_returned;
            assert_int_equal(amp_rpmsg_poll(device), 1);
            assert_int_equal(device->stats.kicks - before, 1);
        }
        if (i != 15) {
            teardown(state);
        }
    }
}

// One that writes them is believed, in that session: it is rung where it asks.
static void test_event_index_seen(void **state) {
    (void)state;
    pair_init(&pair, (struct pair_shape){.num = {8, 8}, .event_idx = true});
    pair_up(&pair);
    bind_both();
    *avail_event(0) = 0; // that said so already
    assert_true(amp_virtq_event_is_unproven(&host->tx));
    assert_int_equal(rings_for(&at_host, 3, avail_event(1), 0), 3);
    assert_true(amp_virtq_event_is_unproven(&host->tx));
    assert_int_equal(rings_for(&at_host, 1, avail_event(1), 3), 1);
    assert_false(amp_virtq_event_is_unproven(&host->tx));
    assert_int_equal(rings_for(&at_host, 100, avail_event(1), 0), 0); // it asked at 0
    // Linux lets the index of the ring of returned buffers stay 0, and means it.
    *used_event(1) = 0;
    pair_down(&pair);
    pair_up(&pair);
    *used_event(1) = 0;
    uint32_t before = device->stats.kicks;
    assert_int_equal(amp_endpoint_send(&at_device, "", 0), 0);
    assert_int_equal(amp_rpmsg_poll(host), 1); // used_event of ring 0 is 1 now
    assert_int_equal(rings_for(&at_device, 1, used_event(0), 1), 1);
    assert_int_equal(device->stats.kicks - before, 2);
    before = device->stats.kicks;
    for (int i = 0; i < 20; ++i) {
        assert_int_equal(amp_endpoint_send(&at_host, "", 0), 0);
        assert_int_equal(amp_rpmsg_poll(device), 1);
    }
    assert_in_range(device->stats.kicks - before, 0, 1); // at entry 0, which the 0 names
}

// One that only takes messages sees that we keep them, and stops ringing for what it
// gave back.
static void test_event_index_one_way(void **state) {
    (void)state;
    for (int i = 0; i < 2; ++i) {
        pair_init(&pair, (struct pair_shape){.num = {8, 8}, .event_idx = true});
        pair_up(&pair);
        bind_both();
        struct amp_rpmsg *to = i == 0 ? device : host;
        struct amp_endpoint *from = i == 0 ? &at_host : &at_device;
        uint32_t begun = 0;
        for (unsigned k = 0; k < 200; ++k) {
            begun = k == 20 ? to->stats.kicks : begun;
            assert_int_equal(amp_endpoint_send(from, "", 0), 0);
            assert_int_equal(amp_rpmsg_poll(to), 1);
        }
        assert_int_equal(to->stats.kicks, begun);
        if (i == 0) {
            pair_free(&pair);
        }
    }
}

// ---- rpmsg-lite's master ----

// What it has done to ring 1 and to the flags when the device comes.
static void begin_as_rpmsg_lite(void) {
    pair_init(&pair, (struct pair_shape){.num = {4, 4}, .no_name_service = true});
    assert_int_equal(amp_rpmsg_up(host, &pair.host.layout), 0);
    struct virtq_used *used = pair_used(&pair, 1);
    for (uint16_t i = 0; i < 4; ++i) {
        used->ring[i].id = i;
        used->ring[i].len = 512;
    }
    used->idx = 4;
    pair_avail(&pair, 0)->flags = VIRTQ_AVAIL_F_NO_INTERRUPT;
    pair_avail(&pair, 1)->flags = VIRTQ_AVAIL_F_NO_INTERRUPT;
}

static void test_prefilled_used_ring(void **state) {
    (void)state;
    begin_as_rpmsg_lite();
    assert_int_equal(amp_rpmsg_up(device, &pair.device.layout), 0);
    assert_int_equal(amp_endpoint_create(device, &at_device, NULL, 3000, 2000, pair_note), 0);
    struct virtq_avail *avail = pair_avail(&pair, 1);
    struct virtq_used *used = pair_used(&pair, 1);
    for (uint32_t i = 0; i < 70000; ++i) { // the master takes used entry i and sends it
        uint32_t id = used->ring[i & 3].id;
        struct rpmsg_hdr *hdr = pair_message(&pair, 1, id);
        *hdr = (struct rpmsg_hdr){.src = 2000, .dst = 3000, .len = 7};
        avail->ring[i & 3] = (uint16_t)id;
        avail->idx = (uint16_t)(i + 1);
        assert_int_equal(amp_rpmsg_poll(device), 1);
        assert_int_equal(pair_log.len, 7);
        assert_int_equal(used->idx, (uint16_t)(i + 5));
        assert_int_equal(used->ring[i & 3].id, id);
    }
    // It may have four that are not returned yet, and no more.
    avail->idx = (uint16_t)(avail->idx + 4);
    assert_int_equal(amp_rpmsg_poll(device), 4);
    avail->idx = (uint16_t)(avail->idx + 5);
    assert_int_equal(amp_rpmsg_poll(device), -AMP_EPROTO);
}

// It sent before the device looked.
static void test_prefilled_and_sent(void **state) {
    (void)state;
    begin_as_rpmsg_lite();
    for (uint16_t i = 0; i < 4; ++i) {
        *pair_message(&pair, 1, i) = (struct rpmsg_hdr){.src = 2000, .dst = 3000, .len = i};
    }
    pair_avail(&pair, 1)->idx = 4;
    assert_int_equal(amp_rpmsg_up(device, &pair.device.layout), 0);
    assert_int_equal(amp_endpoint_create(device, &at_device, NULL, 3000, 2000, pair_note), 0);
    assert_int_equal(amp_rpmsg_poll(device), 4);
    assert_int_equal(pair_log.count, 4);
    assert_int_equal(pair_used(&pair, 1)->idx, 8);
}

// A flag that is set when the device comes is never taken back: it rings for each
// message; but not for returned buffers, of which no host wants to hear then.
static void test_no_interrupt_for_good(void **state) {
    (void)state;
    begin_as_rpmsg_lite();
    assert_int_equal(amp_rpmsg_up(device, &pair.device.layout), 0);
    assert_int_equal(amp_endpoint_create(device, &at_device, NULL, 3000, 2000, pair_note), 0);
    for (unsigned i = 1; i <= 4; ++i) {
        assert_int_equal(amp_endpoint_send(&at_device, "", 0), 0);
        assert_int_equal(pair.device.rang[0], i);
    }
    pair_avail(&pair, 1)->idx = 1;
    assert_int_equal(amp_rpmsg_poll(device), 1);
    assert_int_equal(pair.device.rang[1], 0);
}

// ---- Room, from peers that do not ring when they made some ----

static void test_wait_room(void **state) {
    (void)state;
    for (int event_idx = 0; event_idx < 2; ++event_idx) {
        pair_init(&pair, (struct pair_shape){.num = {4, 4}, .event_idx = event_idx});
        assert_int_equal(amp_rpmsg_room_timeout(host, 0), 0); // down: nothing to wait for
        pair_up(&pair);
        bind_both();
        assert_int_equal(amp_rpmsg_room_timeout(host, 0), 0);
        for (int i = 0; i < 4; ++i) {
            assert_int_equal(amp_endpoint_send(&at_host, "", 0), 0);
        }
        // Until ten minutes are over.  Room that comes right after a look is seen at
        // the next one: an eighth of the waiting time late, plus 5 ms; and ever longer
        // waits end in few looks.
        uint32_t ms = 0;
        unsigned looks = 0;
        for (uint64_t slept = 0; slept < 600000; slept += ms) {
            uint32_t before = ms;
            ms = amp_rpmsg_room_timeout(host, ms);
            assert_true(ms == AMP_FOREVER || (ms > before && ms <= slept / 8 + 5));
            assert_in_range(++looks, 1, 99);
        }
        assert_int_equal(
            amp_rpmsg_room_timeout(host, 0), event_idx ? AMP_FOREVER : 1); // a doorbell
        // Who was seen to keep event indices rings at ours: no need to look.
        assert_int_equal(amp_rpmsg_poll(device), 4);
        assert_int_equal(amp_rpmsg_poll(device), 0);
        assert_int_equal(amp_rpmsg_room_timeout(host, 0), 0);
        for (int i = 0; i < 4; ++i) {
            assert_int_equal(amp_endpoint_send(&at_host, "", 0), 0);
        }
        assert_int_equal(amp_rpmsg_room_timeout(host, 0), event_idx ? AMP_FOREVER : 1);
        if (event_idx == 0) {
            pair_free(&pair);
        }
    }
}

// ---- Zephyr: rings at any multiple of 4 ----

static void test_rings_at_4_mod_16(void **state) {
    (void)state;
    for (int event_idx = 0; event_idx < 2; ++event_idx) {
        pair_init(&pair,
            (struct pair_shape){.num = {4, 8}, .align = 4, .at_4 = true, .event_idx = event_idx});
        assert_int_equal((uintptr_t)pair.ring[0] % 16, 4);
        pair_up(&pair);
        bind_both();
        check_full(&at_host, &at_device, 8);
        check_full(&at_device, &at_host, 4);
        if (event_idx == 0) {
            pair_free(&pair);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_used_length),
        TEST(test_used_length_of_kept),
        TEST(test_event_index_never_written),
        TEST(test_event_index_of_long_ago),
        TEST(test_event_index_seen),
        TEST(test_event_index_one_way),
        TEST(test_prefilled_used_ring),
        TEST(test_prefilled_and_sent),
        TEST(test_no_interrupt_for_good),
        TEST(test_wait_room),
        TEST(test_rings_at_4_mod_16),
    };
    return cmocka_run_group_tests_name("rpmsg_habits", tests, NULL, NULL);
}
