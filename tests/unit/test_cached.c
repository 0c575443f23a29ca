/*
 * A host whose rings and buffers are cached (struct amp_port, cache_line), with
 * the fast path: the host works in a copy of the memory, which is its cache,
 * and the device in the memory.  Lines go from one to the other when the host
 * asks for it, and by themselves at any time.  A line that is not cleaned or
 * not forgotten in time is a message that is wrong, or a doorbell that is not rung.
 */
#include "core/virtq.h"
#include "pair.h"

#include <stdlib.h>
#include <string.h>

#if !AMP_CONFIG_CACHE
#error "only in a build with AMP_CONFIG_CACHE: see tests/tests.mk"
#endif

enum { LINE = 32 };

static struct pair pair;
static struct amp_port_ops ops;
static uint8_t *cache; // what the host sees
static uint8_t *filled; // what each line was when it came: a line that differs is dirty
static uint64_t seed;

static uint32_t rnd(uint32_t n) {
    return pair_random(&seed) % n;
}

// The parts of the mapping that there are: two rings and the buffers.
static uint8_t *area(unsigned i, size_t *len) {
    *len = i < 2 ? pair.ring_len[i] : pair.buffers_len;
    return i < 2 ? pair.ring[i] : pair.buffers;
}

static bool is_there(const uint8_t *memory) {
    size_t len;
    for (unsigned i = 0; i < 3; ++i) {
        const uint8_t *first = area(i, &len);
        if (memory + LINE > first && memory < first + len) {
            return true;
        }
    }
    return false;
}

// Write a dirty line back; or take the line from memory, dirty or not.
static void move_line(size_t offset, bool clean) {
    uint8_t *memory = pair.mapping + offset;
    if (!is_there(memory)) {
        return;
    }
    if (!clean) {
        memcpy(cache + offset, memory, LINE);
    } else if (memcmp(cache + offset, filled + offset, LINE) != 0) {
        memcpy(memory, cache + offset, LINE);
    }
    memcpy(filled + offset, cache + offset, LINE);
}

static void move_lines(const void *va, size_t len, bool clean) {
    size_t offset = (size_t)((const uint8_t *)va - cache);
    assert_true(offset < pair.mapping_len && len <= pair.mapping_len - offset);
    for (size_t end = offset + len, at = offset / LINE * LINE; at < end; at += LINE) {
        move_line(at, clean);
    }
}

static void clean_lines(void *ctx, const void *va, size_t len) {
    (void)ctx;
    move_lines(va, len, true);
}

static void forget_lines(void *ctx, const void *va, size_t len) {
    (void)ctx;
    move_lines(va, len, false);
}

// A cache does as it likes: lines are written back, and fetched again.
static void disturb(void) {
    for (unsigned n = rnd(64); n != 0; --n) {
        size_t offset = pair_random(&seed) % pair.mapping_len / LINE * LINE;
        move_line(offset, true);
        if (rnd(2)) {
            move_line(offset, false);
        }
    }
}

static void setup(struct pair_shape shape) {
    pair_init(&pair, shape);
    cache = calloc(2, pair.mapping_len);
    assert_non_null(cache);
    filled = cache + pair.mapping_len;
    ops = *pair.host.port.ops;
    ops.cache_clean = clean_lines;
    ops.cache_invalidate = forget_lines;
    pair.host.port.ops = &ops;
    pair.host.port.cache_line = LINE;
    struct amp_rpmsg_layout *layout = &pair.host.layout;
    for (unsigned i = 0; i < 2; ++i) {
        layout->vring[i].va = cache + (pair.ring[i] - pair.mapping);
    }
    layout->buffers = cache + (pair.buffers - pair.mapping);
    memset(layout->buffers, 0x77, pair.buffers_len); // dirty, from what was there before
    pair_up(&pair);
}

// ---- Traffic ----

enum { KEPT = 3, WORDS = 20 }; // words: a message has several lines
static uint32_t sent[2];
static uint32_t received[2];
static struct amp_rx kept[2][KEPT];
static unsigned kept_count[2];
static bool wants_message[2]; // and so the other side must ring
static bool wants_room[2];

static bool *doorbell(unsigned side) {
    return side == 0 ? &pair.host.doorbell : &pair.device.doorbell;
}

static void receive(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    unsigned side = ept->link == &pair.device.link;
    uint32_t message[WORDS];
    assert_int_equal(src, 3);
    assert_int_equal(len, sizeof(message));
    memcpy(message, data, sizeof(message));
    for (uint32_t i = 0; i < WORDS; ++i) {
        assert_int_equal(message[i], received[side] ^ i << 24);
    }
    ++received[side];
    if (kept_count[side] < KEPT && rnd(4) == 0) {
        struct amp_rx *rx = &kept[side][kept_count[side]++];
        *rx = (struct amp_rx){.data = data, .len = len};
        amp_rx_hold(ept->link, rx);
    } else {
        memset(data, 0xEE, len); // it is ours to write
    }
    disturb();
}

