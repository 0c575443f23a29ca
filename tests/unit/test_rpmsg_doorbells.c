/* Doorbells: which one rings, for whom, and how seldom. */
#include "pair_bound.h"

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
    assert_true(amp_rpmsg_want_room(&pair.host.link)); // there is room
    assert_int_equal(pair.host.rang[0] + pair.device.rang[1], 0);
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

// A poll of one message whose callback did more than receive: the peer, which waits for room, is
// kicked if the buffer went back.  If not, the fast path spares the kick; the slow path does not
// look.
static struct amp_rx kept;

static void die(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    pair_note(ept, src, data, len);
    amp_rpmsg_peer_died(ept->link); // as when the core is found dead meanwhile
}

static void hold(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    pair_note(ept, src, data, len);
    kept = (struct amp_rx){.data = data, .len = len};
    amp_rx_hold(ept->link, &kept);
}

static void check_one(bool to_host, amp_endpoint_cb cb, unsigned max, unsigned kicks) {
    open_bound(1);
    struct amp_endpoint *from = to_host ? &at_device : &at_host;
    struct amp_endpoint *to = to_host ? &at_host : &at_device;
    struct pair_side *side = (struct pair_side *)to->link;
    to->cb = cb;
    assert_int_equal(amp_endpoint_send(from, "", 0), 0);
    assert_false(amp_rpmsg_want_room(from->link));
    assert_int_equal(amp_rpmsg_poll_some(to->link, max), 1);
    if (kicks != 0 || AMP_CONFIG_FAST_PATH) {
        assert_int_equal(side->rang[to_host ? 0 : 1], kicks);
    }
}

static void test_kick_after_one(void **state) {
    (void)state;
    for (unsigned i = 0; i < 4; ++i) {
        unsigned max = i < 2 ? 1 : 100;
        check_one(i & 1, die, max, 1);
        pair_free(&pair);
        check_one(i & 1, hold, max, 0);
        struct pair_side *side = i & 1 ? &pair.host : &pair.device;
        unsigned before = side->rang[i & 1 ? 0 : 1];
        amp_rx_release(&side->link, &kept);
        assert_int_equal(side->rang[i & 1 ? 0 : 1], before + 1);
        if (i != 3) {
            pair_free(&pair);
        }
    }
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

        // In bursts into a peer that has not asked for silence: one for each send before its poll.
        open_bound(64);
        for (int burst = 0; burst < 1000; ++burst) {
            for (int k = 0; k < 10; ++k) {
                amp_endpoint_send(from, "", 0);
            }
            assert_int_equal(amp_rpmsg_poll_some(to->link, 3), 3);
            amp_endpoint_send(from, "", 0); // it is awake
            assert_int_equal(amp_rpmsg_poll(to->link), 8);
        }
        assert_int_equal(from->link->stats.kicks, 10 * 1000);
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
        // Until the other side was seen to write an index each message rings.
        assert_int_equal(amp_endpoint_send(from, "", 0), 0);
        assert_int_equal(amp_rpmsg_poll(to->link), 1);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_notify_ids),
        TEST(test_want_room),
        TEST(test_want_room_in_callback),
        TEST(test_kick_after_one),
        TEST(test_kicks_of_a_stream),
        TEST(test_kicks_with_event_index),
    };
    return cmocka_run_group_tests_name("rpmsg_doorbells", tests, NULL, NULL);
}
