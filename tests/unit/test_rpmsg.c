/* The link: messages in both directions, errors, claims, doorbells, violations. */
#include "core/link.h"
#include "pair.h"

#include <stdlib.h>
#include <string.h>

static struct pair pair;

static int teardown(void **state) {
    (void)state;
    pair_free(&pair);
    return 0;
}

// ---- Streams ----

struct stream {
    struct amp_rpmsg *link; // of the sender
    struct amp_endpoint ept; // of the receiver
    uint64_t salt;
    unsigned sent;
    unsigned received;
    unsigned bad;
};
static struct stream stream[2]; // 0: host to device

// Message `i` of a stream: its length and its bytes.
static size_t make_message(const struct stream *s, unsigned i, uint8_t *data) {
    uint64_t seed = (i + 1) * s->salt;
    size_t mtu = pair.shape.buffer_size - AMP_HEADER_SIZE;
    uint32_t r = pair_random(&seed);
    size_t len = r % 16 == 0 ? 0 : r % 16 == 1 ? mtu : r / 16 % (mtu < 40 ? mtu + 1 : 40);
    for (size_t k = 0; k < len; k += 4) {
        uint32_t word = pair_random(&seed);
        memcpy(data + k, &word, len - k < 4 ? len - k : 4);
    }
    return len;
}

static void stream_cb(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    struct stream *s = ept == &stream[0].ept ? &stream[0] : &stream[1];
    uint8_t expected[1024];
    size_t expected_len = make_message(s, s->received++, expected);
    s->bad += src != 4242 || len != expected_len || memcmp(data, expected, len) != 0;
}

static void try_send(struct stream *s) {
    uint8_t data[1024];
    size_t len = make_message(s, s->sent, data);
    int sent = amp_rpmsg_send(s->link, 4242, s->ept.addr, data, len);
    if (sent != -AMP_EAGAIN) {
        assert_int_equal(sent, len);
        ++s->sent;
    }
}

// `count` messages each way with the steps of both sides mixed at random.
static void run_streams(struct pair_shape shape, unsigned count) {
    uint64_t seed = shape.num[0] * 1000u + shape.num[1] + shape.ask_port;
    memset(stream, 0, sizeof(stream));
    pair_init(&pair, shape);
    struct amp_rpmsg *host = &pair.host.link;
    struct amp_rpmsg *device = &pair.device.link;
    stream[0] = (struct stream){.link = host, .salt = 0x9E3779B97F4A7C15u};
    stream[1] = (struct stream){.link = device, .salt = 0xD1342543DE82EF95u};
    pair_up(&pair);
    assert_int_equal(
        amp_endpoint_create(device, &stream[0].ept, NULL, 100, AMP_ADDR_ANY, stream_cb), 0);
    assert_int_equal(
        amp_endpoint_create(host, &stream[1].ept, NULL, 200, AMP_ADDR_ANY, stream_cb), 0);
    while (stream[0].received < count || stream[1].received < count) {
        uint32_t r = pair_random(&seed);
        struct amp_rpmsg *link = r & 1 ? host : device;
        struct stream *s = &stream[r >> 1 & 1];
        unsigned many = (r >> 8 & 15) == 0 ? 300 : 1 + (r >> 8 & 7);
        if (r & 4) {
            for (unsigned i = 0; i < many && s->sent < count; ++i) {
                try_send(s);
            }
        } else {
            int taken = r & 8 ? amp_rpmsg_poll(link) : amp_rpmsg_poll_some(link, many);
            assert_in_range(taken, 0, r & 8 ? amp_rpmsg_depth(link) : many);
        }
    }
    for (int i = 0; i < 2; ++i) {
        assert_int_equal(stream[i].sent, count);
        assert_int_equal(stream[i].received, count);
        assert_int_equal(stream[i].bad, 0);
    }
    assert_int_equal(host->stats.sent, count);
    assert_int_equal(device->stats.received, count);
    assert_int_equal(host->stats.dropped + host->stats.malformed + host->stats.violations, 0);
    assert_int_equal(device->stats.dropped + device->stats.malformed + device->stats.violations, 0);
}