static void send(struct amp_rpmsg *link, unsigned side) {
    uint32_t message[WORDS];
    for (uint32_t i = 0; i < WORDS; ++i) {
        message[i] = sent[side] ^ i << 24;
    }
    int result = amp_rpmsg_send(link, 3, 2, message, sizeof(message));
    if (result == -AMP_EAGAIN) {
        *doorbell(side) = false;
        wants_room[side] = !amp_rpmsg_want_room(link);
        wants_message[side] = false; // it was not asleep
        return;
    }
    assert_int_equal(result, sizeof(message));
    ++sent[side];
    wants_room[side] = false;
    assert_true(!wants_message[!side] || *doorbell(!side));
    wants_message[!side] = false;
}

static void poll(struct amp_rpmsg *links[2], unsigned side, unsigned max) {
    wants_message[side] = false;
    int taken = amp_rpmsg_poll_some(links[side], max);
    assert_in_range(taken, 0, max);
    assert_true((unsigned)taken == max || received[side] == sent[!side]);
    while (kept_count[side] != 0 && rnd(4) != 0) {
        amp_rx_release(links[side], &kept[side][--kept_count[side]]);
    }
    if (wants_room[!side] && amp_rpmsg_want_room(links[!side])) {
        assert_true(*doorbell(!side));
        wants_room[!side] = false;
    }
    if ((unsigned)taken < max && !wants_room[side]) {
        *doorbell(side) = false;
        wants_message[side] = true;
    }
}

static void run(struct pair_shape shape) {
    struct amp_endpoint epts[2];
    memset(sent, 0, sizeof(sent));
    memset(received, 0, sizeof(received));
    setup(shape);
    struct amp_rpmsg *links[2] = {&pair.host.link, &pair.device.link};
    for (unsigned side = 0; side < 2; ++side) {
        kept_count[side] = 0;
        wants_message[side] = wants_room[side] = false;
        assert_int_equal(
            amp_endpoint_create(links[side], &epts[side], NULL, 2, AMP_ADDR_ANY, receive), 0);
    }
    while (received[0] < 3000 || received[1] < 3000) {
        unsigned side = rnd(2);
        disturb();
        for (unsigned n = rnd(2u * shape.num[1]); n != 0; --n) {
            send(links[side], side);
        }
        poll(links, side, 1 + rnd(2u * shape.num[0]));
    }
    pair_free(&pair);
    free(cache);
}

static void test_traffic(void **state) {
    (void)state;
    static const uint16_t nums[] = {4, 16, 64};
    for (unsigned i = 0; i < 6; ++i) {
        seed = i + 1;
        run((struct pair_shape){
            .num = {nums[i / 2], nums[i / 2]}, .align = 64, .event_idx = i & 1});
    }
}

static void ignore(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept, (void)src, (void)data, (void)len;
}

// The host has looked once, so the line of the index is in its cache.
static void test_unconsumed(void **state) {
    (void)state;
    static struct amp_endpoint at_device;
    uint16_t taken;
    setup((struct pair_shape){.num = {4, 4}, .align = 64});
    assert_int_equal(
        amp_endpoint_create(&pair.device.link, &at_device, NULL, 2, AMP_ADDR_ANY, ignore), 0);
    for (int i = 0; i < 3; ++i) {
        assert_int_equal(amp_rpmsg_send(&pair.host.link, 3, 2, "a", 1), 1);
    }
    assert_int_equal(amp_rpmsg_unconsumed(&pair.host.link, &taken), 3);
    assert_int_equal(amp_rpmsg_poll(&pair.device.link), 3);
    assert_int_equal(amp_rpmsg_unconsumed(&pair.host.link, &taken), 0);
    pair_free(&pair);
    free(cache);
}

// A message that comes while the one before it is being handled: the line of the index is in the
// cache by then.
static struct amp_endpoint *answering;
static unsigned answers;
static void answer(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept, (void)src, (void)data, (void)len;
    if (answers != 0) {
        --answers;
        assert_int_equal(amp_rpmsg_send(answering->link, 3, 2, "a", 1), 1);
    }
}
static void test_message_meanwhile(void **state) {
    (void)state;
    static struct amp_endpoint at_host;
    static struct amp_endpoint at_device;
    for (unsigned i = 0; i < 4; ++i) {
        setup((struct pair_shape){.num = {8, 8}, .align = 64, .event_idx = i & 1});
        assert_int_equal(
            amp_endpoint_create(&pair.host.link, &at_host, NULL, 2, AMP_ADDR_ANY, answer), 0);
        assert_int_equal(
            amp_endpoint_create(&pair.device.link, &at_device, NULL, 2, AMP_ADDR_ANY, ignore), 0);
        answering = &at_device;
        for (unsigned first = 1; first <= 2; ++first) {
            answers = 1 + i / 2;
            for (unsigned k = 0; k < first; ++k) {
                assert_int_equal(amp_rpmsg_send(&pair.device.link, 3, 2, "a", 1), 1);
            }
            assert_int_equal(amp_rpmsg_poll(&pair.host.link), first + 1 + i / 2);
        }
        pair_free(&pair);
        free(cache);
    }
}

