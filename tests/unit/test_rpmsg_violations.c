/* Rings that a peer has broken: found out, told once, and gone with that life. */
#include "pair_bound.h"

#include <string.h>

static void expect_violation(struct pair_side *side, int result) {
    assert_int_equal(result, -AMP_EPROTO);
    assert_false(amp_rpmsg_is_up(&side->link));
    assert_int_equal(side->link.stats.violations, 1);
    assert_non_null(side->link.violation);
    assert_true(strlen(side->link.violation) > 10);
    assert_int_equal(amp_rpmsg_poll(&side->link), 0); // said once
    assert_int_equal(amp_rpmsg_send(&side->link, 1, 2, "", 0), -AMP_EPIPE);
    // A new life with a peer that behaves.
    amp_rpmsg_down(&side->other->link);
    pair_up(&pair);
    assert_null(side->link.violation);
    check_full(&at_host, &at_device, 4);
    check_full(&at_device, &at_host, 4);
    assert_int_equal(side->link.stats.violations, 1); // a running total
    pair_free(&pair);
    open_bound(4);
}

static void test_violations_against_host(void **state) {
    (void)state;
    open_bound(4);
    struct pair_side *host = &pair.host;
    for (uint32_t idx = 5; idx <= 0xFFFF; idx += 4999) {
        pair_used(&pair, 0)->idx = (uint16_t)idx;
        expect_violation(host, amp_rpmsg_poll(&host->link));
    }
    static const uint32_t ids[] = {4, 5, 0xFFFF, 0x10000, UINT32_MAX};
    for (int i = 0; i < 5; ++i) {
        pair_used(&pair, 0)->ring[0].id = ids[i];
        pair_used(&pair, 0)->idx = 1;
        expect_violation(host, amp_rpmsg_poll(&host->link));
    }
    // A consumed buffer that was never sent, found by a send.
    for (uint32_t idx = 5; idx <= 0xFFFF; idx += 4999) {
        for (int i = 0; i < 4; ++i) {
            assert_int_equal(amp_endpoint_send(&at_host, "", 0), 0);
        }
        pair_used(&pair, 1)->idx = (uint16_t)idx;
        assert_true(amp_rpmsg_want_room(&host->link)); // look and be told
        expect_violation(host, amp_endpoint_send(&at_host, "", 0));
    }
    for (int i = 0; i < 4; ++i) {
        assert_int_equal(amp_endpoint_send(&at_host, "", 0), 0);
    }
    pair_used(&pair, 1)->ring[0].id = 2;
    pair_used(&pair, 1)->ring[1].id = 2;
    pair_used(&pair, 1)->idx = 2;
    struct amp_tx tx;
    assert_int_equal(amp_tx_claim(&host->link, &tx), 0);
    expect_violation(host, amp_tx_claim(&host->link, &tx)); // the same one again
}

// With a device that asks its port for each buffer.
static void open_asking(bool ask) {
    pair_free(&pair);
    pair_init(&pair, (struct pair_shape){.num = {4, 4}, .ask_port = ask});
    pair_up(&pair);
    bind_both();
    assert_int_equal(pair.device.link.rx.buffers == NULL, ask);
}

