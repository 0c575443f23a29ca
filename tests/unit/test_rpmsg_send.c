/* Sending: sizes, errors, a full ring, and buffers that are claimed. */
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
    // One that stocks buffers of different lengths.
    pair_open(&pair, 4);
    pair_desc(&pair, 0)[1].len = 20;
    char data[100] = {0};
    assert_int_equal(amp_rpmsg_send(&pair.device.link, 1, 2, data, 100), 100);
    assert_int_equal(amp_rpmsg_send(&pair.device.link, 1, 2, data, 100), -AMP_EMSGSIZE);
    assert_int_equal(amp_rpmsg_mtu(&pair.device.link), 4);
    assert_int_equal(amp_rpmsg_send(&pair.device.link, 1, 2, data, 4), 4);
    assert_int_equal(amp_rpmsg_poll(&pair.host.link), 2);
}

// ---- Claims ----

static void commit_number(struct amp_rpmsg *link, struct amp_tx *tx, uint32_t dest, uint32_t n) {
    memcpy(tx->data, &n, sizeof(n));
    assert_int_equal(amp_tx_commit(link, tx, 7, dest, sizeof(n)), sizeof(n));
}

static uint32_t seen[1000];
static unsigned seen_count;
static void note_number(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept;
    (void)src;
    assert_int_equal(len, 4);
    memcpy(&seen[seen_count++ % 1000], data, 4);
}

static void check_claims(struct amp_rpmsg *link, struct amp_endpoint *to, unsigned num) {
    struct amp_tx tx[256];
    uint64_t seed = num;
    unsigned claimed = 0;
    uint32_t number = 0;
    uint32_t expected = 0; // messages go out in the order of their commits
    to->cb = note_number;
    for (unsigned step = 0; step < 20000; ++step) {
        uint32_t r = pair_random(&seed);
        unsigned i = claimed == 0 ? 0 : r / 8 % claimed;
        switch (r % 6) {
            case 0:
            case 1: {
                int error = amp_tx_claim(link, &tx[claimed]);
                if (error == 0) {
                    assert_int_equal(tx[claimed].size, 496);
                    memset(tx[claimed].data, 0xEE, 496);
                    for (unsigned k = 0; k < claimed; ++k) {
                        assert_ptr_not_equal(tx[k].data, tx[claimed].data);
                    }
                    ++claimed;
                } else {
                    assert_int_equal(error, -AMP_EAGAIN);
                }
                assert_true(claimed <= num);
                break;
            }
            case 2:
            case 3:
                if (claimed != 0) {
                    commit_number(link, &tx[i], to->addr, number++);
                    tx[i] = tx[--claimed];
                }
                break;
            case 4:
                if (claimed != 0) {
                    amp_tx_cancel(link, &tx[i]);
                    tx[i] = tx[--claimed];
                }
                break;
            default:
                if (r & 64) { // a plain send between claims
                    if (amp_rpmsg_send(link, 7, to->addr, &number, 4) == 4) {
                        ++number;
                    }
                } else {
                    seen_count = 0;
                    int taken = amp_rpmsg_poll(to->link);
                    assert_int_equal(taken, number - expected);
                    for (unsigned k = 0; k < seen_count; ++k) {
                        assert_int_equal(seen[k], expected++);
                    }
                }
                break;
        }
    }
    while (claimed != 0) {
        amp_tx_cancel(link, &tx[--claimed]);
    }
    amp_rpmsg_poll(to->link);
    // Nothing leaked: the whole ring can be claimed.
    for (unsigned i = 0; i < num; ++i) {
        assert_int_equal(amp_tx_claim(link, &tx[i]), 0);
    }
    assert_int_equal(amp_tx_claim(link, &tx[0]), -AMP_EAGAIN);
}

static void test_claims(void **state) {
    (void)state;
    static const uint16_t sizes[] = {1, 2, 4, 64, 256};
    for (int i = 0; i < 10; ++i) {
        open_bound(sizes[i / 2]);
        if (i % 2 == 0) {
            check_claims(&pair.host.link, &at_device, sizes[i / 2]);
        } else {
            check_claims(&pair.device.link, &at_host, sizes[i / 2]);
        }
        if (i < 9) {
            pair_free(&pair);
        }
    }
}

