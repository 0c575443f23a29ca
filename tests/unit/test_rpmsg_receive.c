/* Receiving: polls, messages that are kept, and those that are dropped. */
#include "pair_bound.h"

// ---- Polling ----

static void test_poll_some(void **state) {
    (void)state;
    open_bound(64);
    for (int i = 0; i < 10; ++i) {
        amp_endpoint_send(&at_host, "", 0);
        amp_endpoint_send(&at_device, "", 0);
    }
    struct amp_rpmsg *link[2] = {&pair.host.link, &pair.device.link};
    for (int i = 0; i < 2; ++i) {
        assert_int_equal(amp_rpmsg_poll_some(link[i], 3), 3);
        assert_int_equal(amp_rpmsg_poll_some(link[i], 7), 7);
        assert_int_equal(amp_rpmsg_poll_some(link[i], 7), 0);
        assert_int_equal(link[i]->stats.received, 10);
    }
}

// A peer that answers at once must not keep one poll busy for ever.
static void test_poll_is_bounded(void **state) {
    (void)state;
    open_bound(4);
    at_host.cb = feed;
    at_device.cb = feed;
    feed_from = &at_device;
    assert_int_equal(amp_endpoint_send(&at_device, "", 0), 0);
    assert_int_equal(amp_rpmsg_poll(&pair.host.link), 4);
    assert_int_equal(amp_rpmsg_poll_some(&pair.host.link, 1000), 1000);
    feed_from = &at_host;
    assert_int_equal(amp_endpoint_send(&at_host, "", 0), 0);
    assert_int_equal(amp_rpmsg_poll(&pair.device.link), 4);
    assert_int_equal(amp_rpmsg_poll_some(&pair.device.link, 1000), 1000);
}

static void poll_again(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    unsigned before = pair_log.count;
    assert_int_equal(amp_rpmsg_poll(ept->link), 0);
    assert_int_equal(amp_rpmsg_poll_some(ept->link, 5), 0);
    assert_int_equal(pair_log.count, before);
    pair_note(ept, src, data, len);
}

static void test_poll_does_not_nest(void **state) {
    (void)state;
    open_bound(4);
    at_host.cb = poll_again;
    at_device.cb = poll_again;
    for (int i = 0; i < 3; ++i) {
        amp_endpoint_send(&at_device, "", 0);
        amp_endpoint_send(&at_host, "", 0);
    }
    assert_int_equal(amp_rpmsg_poll(&pair.host.link), 3);
    assert_int_equal(amp_rpmsg_poll(&pair.device.link), 3);
    assert_int_equal(pair_log.count, 6);
}

static unsigned can_send;
static void note_can_send(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    pair_note(ept, src, data, len);
    can_send = can_send << 1 | amp_rpmsg_peer_can_send(ept->link);
}

static void check_peer_can_send(struct amp_endpoint *from, struct amp_endpoint *to) {
    to->cb = note_can_send;
    assert_true(amp_rpmsg_peer_can_send(to->link));
    for (int i = 0; i < 4; ++i) {
        assert_true(amp_rpmsg_peer_can_send(to->link));
        amp_endpoint_send(from, "", 0);
    }
    assert_false(amp_rpmsg_peer_can_send(to->link));
    can_send = 0;
    assert_int_equal(amp_rpmsg_poll(to->link), 4);
    assert_int_equal(can_send, 7); // not while the first is handled; then one is back
    amp_endpoint_send(from, "", 0);
    can_send = 0;
    assert_int_equal(amp_rpmsg_poll(to->link), 1);
    assert_int_equal(can_send, 1);
}

static void test_peer_can_send(void **state) {
    (void)state;
    open_bound(4);
    check_peer_can_send(&at_device, &at_host);
    check_peer_can_send(&at_host, &at_device);
    pair_used(&pair, 0)->idx = (uint16_t)(pair_used(&pair, 0)->idx + 50);
    assert_false(amp_rpmsg_peer_can_send(&pair.host.link));
    pair_avail(&pair, 1)->idx = (uint16_t)(pair_avail(&pair, 1)->idx + 50);
    assert_false(amp_rpmsg_peer_can_send(&pair.device.link));
}

// ---- Messages that are kept ----

static struct amp_rx kept[8];
static unsigned kept_count;
static void keep(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    pair_note(ept, src, data, len);
    kept[kept_count] = (struct amp_rx){.data = data, .len = len};
    amp_rx_hold(ept->link, &kept[kept_count++]);
}

