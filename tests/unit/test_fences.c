/*
 * The fences of the message path, one by one (docs/WIRE.md, "Memory order").
 *
 * One side acts with late stores: what it writes becomes visible at its next
 * fence, and not before.  Then the other side does what a fence has to be seen
 * by: it asks for room and looks, sends, or goes to sleep.  Either that side
 * finds what was done, or it has been rung; without the fence neither is so, and
 * it would sleep for ever.  Taking any one fence out of core/ fails a test here.
 */
#include "hooked_core.h"

#include "pair.h"

#include <string.h>

static struct pair pair;
static struct amp_rpmsg *actor; // whose stores are late
static struct amp_rpmsg *other;
static struct amp_endpoint at_actor;
static struct amp_endpoint at_other;
static struct amp_rx held;

static void drop(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept;
    (void)src;
    (void)data;
    (void)len;
}

static bool *doorbell(struct amp_rpmsg *link) {
    return &((struct pair_side *)link)->doorbell;
}

static void send(struct amp_endpoint *ept, unsigned count) {
    for (; count != 0; --count) {
        assert_int_equal(amp_endpoint_send(ept, "x", 1), 1);
    }
}

// Two sides that have seen each other sleep, be rung, and wait for room: each
// knows what the other goes by.
static void open_pair(unsigned variant) {
    pair_init(&pair, (struct pair_shape){.num = {4, 4}, .event_idx = variant & 1});
    pair_up(&pair);
    actor = variant & 2 ? &pair.host.link : &pair.device.link;
    other = variant & 2 ? &pair.device.link : &pair.host.link;
    assert_int_equal(amp_endpoint_create(actor, &at_actor, NULL, 1, 2, drop), 0);
    assert_int_equal(amp_endpoint_create(other, &at_other, NULL, 2, 1, drop), 0);
    for (unsigned round = 0; round < 6; ++round) {
        send(&at_actor, 4);
        send(&at_other, 4);
        assert_false(amp_rpmsg_want_room(actor));
        assert_false(amp_rpmsg_want_room(other));
        pair_settle(&pair);
    }
}

// What the other side has left to send is in use.
static void exhaust(void) {
    struct amp_tx tx;
    while (amp_tx_claim(other, &tx) == 0) {
    }
}

static void act_late(void) {
    *doorbell(other) = *doorbell(actor) = false;
    hooked_late = true;
}

// The other side's turn; the actor's stores wait.
static void turn(void) {
    hooked_late = false;
}

// Would the other side, which is exhausted, wait for ever?
static bool room_is_lost(void) {
    turn();
    return !amp_rpmsg_want_room(other) && !*doorbell(other);
}

// Would the actor, which has taken all, miss the next message?
static bool message_is_lost(void) {
    turn();
    send(&at_other, 1);
    return !*doorbell(actor);
}

// ---- amp_link_notify() ----

static bool short_poll_returns(void) {
    send(&at_other, 1);
    exhaust();
    act_late();
    assert_int_equal(amp_rpmsg_poll_some(actor, 1), 1);
    return room_is_lost();
}

static bool short_poll_listens(void) {
    send(&at_other, 1);
    act_late();
    assert_int_equal(amp_rpmsg_poll_some(actor, 4), 1);
    return message_is_lost();
}

// ---- The slow path's poll ----

static bool long_poll_returns(void) {
    send(&at_other, 2);
    exhaust();
    act_late();
    assert_int_equal(amp_rpmsg_poll_some(actor, 2), 2);
    return room_is_lost();
}

static bool long_poll_listens(void) {
    send(&at_other, 2);
    act_late();
    assert_int_equal(amp_rpmsg_poll_some(actor, 4), 2);
    return message_is_lost();
}

static void leave(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)src;
    (void)data;
    (void)len;
    ept->cb = drop;
    assert_true(amp_rx_leave(ept->link));
}

static void drop_then_leave(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    drop(ept, src, data, len);
    ept->cb = leave;
}

static bool leaving_poll_returns(void) {
    at_actor.cb = drop_then_leave;
    send(&at_other, 2);
    exhaust();
    act_late();
    assert_int_equal(amp_rpmsg_poll(actor), 1);
    return room_is_lost();
}

// ---- amp_link_notify_returned() ----

static void hold(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)src;
    held = (struct amp_rx){.data = data, .len = len};
    amp_rx_hold(ept->link, &held);
    ept->cb = drop;
}

static bool release_returns(void) {
    at_actor.cb = hold;
    send(&at_other, 1);
    assert_int_equal(amp_rpmsg_poll(actor), 1);
    exhaust();
    act_late();
    amp_rx_release(actor, &held);
    return room_is_lost();
}

// ---- commit() ----

static void send_late(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)src;
    (void)data;
    (void)len;
    ept->cb = drop;
    act_late();
    send(&at_actor, 1);
    turn();
}

// Sent while the other side is awake, which then goes to sleep.
static bool message_comes(void) {
    at_other.cb = send_late;
    send(&at_actor, 1);
    int taken = amp_rpmsg_poll_some(other, 4);
    return taken == 1 && !*doorbell(other);
}

// ---- amp_rpmsg_want_room() ----

static bool room_is_wanted(void) {
    send(&at_actor, 4);
    act_late();
    assert_false(amp_rpmsg_want_room(actor));
    turn();
    assert_int_equal(amp_rpmsg_poll(other), 4);
    return !*doorbell(actor);
}

// ---- All of them ----

static bool (*const steps[])(void) = {short_poll_returns, short_poll_listens, long_poll_returns,
    long_poll_listens, leaving_poll_returns, release_returns, message_comes, room_is_wanted};
enum { STEPS = sizeof(steps) / sizeof(steps[0]), VARIANTS = 4 };

static unsigned count_lost(unsigned step) {
    unsigned lost = 0;
    for (unsigned variant = 0; variant < VARIANTS; ++variant) {
        open_pair(variant);
        lost += steps[step]();
        hooked_show();
        pair_free(&pair);
    }
    return lost;
}

static void test_each_is_seen(void **state) {
    (void)state;
    for (unsigned step = 0; step < STEPS; ++step) {
        assert_int_equal(count_lost(step), 0);
    }
}

// Without fences each of the steps loses a wake-up, in one of its variants at
// least.
static void test_each_is_needed(void **state) {
    (void)state;
    hooked_fenceless = true;
    for (unsigned step = 0; step < STEPS; ++step) {
        assert_int_not_equal(count_lost(step), 0);
    }
    hooked_fenceless = false;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_is_seen),
        cmocka_unit_test(test_each_is_needed),
    };
    return cmocka_run_group_tests_name("fences", tests, NULL, NULL);
}