static void test_violations_against_device(void **state) {
    (void)state;
    open_bound(4);
    struct pair_side *device = &pair.device;
    struct amp_tx tx;
    pair_avail(&pair, 1)->idx = 5;
    expect_violation(device, amp_rpmsg_poll(&device->link));
    pair_avail(&pair, 1)->idx = 1;
    pair_avail(&pair, 1)->ring[0] = 4;
    expect_violation(device, amp_rpmsg_poll(&device->link));
    // Descriptors: chains and addresses outside.
    uint64_t first = pair_da(&pair, pair.buffers);
    uint64_t end = first + pair.buffers_len;
    const struct virtq_desc table[] = {
        {first, 64, VIRTQ_DESC_F_NEXT, 1},
        {first, 64, VIRTQ_DESC_F_INDIRECT, 0},
        {first - 4, 64, 0, 0},
        {end, 16, 0, 0},
        {end + 4, 16, 0, 0},
        {end - 12, 16, 0, 0},
        {end - 16, 17, 0, 0},
        {0, 64, 0, 0},
        {UINT64_MAX - 3, 64, 0, 0},
        {first + 1, 64, 0, 0},
        {first + 2, 64, 0, 0},
        {first, 15, 0, 0},
        {first, 0, 0, 0},
        {first, UINT32_MAX, 0, 0},
        {first + ((uint64_t)1 << 32), 64, 0, 0},
        {first + first, 64, 0, 0}, // the port has memory so far from the window's beginning
        {first, (uint32_t)(end - first) + 1, 0, 0},
        // Of the usual length, which has a check of its own.
        {first - 4, 512, 0, 0},
        {first + 2, 512, 0, 0},
        {end - 508, 512, 0, 0},
        // Where a device without a window would have one of length 0.
        {0, 512, 0, 0},
    };
    for (size_t i = 0; i < 2 * sizeof(table) / sizeof(table[0]); ++i) {
        bool ask = i % 2;
        open_asking(ask);
        pair_desc(&pair, 1)[0] = table[i / 2];
        pair_avail(&pair, 1)->ring[0] = 0;
        pair_avail(&pair, 1)->idx = 1;
        expect_violation(device, amp_rpmsg_poll(&device->link));
        open_asking(ask);
        pair_desc(&pair, 0)[0] = table[i / 2]; // the one that up() looked at
        expect_violation(device, amp_tx_claim(&device->link, &tx));
        open_asking(ask);
        pair_desc(&pair, 0)[1] = table[i / 2];
        assert_int_equal(amp_endpoint_send(&at_device, "", 0), 0);
        expect_violation(device, amp_endpoint_send(&at_device, "", 0));
    }
    pair_avail(&pair, 0)->idx = 100;
    expect_violation(device, amp_endpoint_send(&at_device, "", 0));
    pair_avail(&pair, 0)->ring[1] = 77;
    assert_int_equal(amp_endpoint_send(&at_device, "", 0), 0);
    expect_violation(device, amp_tx_claim(&device->link, &tx));
}

// The last place in the window where a buffer can lie, of the usual length and
// of another.
static void test_end_of_the_window(void **state) {
    (void)state;
    for (uint32_t len = 64; len <= 512; len += 448) {
        open_bound(4);
        uint8_t *last = pair.buffers + pair.buffers_len - len;
        const struct virtq_desc desc = {pair_da(&pair, last), len, 0, 0};
        memset(last, 0, len);
        *(struct rpmsg_hdr *)(void *)last = (struct rpmsg_hdr){.src = 2000, .dst = 3000, .len = 3};
        pair_desc(&pair, 1)[0] = desc;
        pair_avail(&pair, 1)->idx = 1;
        assert_int_equal(amp_rpmsg_poll(&pair.device.link), 1);
        assert_int_equal(pair_log.count, 1);
        assert_int_equal(pair_log.len, 3);
        pair_desc(&pair, 0)[0] = pair_desc(&pair, 0)[1] = desc;
        for (int i = 0; i < 2; ++i) { // the second one is listed already
            memset(last, 0, len);
            assert_int_equal(amp_endpoint_send(&at_device, "there", 5), 5);
            assert_memory_equal(last + AMP_HEADER_SIZE, "there", 5);
        }
        if (len != 512) {
            pair_free(&pair);
        }
    }
}