static void test_hold(void **state) {
    (void)state;
    for (int i = 0; i < 2; ++i) {
        open_bound(4);
        struct amp_endpoint *from = i == 0 ? &at_host : &at_device;
        struct amp_endpoint *to = i == 0 ? &at_device : &at_host;
        to->cb = keep;
        kept_count = 0;
        for (uint8_t k = 0; k < 4; ++k) {
            assert_int_equal(amp_endpoint_send(from, &k, 1), 1);
        }
        assert_int_equal(amp_rpmsg_poll(to->link), 4);
        assert_int_equal(kept_count, 4);
        // All buffers are held: there is none to send with.
        assert_int_equal(amp_endpoint_send(from, "x", 1), -AMP_EAGAIN);
        assert_false(amp_rpmsg_peer_can_send(to->link));
        for (uint8_t k = 0; k < 4; ++k) {
            assert_int_equal(*(uint8_t *)kept[k].data, k);
        }
        // Back in another order, each one buffer for the sender.
        static const int order[] = {2, 0, 3, 1};
        to->cb = pair_note;
        for (uint8_t k = 0; k < 4; ++k) {
            amp_rx_release(to->link, &kept[order[k]]);
            assert_true(amp_rpmsg_peer_can_send(to->link));
            assert_int_equal(amp_endpoint_send(from, "y", 1), 1);
            assert_int_equal(amp_endpoint_send(from, "x", 1), -AMP_EAGAIN);
            assert_int_equal(amp_rpmsg_poll(to->link), 1);
            // That one went back by itself; use it up again.
            assert_int_equal(amp_endpoint_send(from, "z", 1), 1);
            to->cb = keep;
            kept_count = 4;
            assert_int_equal(amp_rpmsg_poll(to->link), 1);
            to->cb = pair_note;
        }
        // Of a life that ended: nothing happens to the next one.
        pair_down(&pair);
        pair_up(&pair);
        struct amp_virtq before = to->link->rx;
        amp_rx_release(to->link, &kept[0]);
        assert_memory_equal(&before, &to->link->rx, sizeof(before));
        pair_free(&pair);
    }
    open_bound(1); // the teardown frees one
}

static void restart_and_keep(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    pair_down(&pair);
    pair_up(&pair);
    keep(ept, src, data, len);
}

// A callback that ends the life of its message, and then keeps it.
static void test_hold_after_end(void **state) {
    (void)state;
    for (int i = 0; i < 2; ++i) {
        open_bound(4);
        struct amp_endpoint *from = i == 0 ? &at_host : &at_device;
        struct amp_endpoint *to = i == 0 ? &at_device : &at_host;
        to->cb = restart_and_keep;
        kept_count = 0;
        assert_int_equal(amp_endpoint_send(from, "", 0), 0);
        assert_int_equal(amp_rpmsg_poll(to->link), 1);
        struct amp_rpmsg before = *to->link;
        amp_rx_release(to->link, &kept[0]);
        assert_memory_equal(&before, to->link, sizeof(before));
        to->cb = pair_note;
        for (int k = 0; k < 12; ++k) { // all buffers of the new life are there
            assert_int_equal(amp_endpoint_send(from, "", 0), 0);
            assert_int_equal(k % 4 == 3 ? amp_rpmsg_poll(to->link) : 4, 4);
        }
        pair_free(&pair);
    }
    open_bound(1); // the teardown frees one
}

// A copy of what was released does not release the message that is kept in the same
// buffer later.
static void test_hold_again(void **state) {
    (void)state;
    for (int i = 0; i < 2; ++i) {
        open_bound(1);
        struct amp_endpoint *from = i == 0 ? &at_host : &at_device;
        struct amp_endpoint *to = i == 0 ? &at_device : &at_host;
        to->cb = keep;
        for (unsigned turn = 0; turn < 300; ++turn) {
            kept_count = 0;
            assert_int_equal(amp_endpoint_send(from, "", 0), 0);
            assert_int_equal(amp_rpmsg_poll(to->link), 1);
            if (turn != 0) {
                assert_ptr_equal(kept[0].data, kept[1].data);
                amp_rx_release(to->link, &kept[1]);
                assert_int_equal(amp_endpoint_send(from, "", 0), -AMP_EAGAIN);
            }
            kept[1] = kept[0];
            amp_rx_release(to->link, &kept[0]);
        }
        if (i == 0) {
            pair_free(&pair);
        }
    }
}

static void release_in_last(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    pair_note(ept, src, data, len);
    if (pair_log.count == 4) {
        amp_rx_release(ept->link, &kept[0]);
    }
}

// A callback that gives back a message kept earlier: the buffers of this poll
// are one more than its messages, and the peer may wait for the first.
static void test_release_in_callback(void **state) {
    (void)state;
    for (int i = 0; i < 4; ++i) {
        pair_init(&pair, (struct pair_shape){.num = {8, 8}, .event_idx = i >= 2});
        pair_up(&pair);
        bind_both();
        struct amp_endpoint *from = i % 2 == 0 ? &at_host : &at_device;
        struct amp_endpoint *to = i % 2 == 0 ? &at_device : &at_host;
        for (int k = 0; k < 8; ++k) {
            assert_int_equal(amp_endpoint_send(from, "", 0), 0);
        }
        to->cb = keep;
        kept_count = 0;
        assert_int_equal(amp_rpmsg_poll_some(to->link, 4), 4);
        assert_false(amp_rpmsg_want_room(from->link));
        ((struct pair_side *)from->link)->doorbell = false;
        to->cb = release_in_last;
        pair_log.count = 0;
        assert_int_equal(amp_rpmsg_poll(to->link), 4);
        assert_true(((struct pair_side *)from->link)->doorbell);
        pair_free(&pair);
    }
    open_bound(1); // the teardown frees one
}