// Claims of a former life are void and keep nothing.
static void test_claims_and_down(void **state) {
    (void)state;
    struct amp_tx tx[4];
    open_bound(4);
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 4; ++i) {
            assert_int_equal(amp_tx_claim(&pair.host.link, &tx[i]), 0);
            assert_int_equal(amp_tx_claim(&pair.device.link, &tx[i]), 0);
        }
        amp_tx_cancel(&pair.device.link, &tx[2]);
        struct amp_tx of_host;
        struct amp_tx of_device;
        amp_tx_cancel(&pair.device.link, &tx[3]);
        assert_int_equal(amp_tx_claim(&pair.device.link, &of_device), 0);
        of_host = tx[0];
        amp_tx_cancel(&pair.host.link, &tx[0]);
        assert_int_equal(amp_tx_claim(&pair.host.link, &of_host), 0);
        pair_down(&pair);
        // They are void, in no life and in the next.
        for (int life = 0; life < 2; ++life) {
            assert_int_equal(amp_tx_commit(&pair.host.link, &of_host, 1, 2, 0), -AMP_EPIPE);
            assert_int_equal(amp_tx_commit(&pair.device.link, &of_device, 1, 2, 0), -AMP_EPIPE);
            amp_tx_cancel(&pair.host.link, &of_host);
            amp_tx_cancel(&pair.device.link, &of_device);
            if (life == 0) {
                pair_up(&pair);
            }
        }
    }
    check_full(&at_host, &at_device, 4);
    check_full(&at_device, &at_host, 4);
}

// What was committed, given back or released is void at once and for ever, for the
// token and for a copy of it; so is what is of an earlier session, however many
// came since.
static void check_used_up(struct amp_rpmsg *link) {
    struct amp_tx tx;
    assert_int_equal(amp_tx_claim(link, &tx), 0);
    struct amp_tx copy = tx;
    assert_int_equal(amp_tx_commit(link, &tx, 2000, 3000, 1), 1);
    uint32_t given = link->tx.next_publish;
    for (int i = 0; i < 2; ++i) {
        assert_int_equal(amp_tx_commit(link, &tx, 2000, 3000, 1), -AMP_EPIPE);
        assert_int_equal(amp_tx_commit(link, &copy, 2000, 3000, 1), -AMP_EPIPE);
        amp_tx_cancel(link, &tx);
        amp_tx_cancel(link, &copy);
    }
    assert_int_equal(link->tx.next_publish, given);
    assert_int_equal(amp_tx_claim(link, &tx), 0);
    copy = tx;
    amp_tx_cancel(link, &tx);
    assert_int_equal(amp_tx_commit(link, &tx, 2000, 3000, 1), -AMP_EPIPE);
    assert_int_equal(amp_tx_commit(link, &copy, 2000, 3000, 1), -AMP_EPIPE);
    amp_tx_cancel(link, &copy);
    assert_int_equal(link->tx.next_publish, given);
}

static void test_tokens_are_used_up(void **state) {
    (void)state;
    open_bound(4);
    check_used_up(&pair.host.link);
    check_used_up(&pair.device.link);
    pair_settle(&pair);
    check_full(&at_host, &at_device, 4);
    check_full(&at_device, &at_host, 4);
}

static void test_tokens_of_long_ago(void **state) {
    (void)state;
    open_bound(4);
    struct amp_tx tx[2];
    assert_int_equal(amp_tx_claim(&pair.host.link, &tx[0]), 0);
    assert_int_equal(amp_tx_claim(&pair.device.link, &tx[1]), 0);
    for (int i = 0; i < 65536; ++i) { // a count of 16 bits would be where it was
        pair_down(&pair);
        pair_up(&pair);
    }
    for (int i = 0; i < 2; ++i) {
        struct amp_rpmsg *link = i == 0 ? &pair.host.link : &pair.device.link;
        struct amp_tx now;
        assert_int_equal(amp_tx_claim(link, &now), 0);
        assert_int_equal(now.token.id, tx[i].token.id); // in use again
        assert_int_equal(amp_tx_commit(link, &tx[i], 1, 2, 3), -AMP_EPIPE);
        amp_tx_cancel(link, &tx[i]);
        assert_int_equal(amp_tx_commit(link, &now, 1, 2, 3), 3);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_tokens_are_used_up),
        TEST(test_tokens_of_long_ago),
        TEST(test_sizes),
        TEST(test_message_in_place),
        TEST(test_full),
        TEST(test_not_connected),
        TEST(test_longest_message),
        TEST(test_buffer_sizes),
        TEST(test_mtu_of_device),
        TEST(test_claims),
        TEST(test_claims_and_down),
    };
    return cmocka_run_group_tests_name("rpmsg_send", tests, NULL, NULL);
}