static void test_streams_1(void **state) {
    (void)state;
    run_streams((struct pair_shape){.num = {1, 1}}, 100000);
}
static void test_streams_2(void **state) {
    (void)state;
    run_streams((struct pair_shape){.num = {2, 2}, .align = 4096}, 100000);
}
static void test_streams_4(void **state) {
    (void)state;
    run_streams((struct pair_shape){.num = {4, 4}, .buffer_size = 20, .align = 4}, 100000);
}
static void test_streams_64(void **state) {
    (void)state;
    run_streams((struct pair_shape){.num = {64, 64}, .ask_port = true}, 100000);
    run_streams((struct pair_shape){.num = {64, 64}, .event_idx = true}, 100000);
    run_streams((struct pair_shape){.num = {1, 2}, .event_idx = true}, 100000);
}
static void test_streams_256(void **state) {
    (void)state;
    run_streams((struct pair_shape){.num = {256, 256}, .buffer_size = 1040}, 100000);
}
static void test_streams_unlike(void **state) {
    (void)state;
    run_streams((struct pair_shape){.num = {1, 256}}, 70000);
    pair_free(&pair);
    run_streams((struct pair_shape){.num = {128, 2}}, 70000);
}

// ---- Sizes and errors ----

static struct amp_endpoint at_host;
static struct amp_endpoint at_device;

// Two endpoints that are bound to each other.
static void bind_both(void) {
    assert_int_equal(
        amp_endpoint_create(&pair.host.link, &at_host, NULL, 2000, 3000, pair_note), 0);
    assert_int_equal(
        amp_endpoint_create(&pair.device.link, &at_device, NULL, 3000, 2000, pair_note), 0);
}

static void open_bound(uint16_t num) {
    pair_open(&pair, num);
    bind_both();
}

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
        assert_memory_equal(pair_log.data, data, sizes[i] < 64 ? sizes[i] : 64);
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
    assert_int_equal(pair_used(&pair, 0)->ring[0].len, 20);
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