// ---- Drops and lies ----

static void test_drops(void **state) {
    (void)state;
    open_bound(4);
    amp_endpoint_abandon(&at_host);
    amp_endpoint_abandon(&at_device);
    amp_endpoint_create(&pair.host.link, &at_host, NULL, 2000, 3000, NULL);
    amp_endpoint_create(&pair.device.link, &at_device, NULL, 3000, 2000, NULL);
    for (int i = 0; i < 2; ++i) {
        struct amp_rpmsg *from = i == 0 ? &pair.host.link : &pair.device.link;
        struct amp_rpmsg *to = i == 0 ? &pair.device.link : &pair.host.link;
        assert_int_equal(amp_rpmsg_send(from, 1, i == 0 ? 3000 : 2000, "x", 1), 1);
        assert_int_equal(amp_rpmsg_send(from, 1, 12345, "x", 1), 1);
        assert_int_equal(amp_rpmsg_send(from, 1, AMP_ADDR_ANY, "x", 1), 1);
        assert_int_equal(amp_rpmsg_poll(to), 3);
        assert_int_equal(to->stats.dropped, 3);
        assert_int_equal(to->stats.received, 0);
        assert_int_equal(to->stats.malformed, 0);
    }
}

static void test_header_lies_to_host(void **state) {
    (void)state;
    open_bound(4);
    struct virtq_used *used = pair_used(&pair, 0);
    static const struct {
        uint32_t used_len;
        uint16_t len;
        bool good;
    } table[] = {
        {16, 0, true},
        {512, 496, true},
        {20, 4, true},
        {100, 4, true}, // slack is no lie
        {16, 1, false},
        {20, 5, false},
        {512, 497, false},
        {512, 0xFFFF, false},
        {15, 0, false},
        {0, 0, false},
        {513, 0, false},
        {513, 496, false},
        {0x10000, 4, false},
        {UINT32_MAX, 0xFFFF, false},
        {0x80000010u, 4, false},
    };
    unsigned good = 0;
    unsigned bad = 0;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); ++i) {
        assert_int_equal(amp_endpoint_send(&at_device, "abcd", 4), 4);
        struct virtq_used_elem *elem = &used->ring[(used->idx - 1) & 3];
        elem->len = table[i].used_len;
        pair_message(&pair, 0, elem->id)->len = table[i].len;
        assert_int_equal(amp_rpmsg_poll(&pair.host.link), 1);
        good += table[i].good;
        bad += !table[i].good;
        assert_int_equal(pair_log.count, good);
        assert_int_equal(pair.host.link.stats.malformed, bad);
        if (table[i].good) {
            assert_int_equal(pair_log.len, table[i].len);
        }
    }
    assert_int_equal(pair.host.link.stats.violations, 0);
    assert_true(amp_rpmsg_is_up(&pair.host.link));
}

static void test_header_lies_to_device(void **state) {
    (void)state;
    open_bound(4);
    static const struct {
        uint32_t desc_len;
        uint16_t len;
        bool good;
    } table[] = {
        {16, 0, true},
        {512, 496, true},
        {20, 4, true},
        {512, 0, true},
        {16, 1, false},
        {20, 5, false},
        {512, 497, false},
        {512, 0xFFFF, false},
    };
    unsigned good = 0;
    unsigned bad = 0;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); ++i) {
        assert_int_equal(amp_endpoint_send(&at_host, "abcd", 4), 4);
        const struct virtq_avail *avail = pair_avail(&pair, 1);
        uint32_t id = avail->ring[(avail->idx - 1) & 3];
        pair_desc(&pair, 1)[id].len = table[i].desc_len;
        pair_message(&pair, 1, id)->len = table[i].len;
        assert_int_equal(amp_rpmsg_poll(&pair.device.link), 1);
        good += table[i].good;
        bad += !table[i].good;
        assert_int_equal(pair_log.count, good);
        assert_int_equal(pair.device.link.stats.malformed, bad);
    }
    assert_int_equal(pair.device.link.stats.violations, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_poll_some),
        TEST(test_poll_is_bounded),
        TEST(test_poll_does_not_nest),
        TEST(test_peer_can_send),
        TEST(test_hold),
        TEST(test_hold_after_end),
        TEST(test_hold_again),
        TEST(test_release_in_callback),
        TEST(test_drops),
        TEST(test_header_lies_to_host),
        TEST(test_header_lies_to_device),
    };
    return cmocka_run_group_tests_name("rpmsg_receive", tests, NULL, NULL);
}