// An id that cannot be, in each of the places from which returned buffers are
// listed.
static void test_impossible_id_in_each_place(void **state) {
    (void)state;
    enum { NUM = 16 };
    static const uint32_t ids[] = {NUM, 17, 64, 255, 256, 0x1000, 0xFF00, 0xFFFF};
    for (unsigned i = 0; i < 2 * NUM * 8; ++i) {
        bool from_host = i % 2;
        uint32_t id = ids[i / 2 % 8];
        open_bound(NUM);
        struct amp_endpoint *ept = from_host ? &at_host : &at_device;
        for (unsigned k = 0; k < NUM; ++k) {
            assert_int_equal(amp_endpoint_send(ept, "x", 1), 1);
            pair_used(&pair, 1)->ring[k].id = k; // as if all came back
            pair_avail(&pair, 0)->ring[k] = (uint16_t)k;
        }
        pair_used(&pair, 1)->ring[i / 16].id = id;
        pair_avail(&pair, 0)->ring[i / 16] = (uint16_t)id;
        pair_used(&pair, 1)->idx = NUM;
        pair_avail(&pair, 0)->idx = 2 * NUM;
        unsigned sent = 0;
        int result;
        while ((result = amp_endpoint_send(ept, "x", 1)) == 1) {
            ++sent;
        }
        assert_int_equal(result, -AMP_EPROTO);
        assert_int_equal(sent, i / 16); // those before it are in order
        assert_int_equal(ept->link->stats.violations, 1);
        if (i != 2 * NUM * 8 - 1) {
            pair_free(&pair);
        }
    }
}

// The same where there are fewer buffers than descriptors: the others have none.
static void test_id_without_buffer_in_each_place(void **state) {
    (void)state;
    enum { NUM = 16 };
    for (unsigned count = NUM - 4; count < NUM; ++count) {
        for (unsigned place = 0; place < count; ++place) {
            pair_init(&pair, (struct pair_shape){.num = {NUM, NUM}});
            pair.host.layout.buffers_len = (NUM + count) * 512;
            pair_up(&pair);
            bind_both();
            for (unsigned k = 0; k < count; ++k) {
                assert_int_equal(amp_endpoint_send(&at_host, "x", 1), 1);
                pair_used(&pair, 1)->ring[k].id = k == place ? count : k;
            }
            assert_int_equal(amp_endpoint_send(&at_host, "x", 1), -AMP_EAGAIN);
            pair_used(&pair, 1)->idx = (uint16_t)count;
            for (unsigned k = 0; k < place; ++k) {
                assert_int_equal(amp_endpoint_send(&at_host, "x", 1), 1);
            }
            assert_int_equal(amp_endpoint_send(&at_host, "x", 1), -AMP_EPROTO);
            pair_free(&pair);
        }
    }
    open_bound(NUM);
}

// A device finds the descriptor that it cannot use also when others are available behind it.
static void test_bad_descriptor_before_a_good_one(void **state) {
    (void)state;
    open_bound(4);
    for (int i = 0; i < 3; ++i) {
        assert_int_equal(amp_endpoint_send(&at_device, "", 0), 0);
    }
    pair_desc(&pair, 0)[3].addr = 0;
    assert_int_equal(amp_rpmsg_poll(&pair.host.link), 3); // available again
    expect_violation(&pair.device, amp_endpoint_send(&at_device, "", 0));
}

// A buffer that is held here is not the device's to return.
static struct amp_rx held[2];
static unsigned held_count;
static void hold(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)src;
    held[held_count] = (struct amp_rx){.data = data, .len = len};
    amp_rx_hold(ept->link, &held[held_count++]);
}
static void test_held_buffer_comes_again(void **state) {
    (void)state;
    open_bound(4);
    for (uint32_t i = 0; i < 4; ++i) {
        uint32_t id = i & 1;
        held_count = 0;
        at_host.cb = hold;
        assert_int_equal(amp_endpoint_send(&at_device, "", 0), 0);
        assert_int_equal(amp_endpoint_send(&at_device, "", 0), 0);
        assert_int_equal(amp_rpmsg_poll(&pair.host.link), 2);
        if (i >= 2) {
            amp_rx_release(&pair.host.link, &held[!id]); // the other one
        }
        pair_used(&pair, 0)->ring[2].id = id;
        pair_used(&pair, 0)->idx = 3;
        at_host.cb = pair_note;
        expect_violation(&pair.host, amp_rpmsg_poll(&pair.host.link));
    }
}

