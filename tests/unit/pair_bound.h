/*
 * A link with one endpoint at each side, bound to each other: what most tests of
 * messages begin with.  Each test program includes this once; a test opens
 * `pair`, and the teardown frees it.
 */
#ifndef PAIR_BOUND_H
#define PAIR_BOUND_H

#include "core/link.h"
#include "pair.h"

static struct pair pair;
static struct amp_endpoint at_host;
static struct amp_endpoint at_device;

static inline int teardown(void **state) {
    (void)state;
    pair_free(&pair);
    return 0;
}

#define TEST(f) cmocka_unit_test_teardown(f, teardown)

// Two endpoints that are bound to each other.
static inline void bind_both(void) {
    assert_int_equal(
        amp_endpoint_create(&pair.host.link, &at_host, NULL, 2000, 3000, pair_note), 0);
    assert_int_equal(
        amp_endpoint_create(&pair.device.link, &at_device, NULL, 3000, 2000, pair_note), 0);
}

static inline void open_bound(uint16_t num) {
    pair_open(&pair, num);
    bind_both();
}

// A ring of `num` buffers has room for so many messages, round after round.
static inline void check_full(struct amp_endpoint *from, struct amp_endpoint *to, unsigned num) {
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

// A callback: `feed_from` sends the next message at once, so there is always one more.
static struct amp_endpoint *feed_from;
static inline void feed(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    pair_note(ept, src, data, len);
    struct amp_rpmsg *other = feed_from->link;
    other->state &= (uint8_t)~LINK_POLLING; // as if it were another processor
    assert_int_equal(amp_endpoint_send(feed_from, "", 0), 0);
}

#endif // PAIR_BOUND_H
