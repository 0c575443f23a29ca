/* Sending: sizes, errors, a full ring, and buffers of different lengths. */
#include "pair_bound.h"

#include <string.h>

// ---- Sizes and errors ----

static void check_sizes(struct amp_endpoint *from, struct amp_endpoint *to) {
    uint8_t data[600];
    for (size_t i = 0; i < sizeof(data); ++i) {
        data[i] = (uint8_t)(i * 7);
    }
    static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 63, 495, 496};
    assert_int_equal(amp_rpmsg_mtu(from->link), 496);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); ++i) {
        unsigned before = pair_log.count;
        assert_int_equal(amp_endpoint_send(from, data, sizes[i]), sizes[i]);
        assert_int_equal(amp_rpmsg_poll(to->link), 1);
        assert_int_equal(pair_log.count, before + 1);
        assert_ptr_equal(pair_log.ept, to);
        assert_int_equal(pair_log.src, from->addr);
        assert_int_equal(pair_log.len, sizes[i]);
        assert_memory_equal(pair_log.data, data, sizes[i]);
    }
    uint32_t sent = from->link->stats.sent;
    assert_int_equal(amp_endpoint_send(from, data, 497), -AMP_EMSGSIZE);
    assert_int_equal(amp_endpoint_send(from, data, 600), -AMP_EMSGSIZE);
    assert_int_equal(amp_endpoint_send(from, data, SIZE_MAX), -AMP_EMSGSIZE);
    assert_int_equal(amp_endpoint_send(from, data, (size_t)65536 + 4), -AMP_EMSGSIZE);
    assert_int_equal(from->link->stats.sent, sent);
    assert_int_equal(amp_rpmsg_poll(to->link), 0);
}

static void test_sizes(void **state) {
    (void)state;
    open_bound(4);
    check_sizes(&at_host, &at_device);
    check_sizes(&at_device, &at_host);
}

static void test_message_in_place(void **state) {
    (void)state;
    open_bound(4);
    memset(pair.buffers, 0xA5, pair.buffers_len); // what earlier messages left
    assert_int_equal(amp_endpoint_send(&at_device, "0123", 4), 4);
    const struct rpmsg_hdr *hdr = pair_message(&pair, 0, 0);
    assert_int_equal(hdr->src, 3000);
    assert_int_equal(hdr->dst, 2000);
    assert_int_equal(hdr->reserved, 0);
    assert_int_equal(hdr->len, 4);
    assert_int_equal(hdr->flags, 0);
    assert_int_equal(pair_used(&pair, 0)->ring[0].len, 512); // of the buffer, not the message
    // Peers write what they like into `reserved` and `flags`.
    pair_message(&pair, 0, 0)->reserved = 0x12345678;
    pair_message(&pair, 0, 0)->flags = 0xFFFF;
    assert_int_equal(amp_rpmsg_poll(&pair.host.link), 1);
    assert_int_equal(pair_log.len, 4);
    assert_int_equal(amp_endpoint_send(&at_host, "01234", 5), 5);
    // A descriptor says how long its buffer is, for good.
    assert_int_equal(pair_desc(&pair, 1)[0].len, 512);
    assert_int_equal(pair_desc(&pair, 1)[0].flags, 0);
}

static void test_full(void **state) {
    (void)state;
    static const uint16_t sizes[] = {1, 2, 4, 64, 256};
    for (int i = 0; i < 5; ++i) {
        open_bound(sizes[i]);
        check_full(&at_host, &at_device, sizes[i]);
        check_full(&at_device, &at_host, sizes[i]);
        if (i < 4) {
            pair_free(&pair);
        }
    }
}

static void test_not_connected(void **state) {
    (void)state;
    struct amp_endpoint ept = {0};
    pair_open(&pair, 4);
    assert_int_equal(amp_endpoint_send(&ept, "x", 1), -AMP_ENOTCONN); // never created
    for (int i = 0; i < 2; ++i) {
        struct amp_rpmsg *link = i == 0 ? &pair.host.link : &pair.device.link;
        assert_int_equal(
            amp_endpoint_create(link, &ept, NULL, AMP_ADDR_ANY, AMP_ADDR_ANY, pair_note), 0);
        assert_int_equal(amp_endpoint_send(&ept, "x", 1), -AMP_ENOTCONN);
        assert_int_equal(amp_rpmsg_send(link, ept.addr, 99, "x", 1), 1); // with its own dest
        assert_int_equal(amp_endpoint_destroy(&ept), 0);
        assert_int_equal(amp_endpoint_send(&ept, "x", 1), -AMP_ENOTCONN);
    }
}