static void check_full(struct amp_endpoint *from, struct amp_endpoint *to, unsigned num) {
    for (int round = 0; round < 3; ++round) {
        for (unsigned i = 0; i < num; ++i) {
            assert_int_equal(amp_endpoint_send(from, &i, sizeof(i)), sizeof(i));
        }
        assert_int_equal(amp_endpoint_send(from, "", 0), -AMP_EAGAIN);
        assert_int_equal(amp_endpoint_send(from, "", 0), -AMP_EAGAIN);
        struct amp_tx tx;
        assert_int_equal(amp_tx_claim(from->link, &tx), -AMP_EAGAIN);
        assert_false(amp_rpmsg_want_room(from->link));
        assert_int_equal(amp_rpmsg_poll_some(to->link, 1), 1);
        assert_true(amp_rpmsg_want_room(from->link));
        assert_int_equal(amp_endpoint_send(from, "", 0), 0);
        assert_int_equal(amp_endpoint_send(from, "", 0), -AMP_EAGAIN);
        assert_int_equal(amp_rpmsg_poll_some(to->link, 2 * num), num);
    }
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

static void test_down(void **state) {
    (void)state;
    struct amp_tx tx;
    struct amp_endpoint learned = {0};
    struct amp_endpoint unbound = {0};
    open_bound(4);
    for (int i = 0; i < 2; ++i) {
        struct amp_rpmsg *link = i == 0 ? &pair.host.link : &pair.device.link;
        struct amp_rpmsg *other = i == 0 ? &pair.device.link : &pair.host.link;
        struct amp_endpoint *ept = i == 0 ? &at_host : &at_device;
        amp_endpoint_create(link, &learned, NULL, 5000, AMP_ADDR_ANY, pair_note);
        amp_endpoint_create(link, &unbound, NULL, 5001, AMP_ADDR_ANY, pair_note);
        assert_int_equal(amp_rpmsg_send(other, 77, 5000, "hello", 5), 5);
        assert_int_equal(amp_rpmsg_poll(link), 1);
        assert_int_equal(learned.dest, 77);
        assert_true(amp_endpoint_is_ready(&learned));
        assert_true(amp_endpoint_is_ready(ept));
        assert_false(amp_endpoint_is_ready(&unbound));

        amp_rpmsg_down(link);
        amp_rpmsg_down(link); // no effect
        assert_false(amp_rpmsg_is_up(link));
        assert_false(amp_endpoint_is_ready(ept));
        assert_false(amp_endpoint_is_ready(&learned));
        assert_int_equal(amp_rpmsg_mtu(link), 0);
        assert_int_equal(amp_endpoint_send(ept, "x", 1), -AMP_EPIPE);
        assert_int_equal(amp_endpoint_send(ept, "x", 1000), -AMP_EPIPE);
        assert_int_equal(amp_endpoint_send(&learned, "x", 1), -AMP_EPIPE); // it had a peer
        assert_int_equal(amp_endpoint_send(&unbound, "x", 1), -AMP_ENOTCONN);
        assert_int_equal(amp_rpmsg_send(link, 1, 2, "x", 1), -AMP_EPIPE);
        assert_int_equal(amp_tx_claim(link, &tx), -AMP_EPIPE);
        assert_int_equal(amp_rpmsg_poll(link), 0);
        assert_false(amp_rpmsg_want_room(link));
        assert_false(amp_rpmsg_peer_can_send(link));

        amp_rpmsg_down(other);
        pair_up(&pair);
        assert_true(amp_endpoint_is_ready(ept)); // its destination was given, not learned
        assert_false(amp_endpoint_is_ready(&learned));
        assert_int_equal(amp_endpoint_send(&learned, "x", 1), -AMP_ENOTCONN);
        assert_int_equal(amp_endpoint_destroy(&learned), 0);
        assert_int_equal(amp_endpoint_destroy(&unbound), 0);
    }
}

static void test_up_refuses(void **state) {
    (void)state;
    pair_init(&pair, (struct pair_shape){.num = {4, 4}});
    memset(pair.ring[0], 0xAA, pair.ring_len[0]);
    uint8_t before[1024];
    memcpy(before, pair.ring[0], pair.ring_len[0]);
    for (int i = 0; i < 2; ++i) {
        struct pair_side *side = i == 0 ? &pair.host : &pair.device;
        for (int ring = 0; ring < 2; ++ring) {
            struct amp_rpmsg_layout layout = side->layout;
            layout.vring[ring].num = 0;
            assert_int_equal(amp_rpmsg_up(&side->link, &layout), -AMP_EINVAL);
            layout.vring[ring].num = 3;
            assert_int_equal(amp_rpmsg_up(&side->link, &layout), -AMP_EINVAL);
            layout.vring[ring].num = 2 * AMP_CONFIG_MAX_BUFFERS;
            assert_int_equal(amp_rpmsg_up(&side->link, &layout), -AMP_EINVAL);
            layout = side->layout;
            layout.vring[ring].align = 0;
            assert_int_equal(amp_rpmsg_up(&side->link, &layout), -AMP_EINVAL);
            layout.vring[ring].align = 24;
            assert_int_equal(amp_rpmsg_up(&side->link, &layout), -AMP_EINVAL);
        }
        assert_false(amp_rpmsg_is_up(&side->link));
    }
    static const uint32_t bad[] = {0, 4, 15, 16, 17, 511, 65552, 0x80000000u, UINT32_MAX};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); ++i) {
        struct amp_rpmsg_layout layout = pair.host.layout;
        layout.buffer_size = bad[i];
        assert_int_equal(amp_rpmsg_up(&pair.host.link, &layout), -AMP_EINVAL);
    }
    assert_memory_equal(pair.ring[0], before, pair.ring_len[0]);
    pair_up(&pair);
    assert_int_equal(amp_rpmsg_up(&pair.host.link, &pair.host.layout), -AMP_EINVAL); // twice
    assert_true(amp_rpmsg_is_up(&pair.host.link));
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
static struct amp_endpoint *feed_from;
static void feed(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    pair_note(ept, src, data, len);
    struct amp_rpmsg *other = feed_from->link;
    other->state &= (uint8_t)~LINK_POLLING; // as if it were another processor
    assert_int_equal(amp_endpoint_send(feed_from, "", 0), 0);
}

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

// ---- Doorbells ----

