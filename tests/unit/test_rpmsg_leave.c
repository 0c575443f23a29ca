/* Messages that a callback leaves in the ring, and held ones when the session ends. */
#include "pair_bound.h"

// A callback that takes `places` messages, which say their number, and leaves the others.
static unsigned places;
static unsigned next;
static unsigned left;
static void take_or_leave(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    if (places == 0) {
        ++left;
        assert_true(amp_rx_leave(ept->link));
        return;
    }
    --places;
    pair_note(ept, src, data, len);
    assert_int_equal(len, sizeof(next));
    assert_memory_equal(data, &next, sizeof(next));
    ++next;
}

static struct amp_endpoint *from;
static struct amp_endpoint *to;
static void begin(int role, struct pair_shape shape) {
    pair_init(&pair, shape);
    pair_up(&pair);
    bind_both();
    from = role == 0 ? &at_host : &at_device;
    to = role == 0 ? &at_device : &at_host;
    to->cb = take_or_leave;
    places = next = left = 0;
}

static void send_numbers(unsigned first, unsigned end) {
    for (unsigned i = first; i < end; ++i) {
        assert_int_equal(amp_endpoint_send(from, &i, sizeof(i)), sizeof(i));
    }
}

static void expect_poll(unsigned taken, unsigned left_so_far) {
    assert_int_equal(amp_rpmsg_poll(to->link), taken);
    assert_int_equal(left, left_so_far);
    assert_int_equal(to->link->stats.received, next);
    assert_false(amp_rpmsg_is_polling(to->link));
}

// Each message comes once and in order, however often it was left before; nothing behind
// it is lost, and nothing comes before it.
static void test_leave(void **state) {
    (void)state;
    for (int i = 0; i < 4; ++i) {
        begin(i % 2, (struct pair_shape){.num = {8, 8}, .event_idx = i >= 2});
        send_numbers(0, 1); // alone
        expect_poll(0, 1);
        expect_poll(0, 2);
        send_numbers(1, 8); // the first of many
        expect_poll(0, 3);
        assert_int_equal(amp_endpoint_send(from, "", 0), -AMP_EAGAIN);
        places = 3; // in the middle
        expect_poll(3, 4);
        send_numbers(8, 11); // in the buffers of those
        assert_int_equal(amp_endpoint_send(from, "", 0), -AMP_EAGAIN);
        expect_poll(0, 5);
        places = 100;
        expect_poll(8, 5);
        send_numbers(11, 12);
        expect_poll(1, 5);
        assert_int_equal(next, 12);
        assert_null(to->link->violation);
        if (i != 3) {
            pair_free(&pair);
        }
    }
}

// A peer that sleeps until it has room is woken by the buffers of the messages that were
// taken before the one that was left.
static void test_leave_notifies(void **state) {
    (void)state;
    for (unsigned i = 0; i < 16; ++i) {
        unsigned taken = i / 4;
        begin(i % 2, (struct pair_shape){.num = {4, 4}, .event_idx = i & 2});
        send_numbers(0, 4);
        assert_false(amp_rpmsg_want_room(from->link));
        uint32_t kicks = to->link->stats.kicks;
        places = taken;
        expect_poll(taken, 1);
        assert_int_equal(to->link->stats.kicks, kicks + (taken != 0));
        assert_int_equal(amp_rpmsg_want_room(from->link), taken != 0);
        if (i != 15) {
            pair_free(&pair);
        }
    }
}

// Of a dead core nothing is left: its last poll takes all.
static void leave_fails(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    assert_false(amp_rx_leave(ept->link));
    pair_note(ept, src, data, len);
}
static void test_last_poll(void **state) {
    (void)state;
    begin(1, (struct pair_shape){.num = {4, 4}});
    send_numbers(0, 4);
    expect_poll(0, 1);
    to->cb = leave_fails;
    amp_rpmsg_peer_died(to->link);
    assert_int_equal(amp_rpmsg_poll(to->link), 4);
    assert_int_equal(pair_log.count, 4);
    pair_down(&pair);
    amp_rpmsg_peer_died(to->link); // it has no session: nothing to take
    pair_up(&pair);
    to->cb = take_or_leave;
    send_numbers(0, 1);
    assert_int_equal(amp_rpmsg_poll(to->link), 0);
    assert_int_equal(left, 2);
}

// Nor can a message be left whose session the callback has ended.
static void end_and_leave(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    pair_down(&pair);
    pair_up(&pair);
    leave_fails(ept, src, data, len);
}
static void test_leave_after_end(void **state) {
    (void)state;
    for (int i = 0; i < 2; ++i) {
        begin(i, (struct pair_shape){.num = {4, 4}});
        to->cb = end_and_leave;
        send_numbers(0, 2);
        assert_int_equal(amp_rpmsg_poll(to->link), 1); // the other went with its session
        to->cb = take_or_leave;
        places = 4;
        send_numbers(0, 4);
        assert_int_equal(amp_rpmsg_poll(to->link), 4);
        if (i == 0) {
            pair_free(&pair);
        }
    }
}