// The length in a header has 16 bits: a longer payload cannot be said.
static void test_longest_message(void **state) {
    (void)state;
    static uint8_t data[65535];
    pair_init(&pair, (struct pair_shape){.num = {1, 1}, .buffer_size = 65548});
    pair_up(&pair);
    assert_int_equal(
        amp_endpoint_create(&pair.host.link, &at_host, NULL, 2000, 3000, pair_note), 0);
    assert_int_equal(
        amp_endpoint_create(&pair.device.link, &at_device, NULL, 3000, 2000, pair_note), 0);
    assert_int_equal(amp_rpmsg_mtu(&pair.device.link), 65532);
    assert_int_equal(amp_endpoint_send(&at_host, data, 65532), 65532);
    assert_int_equal(amp_endpoint_send(&at_device, data, 65532), 65532);
    assert_int_equal(amp_rpmsg_poll(&pair.host.link), 1);
    assert_int_equal(pair_log.len, 65532);
    assert_int_equal(amp_rpmsg_poll(&pair.device.link), 1);
    assert_int_equal(pair_log.len, 65532);
    // A host with longer buffers than that is refused.
    pair_desc(&pair, 0)[0].len = 65552;
    assert_int_equal(amp_endpoint_send(&at_device, data, 1), -AMP_EPROTO);
}

// Each direction has buffers of its own length: 64 bytes one way and 64 KiB the
// other, whoever asks.
static void check_buffer_sizes(uint32_t to_host, uint32_t to_device, bool ask_port) {
    static uint8_t longest[65536];
    pair_init(&pair,
        (struct pair_shape){.num = {2, 4},
            .buffer_size = to_host,
            .buffer_size_1 = to_device,
            .ask_port = ask_port});
    pair_up(&pair);
    at_host.link = at_device.link = NULL;
    assert_int_equal(amp_endpoint_create(&pair.host.link, &at_host, NULL, 1, 2, pair_note), 0);
    assert_int_equal(amp_endpoint_create(&pair.device.link, &at_device, NULL, 2, 1, pair_note), 0);
    assert_int_equal(amp_rpmsg_mtu(&pair.host.link), to_device - 16);
    assert_int_equal(amp_rpmsg_mtu(&pair.device.link), to_host - 16);
    for (unsigned round = 0; round < 9; ++round) { // more than a ring
        struct amp_endpoint *from = round % 2 == 0 ? &at_host : &at_device;
        size_t mtu = amp_rpmsg_mtu(from->link);
        memset(longest, (int)round + 1, sizeof(longest));
        assert_int_equal(amp_endpoint_send(from, longest, mtu + 1), -AMP_EMSGSIZE);
        assert_int_equal(amp_endpoint_send(from, longest, mtu), mtu);
        struct amp_rpmsg *to = round % 2 == 0 ? &pair.device.link : &pair.host.link;
        assert_int_equal(amp_rpmsg_poll(to), 1);
        assert_int_equal(pair_log.len, mtu);
        assert_memory_equal(pair_log.data, longest, mtu < 512 ? mtu : 512);
    }
    pair_free(&pair);
}

static void test_buffer_sizes(void **state) {
    (void)state;
    for (int ask = 0; ask < 2; ++ask) {
        check_buffer_sizes(64, 65536, ask);
        check_buffer_sizes(65536, 64, ask);
        check_buffer_sizes(512, 1024, ask);
    }
}

// The device learns the payload's size from the buffers that it is given.
static void test_mtu_of_device(void **state) {
    (void)state;
    pair_init(&pair, (struct pair_shape){.num = {2, 2}, .buffer_size = 128});
    assert_int_equal(amp_rpmsg_mtu(&pair.device.link), 0);
    pair_up(&pair);
    assert_int_equal(amp_rpmsg_mtu(&pair.device.link), 112);
    // To look costs nothing: both buffers can still be sent.
    assert_int_equal(amp_rpmsg_send(&pair.device.link, 1, 2, "", 0), 0);
    assert_int_equal(amp_rpmsg_send(&pair.device.link, 1, 2, "", 0), 0);
    assert_int_equal(amp_rpmsg_send(&pair.device.link, 1, 2, "", 0), -AMP_EAGAIN);
    pair_free(&pair);
    // A host that stocked nothing yet.
    pair_init(&pair, (struct pair_shape){.num = {2, 2}, .buffer_size = 128});
    assert_int_equal(amp_rpmsg_up(&pair.device.link, &pair.device.layout), 0);
    assert_int_equal(amp_rpmsg_mtu(&pair.device.link), 496);
    assert_int_equal(amp_rpmsg_send(&pair.device.link, 1, 2, "", 0), -AMP_EAGAIN);
    pair_free(&pair);
}

// ---- A host that stocks buffers of different lengths ----

// Of the four of ring 0, those in the bits of `shorts` have room for 4 bytes.
static void open_with_short(unsigned shorts) {
    pair_init(&pair, (struct pair_shape){.num = {4, 4}, .no_name_service = true});
    assert_int_equal(amp_rpmsg_up(&pair.host.link, &pair.host.layout), 0);
    for (unsigned id = 0; id < 4; ++id) {
        pair_desc(&pair, 0)[id].len = shorts >> id & 1 ? 20 : 512;
    }
    assert_int_equal(amp_rpmsg_up(&pair.device.link, &pair.device.layout), 0);
}