static void test_notify_ids(void **state) {
    (void)state;
    open_bound(4);
    amp_endpoint_send(&at_host, "", 0);
    assert_int_equal(pair.host.rang[1], 1);
    assert_int_equal(pair.host.rang[0], 0);
    amp_endpoint_send(&at_device, "", 0);
    assert_int_equal(pair.device.rang[0], 1);
    assert_int_equal(pair.device.rang[1], 0);
    assert_int_equal(pair.host.link.stats.kicks, 1);
    assert_int_equal(pair.device.link.stats.kicks, 1);
    // Returned buffers are no news until somebody waits for one.
    pair_settle(&pair);
    assert_int_equal(pair.host.rang[0] + pair.device.rang[1], 0);
    assert_false(amp_rpmsg_want_room(&pair.host.link) && false);
}

static void check_room_rings(struct amp_endpoint *from, struct amp_endpoint *to, int ring) {
    struct pair_side *side = (struct pair_side *)to->link;
    for (int i = 0; i < 4; ++i) {
        amp_endpoint_send(from, "", 0);
    }
    unsigned before = side->rang[ring];
    amp_rpmsg_poll(to->link);
    assert_int_equal(side->rang[ring], before); // nobody asked
    for (int i = 0; i < 4; ++i) {
        amp_endpoint_send(from, "", 0);
    }
    assert_false(amp_rpmsg_want_room(from->link));
    amp_rpmsg_poll(to->link);
    assert_int_equal(side->rang[ring], before + 1); // one for the batch
    for (int i = 0; i < 4; ++i) {
        amp_endpoint_send(from, "", 0);
    }
    amp_rpmsg_poll(to->link);
    assert_int_equal(side->rang[ring], before + 1); // who found room wants no more rings
}

static void test_want_room(void **state) {
    (void)state;
    open_bound(4);
    check_room_rings(&at_host, &at_device, 1);
    check_room_rings(&at_device, &at_host, 0);
}

// A callback that waits for room: the peer must hear of what this poll has
// given back so far, as it may wait for just that.
static bool asked_room;
static void ask_room(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    pair_note(ept, src, data, len);
    if (pair_log.count == 2) {
        asked_room = amp_rpmsg_want_room(ept->link);
        assert_true(((struct pair_side *)ept->link)->other->doorbell);
    }
}

static void check_room_in_callback(struct amp_endpoint *from, struct amp_endpoint *to) {
    struct pair_side *sleeper = (struct pair_side *)from->link;
    for (int i = 0; i < 4; ++i) {
        amp_endpoint_send(from, "", 0);
        amp_endpoint_send(to, "", 0);
    }
    assert_false(amp_rpmsg_want_room(from->link));
    sleeper->doorbell = false;
    pair_log.count = 0;
    to->cb = ask_room;
    assert_int_equal(amp_rpmsg_poll(to->link), 4);
    assert_false(asked_room);
    to->cb = pair_note;
    pair_settle(&pair);
}

static void test_want_room_in_callback(void **state) {
    (void)state;
    open_bound(4);
    check_room_in_callback(&at_device, &at_host);
    check_room_in_callback(&at_host, &at_device);
}

// A stream into a peer that is busy polling rings a handful of times.
static void test_kicks_of_a_stream(void **state) {
    (void)state;
    for (int i = 0; i < 2; ++i) {
        open_bound(64);
        struct amp_endpoint *from = i == 0 ? &at_host : &at_device;
        struct amp_endpoint *to = i == 0 ? &at_device : &at_host;
        to->cb = feed;
        feed_from = from;
        amp_endpoint_send(from, "", 0);
        assert_int_equal(amp_rpmsg_poll_some(to->link, 100000), 100000);
        assert_true(from->link->stats.kicks <= 2);
        assert_true(to->link->stats.kicks <= 2);
        pair_free(&pair);

        // In bursts into a peer that sleeps between: one for each burst.
        open_bound(64);
        for (int burst = 0; burst < 1000; ++burst) {
            for (int k = 0; k < 10; ++k) {
                amp_endpoint_send(from, "", 0);
            }
            assert_int_equal(amp_rpmsg_poll_some(to->link, 3), 3);
            amp_endpoint_send(from, "", 0); // it is awake
            assert_int_equal(amp_rpmsg_poll(to->link), 8);
        }
        // Each send before the poll rings: the peer has not asked for silence.
        assert_true(from->link->stats.kicks <= 10 * 1000);
        assert_int_equal(to->link->stats.kicks, 0);
        if (i == 0) {
            pair_free(&pair);
        }
    }
}