static struct amp_rx kept;
static void keep(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)src;
    kept = (struct amp_rx){.data = data, .len = len};
    amp_rx_hold(ept->link, &kept);
}

// A held message outlives its session until the memory is used for something else.
static void test_held_after_end(void **state) {
    (void)state;
    for (int i = 0; i < 4; ++i) {
        begin(i % 2, (struct pair_shape){.num = {4, 4}});
        to->cb = keep;
        kept.token.desc_state = NULL;
        assert_false(amp_rx_is_held(&kept));
        send_numbers(7, 8);
        assert_int_equal(amp_rpmsg_poll(to->link), 1);
        assert_true(amp_rx_is_held(&kept));
        pair_down(&pair);
        assert_true(amp_rx_is_held(&kept));
        const unsigned seven = 7;
        assert_memory_equal(kept.data, &seven, sizeof(seven));
        if (i < 2) {
            amp_rpmsg_forget(to->link);
            assert_false(amp_rx_is_held(&kept));
        }
        pair_up(&pair);
        assert_false(amp_rx_is_held(&kept));
        send_numbers(7, 8);
        assert_int_equal(amp_rpmsg_poll(to->link), 1);
        assert_true(amp_rx_is_held(&kept));
        amp_rx_release(to->link, &kept);
        assert_false(amp_rx_is_held(&kept));
        if (i != 3) {
            pair_free(&pair);
        }
    }
}

// A callback that has ended the session holds nothing, whatever the token was before.
static void end_and_keep(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    static const uint32_t use = 7;
    (void)src;
    kept = (struct amp_rx){.data = data, .len = len, .token = {.desc_state = &use, .use = use}};
    assert_true(amp_rx_is_held(&kept));
    amp_rpmsg_down(ept->link);
    amp_rx_hold(ept->link, &kept);
}
static void test_hold_after_end(void **state) {
    (void)state;
    begin(0, (struct pair_shape){.num = {4, 4}});
    to->cb = end_and_keep;
    send_numbers(0, 1);
    (void)amp_rpmsg_poll(to->link);
    assert_false(amp_rx_is_held(&kept));
}

// A message that comes while another one is being held is taken in the same poll.
static struct amp_rx both[2];
static unsigned both_count;
static void keep_and_send(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)src;
    both[both_count] = (struct amp_rx){.data = data, .len = len};
    amp_rx_hold(ept->link, &both[both_count++]);
    if (both_count == 1) {
        send_numbers(1, 2);
    }
}
static void test_more_while_held(void **state) {
    (void)state;
    for (int i = 0; i < 4; ++i) {
        begin(i % 2, (struct pair_shape){.num = {4, 4}, .event_idx = i >= 2});
        to->cb = keep_and_send;
        both_count = 0;
        send_numbers(0, 1);
        assert_int_equal(amp_rpmsg_poll(to->link), 2);
        for (unsigned k = 0; k < 2; ++k) {
            assert_memory_equal(both[k].data, &k, sizeof(k));
            amp_rx_release(to->link, &both[k]);
        }
        both_count = 1;
        send_numbers(0, 2);
        assert_int_equal(amp_rpmsg_poll_some(to->link, 1), 1); // and no more than that
        amp_rx_release(to->link, &both[1]);
        if (i != 3) {
            pair_free(&pair);
        }
    }
}

// While it stays as it is, no endpoint becomes ready or unready.
static void test_changes(void **state) {
    (void)state;
    begin(0, (struct pair_shape){.num = {4, 4}});
    struct amp_endpoint late;
    uint32_t changes = to->link->stats.changes;
    places = 4;
    send_numbers(0, 4);
    expect_poll(4, 0);
    assert_int_equal(to->link->stats.changes, changes);
    assert_int_equal(amp_endpoint_create(to->link, &late, NULL, 4000, AMP_ADDR_ANY, pair_note), 0);
    changes = to->link->stats.changes;
    assert_int_equal(amp_rpmsg_send(from->link, 1, 4000, "", 0), 0);
    assert_int_equal(amp_rpmsg_poll(to->link), 1);
    assert_true(amp_endpoint_is_ready(&late));
    assert_int_equal(to->link->stats.changes, changes + 1);
    pair_down(&pair);
    assert_true(to->link->stats.changes != changes + 1);
    changes = to->link->stats.changes;
    pair_up(&pair);
    assert_int_equal(to->link->stats.changes, changes + 1); // it counts: no two cancel out
    amp_rpmsg_forget(to->link);
    assert_int_equal(to->link->stats.changes, changes + 2);
}

static void test_change_without_endpoints(void **state) {
    (void)state;
    pair_open(&pair, 4);
    uint32_t changes = pair.host.link.stats.changes;
    pair_down(&pair);
    assert_int_equal(pair.host.link.stats.changes, changes + 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_leave),
        TEST(test_leave_notifies),
        TEST(test_last_poll),
        TEST(test_leave_after_end),
        TEST(test_held_after_end),
        TEST(test_hold_after_end),
        TEST(test_more_while_held),
        TEST(test_changes),
        TEST(test_change_without_endpoints),
    };
    return cmocka_run_group_tests_name("rpmsg_leave", tests, NULL, NULL);
}
