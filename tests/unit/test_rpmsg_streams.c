/* Long streams of messages in both directions, whatever the rings' shapes. */
#include "pair_bound.h"

#include <string.h>

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
    assert_int_equal(device->stats.sent, count);
    assert_int_equal(host->stats.received, count);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_streams_1),
        TEST(test_streams_2),
        TEST(test_streams_4),
        TEST(test_streams_64),
        TEST(test_streams_256),
        TEST(test_streams_unlike),
    };
    return cmocka_run_group_tests_name("rpmsg_streams", tests, NULL, NULL);
}