// With event indices a burst rings once, and a stream into a busy peer once.
static void test_kicks_with_event_index(void **state) {
    (void)state;
    pair_init(&pair, (struct pair_shape){.num = {64, 64}, .event_idx = true});
    pair_up(&pair);
    bind_both();
    for (int i = 0; i < 2; ++i) {
        struct amp_endpoint *from = i == 0 ? &at_host : &at_device;
        struct amp_endpoint *to = i == 0 ? &at_device : &at_host;
        uint32_t before = from->link->stats.kicks;
        for (int burst = 0; burst < 10000; ++burst) {
            for (int k = 0; k < 64; ++k) {
                assert_int_equal(amp_endpoint_send(from, "", 0), 0);
            }
            assert_int_equal(amp_rpmsg_poll(to->link), 64); // as many as it may: not armed
            assert_int_equal(amp_rpmsg_poll(to->link), 0);
        }
        assert_in_range(from->link->stats.kicks - before, 9999, 10001);
    }
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

// ---- Violations ----

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
            amp_endpoint_send(&at_host, "", 0);
        }
        pair_used(&pair, 1)->idx = (uint16_t)idx;
        assert_true(amp_rpmsg_want_room(&host->link)); // look and be told
        expect_violation(host, amp_endpoint_send(&at_host, "", 0));
    }
    for (int i = 0; i < 4; ++i) {
        amp_endpoint_send(&at_host, "", 0);
    }
    pair_used(&pair, 1)->ring[0].id = 2;
    pair_used(&pair, 1)->ring[1].id = 2;
    pair_used(&pair, 1)->idx = 2;
    struct amp_tx tx;
    assert_int_equal(amp_tx_claim(&host->link, &tx), 0);
    expect_violation(host, amp_tx_claim(&host->link, &tx)); // the same one again
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
        {first, (uint32_t)(end - first) + 1, 0, 0},
    };
    for (size_t i = 0; i < 2 * sizeof(table) / sizeof(table[0]); ++i) {
        bool ask = i % 2;
        if (ask) {
            pair_free(&pair);
            pair_init(&pair, (struct pair_shape){.num = {4, 4}, .ask_port = true});
            pair_up(&pair);
            amp_endpoint_create(&pair.host.link, &at_host, NULL, 2000, 3000, pair_note);
            amp_endpoint_create(&device->link, &at_device, NULL, 3000, 2000, pair_note);
        }
        pair_desc(&pair, 1)[0] = table[i / 2];
        pair_avail(&pair, 1)->ring[0] = 0;
        pair_avail(&pair, 1)->idx = 1;
        expect_violation(device, amp_rpmsg_poll(&device->link));
        pair_desc(&pair, 0)[0] = table[i / 2]; // the one that up() looked at
        expect_violation(device, amp_tx_claim(&device->link, &tx));
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
        assert_int_equal(tx.id, claimed);
    }
    assert_in_range(claimed, 0, 2);
    expect_violation(&pair.host, result);
}