// Long messages go into the long ones, wherever the short one is; it is kept for a
// short message, and nobody waits for it in vain.
static void test_short_buffer(void **state) {
    static const char data[496];
    for (unsigned id = 0; id < 4; ++id) {
        open_with_short(1u << id);
        struct amp_rpmsg *device = &pair.device.link;
        for (unsigned turn = 0; turn < 20; ++turn) {
            for (unsigned i = 0; i < 3; ++i) {
                assert_int_equal(amp_rpmsg_send(device, 1, 2, data, 496), 496);
            }
            assert_int_equal(amp_rpmsg_mtu(device), 496);
            assert_int_equal(amp_rpmsg_send(device, 1, 2, data, 496), -AMP_EAGAIN);
            assert_false(amp_rpmsg_want_room(device)); // or it would not sleep, and not send
            assert_int_equal(amp_rpmsg_send(device, 1, 2, data, 497), -AMP_EMSGSIZE);
            if (turn % 2 == 1) { // the short one is at hand
                assert_int_equal(amp_rpmsg_send(device, 1, 2, data, 4), 4);
                assert_int_equal(amp_rpmsg_send(device, 1, 2, data, 0), -AMP_EAGAIN);
                assert_int_equal(amp_rpmsg_poll(&pair.host.link), 4);
            } else {
                assert_int_equal(amp_rpmsg_poll(&pair.host.link), 3);
            }
            assert_int_equal(amp_rpmsg_send(device, 1, 2, data, 496), 496);
            assert_int_equal(amp_rpmsg_poll(&pair.host.link), 1);
        }
        teardown(state);
    }
}

// A claim says how long what it got is.
static void test_short_buffer_claimed(void **state) {
    (void)state;
    open_with_short(1u << 1 | 1u << 2);
    struct amp_tx tx[4];
    unsigned sizes = 0;
    for (unsigned i = 0; i < 4; ++i) {
        assert_int_equal(amp_tx_claim(&pair.device.link, &tx[i]), 0);
        assert_true(tx[i].size == 4 || tx[i].size == 496);
        sizes += (unsigned)tx[i].size;
    }
    assert_int_equal(sizes, 2 * 4 + 2 * 496);
    assert_int_equal(amp_tx_claim(&pair.device.link, &tx[0]), -AMP_EAGAIN);
    assert_int_equal(amp_rpmsg_send(&pair.device.link, 1, 2, "12345", 5), -AMP_EAGAIN);
}

// The one that is long enough is claimed: it may come back, so the message has to wait.
static void test_long_buffer_claimed(void **state) {
    (void)state;
    open_with_short(1u << 1 | 1u << 2 | 1u << 3);
    struct amp_rpmsg *device = &pair.device.link;
    struct amp_tx tx[4];
    struct amp_tx *longest = tx;
    for (unsigned i = 0; i < 4; ++i) {
        assert_int_equal(amp_tx_claim(device, &tx[i]), 0);
        longest = tx[i].size > longest->size ? &tx[i] : longest;
    }
    for (unsigned i = 0; i < 4; ++i) {
        if (&tx[i] != longest) {
            amp_tx_cancel(device, &tx[i]);
        }
    }
    assert_int_equal(amp_rpmsg_send(device, 1, 2, "12345", 5), -AMP_EAGAIN);
    amp_tx_cancel(device, longest);
    assert_int_equal(amp_rpmsg_send(device, 1, 2, "12345", 5), 5);
}

// All are here, and none is long enough: no waiting helps, whatever the first one was.
static void test_short_buffers_only(void **state) {
    (void)state;
    open_with_short(0xF);
    struct amp_rpmsg *device = &pair.device.link;
    assert_int_equal(amp_rpmsg_mtu(device), 4);
    assert_int_equal(amp_rpmsg_send(device, 1, 2, "12345", 5), -AMP_EMSGSIZE);
    for (unsigned i = 0; i < 4; ++i) {
        assert_int_equal(amp_rpmsg_send(device, 1, 2, "1234", 4), 4);
    }
    assert_int_equal(amp_rpmsg_send(device, 1, 2, "12345", 5), -AMP_EMSGSIZE);
    assert_int_equal(amp_rpmsg_send(device, 1, 2, "1234", 4), -AMP_EAGAIN);
    assert_int_equal(amp_rpmsg_poll(&pair.host.link), 4);
    teardown(state);
    open_with_short(0);
    assert_int_equal(amp_rpmsg_mtu(device), 496);
    for (unsigned id = 0; id < 4; ++id) {
        pair_desc(&pair, 0)[id].len = 20;
    }
    assert_int_equal(amp_rpmsg_send(device, 1, 2, "12345", 5), -AMP_EMSGSIZE);
    assert_int_equal(amp_rpmsg_send(device, 1, 2, "1234", 4), 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_sizes),
        TEST(test_message_in_place),
        TEST(test_full),
        TEST(test_not_connected),
        TEST(test_longest_message),
        TEST(test_buffer_sizes),
        TEST(test_mtu_of_device),
        TEST(test_short_buffer),
        TEST(test_short_buffer_claimed),
        TEST(test_long_buffer_claimed),
        TEST(test_short_buffers_only),
    };
    return cmocka_run_group_tests_name("rpmsg_send", tests, NULL, NULL);
}