// One buffer given back twice.  A host that only sends puts two messages into
// it; two that claim buffers never get the same.
static void test_buffer_given_back_twice(void **state) {
    (void)state;
    open_bound(4);
    struct amp_rpmsg *host = &pair.host.link;
    for (int i = 0; i < 4; ++i) {
        assert_int_equal(amp_endpoint_send(&at_host, "", 0), 0);
    }
    assert_int_equal(amp_rpmsg_poll(&pair.device.link), 4);
    for (int i = 0; i < 4; ++i) {
        pair_used(&pair, 1)->ring[i].id = i < 3 ? 1 : 2;
    }
    assert_int_equal(amp_endpoint_send(&at_host, "", 0), 0);
    struct amp_tx tx;
    int result;
    unsigned claimed = 0;
    while ((result = amp_tx_claim(host, &tx)) == 0) {
        ++claimed;
        assert_ptr_equal(tx.token.desc_state, &host->tx.desc_state[claimed]);
    }
    assert_in_range(claimed, 0, 2);
    expect_violation(&pair.host, result);
}

// Rings that are broken when the device looks at them for the first time.
static void test_violation_in_up(void **state) {
    (void)state;
    pair_init(&pair, (struct pair_shape){.num = {4, 4}});
    assert_int_equal(amp_rpmsg_up(&pair.host.link, &pair.host.layout), 0);
    pair_desc(&pair, 0)[0].addr = 0;
    assert_int_equal(amp_rpmsg_up(&pair.device.link, &pair.device.layout), -AMP_EPROTO);
    assert_false(amp_rpmsg_is_up(&pair.device.link));
    assert_non_null(pair.device.link.violation);
    assert_int_equal(pair.device.link.stats.violations, 1);
    pair_down(&pair);
    pair_up(&pair);
}

// The peer breaks the ring while a callback runs, and the callback sends.
static void break_and_send(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    pair_note(ept, src, data, len);
    if (ept == &at_host) {
        pair_used(&pair, 1)->idx = 1000;
    } else {
        pair_avail(&pair, 0)->idx = 1000;
    }
    // Found when the ring is looked at: at the latest when nothing is at hand.
    int sent = 0;
    int result;
    while ((result = amp_endpoint_send(ept, "", 0)) == 0) {
        ++sent;
    }
    assert_in_range(sent, 0, 4);
    assert_int_equal(result, -AMP_EPROTO);
    assert_int_equal(amp_endpoint_send(ept, "", 0), -AMP_EPIPE);
}

static void test_violation_in_callback(void **state) {
    (void)state;
    open_bound(4);
    for (int i = 0; i < 2; ++i) {
        struct amp_endpoint *to = i == 0 ? &at_host : &at_device;
        struct amp_endpoint *from = i == 0 ? &at_device : &at_host;
        to->cb = break_and_send;
        amp_endpoint_send(from, "", 0);
        amp_endpoint_send(from, "", 0);
        pair_log.count = 0;
        assert_int_equal(amp_rpmsg_poll(to->link), -AMP_EPROTO);
        assert_int_equal(pair_log.count, 1);
        assert_int_equal(to->link->stats.violations, 1);
        to->cb = pair_note;
        pair_down(&pair);
        pair_up(&pair);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_violations_against_host),
        TEST(test_violations_against_device),
        TEST(test_end_of_the_window),
        TEST(test_impossible_id_in_each_place),
        TEST(test_held_buffer_comes_again),
        TEST(test_id_without_buffer_in_each_place),
        TEST(test_bad_descriptor_before_a_good_one),
        TEST(test_buffer_given_back_twice),
        TEST(test_violation_in_up),
        TEST(test_violation_in_callback),
    };
    return cmocka_run_group_tests_name("rpmsg_violations", tests, NULL, NULL);
}