// A message that fills the last receive buffer, while the first transmit buffer, which is behind
// it, is being filled: only the lines of the message are read again.
static uint8_t got[32];
static void take(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept, (void)src;
    assert_int_equal(len, sizeof(got));
    memcpy(got, data, len);
}
static void test_full_message_beside_a_claim(void **state) {
    (void)state;
    static struct amp_endpoint at_host;
    static struct amp_endpoint at_device;
    static const uint8_t full[496];
    struct amp_rpmsg *host = &pair.host.link;
    struct amp_tx tx;
    struct amp_tx first = {.data = NULL};
    uint8_t expected[sizeof(got)];
    setup((struct pair_shape){.num = {4, 4}, .align = 64});
    assert_int_equal(amp_endpoint_create(host, &at_host, NULL, 2, AMP_ADDR_ANY, ignore), 0);
    assert_int_equal(
        amp_endpoint_create(&pair.device.link, &at_device, NULL, 2, AMP_ADDR_ANY, take), 0);
    for (int i = 0; i < 4; ++i) {
        assert_int_equal(amp_tx_claim(host, &tx), 0);
        first = (uint8_t *)tx.data - AMP_HEADER_SIZE == host->tx.buffers ? tx : first;
    }
    assert_non_null(first.data);
    memset(first.data, 'A', sizeof(got));
    memset(expected, 'A', sizeof(got));
    for (int i = 0; i < 4; ++i) {
        assert_int_equal(amp_rpmsg_send(&pair.device.link, 3, 2, full, sizeof(full)), sizeof(full));
        assert_int_equal(amp_rpmsg_poll(host), 1);
    }
    assert_int_equal(amp_tx_commit(host, &first, 3, 2, sizeof(got)), sizeof(got));
    assert_int_equal(amp_rpmsg_poll(&pair.device.link), 1);
    assert_memory_equal(got, expected, sizeof(got));
    pair_free(&pair);
    free(cache);
}

// What the host asks for is in memory, where the device looks.
static void look_at_flags(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept, (void)src, (void)data, (void)len;
    assert_int_equal(pair_avail(&pair, 0)->flags, VIRTQ_AVAIL_F_NO_INTERRUPT);
    ++answers;
}
static void test_notifications_are_asked_for(void **state) {
    (void)state;
    static struct amp_endpoint at_host;
    enum { NUM = 8 };
    setup((struct pair_shape){.num = {NUM, NUM}, .align = 64, .event_idx = true});
    assert_int_equal(pair_avail(&pair, 1)->ring[NUM], AMP_EVENT_NEVER);
    assert_int_equal(pair_avail(&pair, 0)->ring[NUM], 0);
    pair_free(&pair);
    free(cache);
    setup((struct pair_shape){.num = {NUM, NUM}, .align = 64});
    assert_int_equal(pair_avail(&pair, 1)->flags, VIRTQ_AVAIL_F_NO_INTERRUPT);
    assert_int_equal(pair_avail(&pair, 0)->flags, 0);
    assert_int_equal(
        amp_endpoint_create(&pair.host.link, &at_host, NULL, 2, AMP_ADDR_ANY, look_at_flags), 0);
    for (unsigned i = 0; i < 3; ++i) {
        assert_int_equal(amp_rpmsg_send(&pair.device.link, 3, 2, "a", 1), 1);
    }
    answers = 0;
    assert_int_equal(amp_rpmsg_poll(&pair.host.link), 3);
    assert_int_equal(answers, 3);
    assert_int_equal(pair_avail(&pair, 0)->flags, 0);
    pair_free(&pair);
    free(cache);
}

// The device's event index is read past the cache: a burst leads to one kick.
static void test_one_kick_for_a_burst(void **state) {
    (void)state;
    static struct amp_endpoint at_device;
    setup((struct pair_shape){.num = {8, 8}, .align = 64, .event_idx = true});
    assert_int_equal(
        amp_endpoint_create(&pair.device.link, &at_device, NULL, 2, AMP_ADDR_ANY, ignore), 0);
    for (unsigned round = 0; round < 4; ++round) {
        uint32_t kicks = pair.host.link.stats.kicks;
        for (unsigned i = 0; i < 4; ++i) {
            assert_int_equal(amp_rpmsg_send(&pair.host.link, 3, 2, "a", 1), 1);
        }
        assert_true(round == 0 || pair.host.link.stats.kicks == kicks + 1);
        assert_int_equal(amp_rpmsg_poll(&pair.device.link), 4);
    }
    pair_free(&pair);
    free(cache);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_traffic),
        cmocka_unit_test(test_unconsumed), cmocka_unit_test(test_message_meanwhile),
        cmocka_unit_test(test_full_message_beside_a_claim),
        cmocka_unit_test(test_notifications_are_asked_for),
        cmocka_unit_test(test_one_kick_for_a_burst)};
    return cmocka_run_group_tests_name("cached", tests, NULL, NULL);
}