// Fewer buffers than ring 0 has descriptors, and one more: none for ring 1.
static void test_up_without_buffers(void **state) {
    (void)state;
    pair_init(&pair, (struct pair_shape){.num = {4, 4}});
    struct amp_rpmsg_layout layout = pair.host.layout;
    for (layout.buffers_len = 0; layout.buffers_len < 5 * 512; layout.buffers_len += 511) {
        assert_int_equal(amp_rpmsg_up(&pair.host.link, &layout), -AMP_EINVAL);
        assert_int_equal(amp_rpmsg_send(&pair.host.link, 1, 2, "", 0), -AMP_EPIPE);
    }
    layout.buffers_len = 5 * 512;
    assert_int_equal(amp_rpmsg_up(&pair.host.link, &layout), 0);
    assert_int_equal(amp_rpmsg_send(&pair.host.link, 1, 2, "", 0), 0);
    assert_int_equal(amp_rpmsg_send(&pair.host.link, 1, 2, "", 0), -AMP_EAGAIN);
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

// ---- Lives ----

static int life; // what the callback does
static void change_life(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    pair_note(ept, src, data, len);
    struct pair_side *side = (struct pair_side *)ept->link;
    amp_rpmsg_down(&side->link);
    if (life > 0) {
        amp_rpmsg_down(&side->other->link);
        pair_up(&pair);
    }
    if (life > 1) { // and messages of the new life, too
        assert_int_equal(amp_endpoint_send(ept == &at_host ? &at_device : &at_host, "", 0), 0);
        assert_int_equal(amp_endpoint_send(ept, "", 0), 0);
    }
}

static void test_life_ends_in_callback(void **state) {
    (void)state;
    for (int i = 0; i < 6; ++i) {
        open_bound(4);
        life = i / 2;
        struct amp_endpoint *to = i % 2 ? &at_host : &at_device;
        struct amp_endpoint *from = i % 2 ? &at_device : &at_host;
        to->cb = change_life;
        for (int k = 0; k < 3; ++k) {
            amp_endpoint_send(from, "", 0);
        }
        pair_log.count = 0;
        assert_int_equal(amp_rpmsg_poll(to->link), 1);
        assert_int_equal(pair_log.count, 1); // the others died with that life
        to->cb = pair_note;
        if (life > 0) {
            assert_int_equal(amp_rpmsg_poll(to->link), life > 1);
            assert_int_equal(amp_rpmsg_poll(from->link), life > 1);
            check_full(&at_host, &at_device, 4);
            check_full(&at_device, &at_host, 4);
        } else {
            assert_int_equal(amp_rpmsg_poll(to->link), 0);
        }
        if (i < 5) {
            pair_free(&pair);
        }
    }
}

// Nothing of a former life is delivered in the next.
static void test_lives(void **state) {
    (void)state;
    open_bound(4);
    for (int i = 0; i < 1000; ++i) {
        for (int k = 0; k < i % 5; ++k) {
            amp_endpoint_send(&at_host, "", 0);
            amp_endpoint_send(&at_device, "", 0);
        }
        if (i % 3 == 0) {
            amp_rpmsg_poll_some(&pair.host.link, 1);
        }
        pair_down(&pair);
        pair_up(&pair);
        assert_int_equal(amp_rpmsg_poll(&pair.host.link), 0);
        assert_int_equal(amp_rpmsg_poll(&pair.device.link), 0);
    }
    check_full(&at_host, &at_device, 4);
    check_full(&at_device, &at_host, 4);
}

// down() touches no shared memory: it may be gone.
static void test_down_without_memory(void **state) {
    (void)state;
    open_bound(4);
    pair_free(&pair);
    pair_down(&pair);
    assert_int_equal(amp_rpmsg_poll(&pair.host.link), 0);
    assert_int_equal(amp_endpoint_send(&at_host, "", 0), -AMP_EPIPE);
    open_bound(4);
}

#define TEST(f) cmocka_unit_test_teardown(f, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_streams_1),
        TEST(test_streams_2),
        TEST(test_streams_4),
        TEST(test_streams_64),
        TEST(test_streams_256),
        TEST(test_streams_unlike),
        TEST(test_sizes),
        TEST(test_message_in_place),
        TEST(test_full),
        TEST(test_not_connected),
        TEST(test_down),
        TEST(test_up_refuses),
        TEST(test_longest_message),
        TEST(test_mtu_of_device),
        TEST(test_claims),
        TEST(test_claims_and_down),
        TEST(test_poll_some),
        TEST(test_poll_is_bounded),
        TEST(test_poll_does_not_nest),
        TEST(test_peer_can_send),
        TEST(test_notify_ids),
        TEST(test_want_room),
        TEST(test_want_room_in_callback),
        TEST(test_kicks_of_a_stream),
        TEST(test_kicks_with_event_index),
        TEST(test_hold),
        TEST(test_hold_after_end),
        TEST(test_release_in_callback),
        TEST(test_drops),
        TEST(test_header_lies_to_host),
        TEST(test_header_lies_to_device),
        TEST(test_violations_against_host),
        TEST(test_violations_against_device),
        TEST(test_buffer_given_back_twice),
        TEST(test_up_without_buffers),
        TEST(test_violation_in_up),
        TEST(test_violation_in_callback),
        TEST(test_life_ends_in_callback),
        TEST(test_lives),
        TEST(test_down_without_memory),
    };
    return cmocka_run_group_tests_name("rpmsg", tests, NULL, NULL);
}
