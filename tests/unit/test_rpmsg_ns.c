/* The name service: binding by name. */
#include "pair_named.h"

#include <string.h>

// ---- Binding ----

// The same for both roles: who has the endpoint first.
static void test_bind(void **state) {
    (void)state;
    struct amp_rpmsg *link[2] = {host, device};
    for (int i = 0; i < 2; ++i) {
        forget_services();
        amp_rpmsg_set_events(host, &pair_events);
        amp_rpmsg_set_events(device, &pair_events);
        make(link[i], &a, "x");
        assert_false(amp_endpoint_is_ready(&a));
        pair_settle(&pair); // the announcement is there before the other's endpoint
        assert_int_equal(pair_services.count, 1);
        assert_string_equal(pair_services.name[0], "x");
        assert_int_equal(pair_services.src[0], a.addr);
        make(link[1 - i], &b, "x");
        assert_true(amp_endpoint_is_ready(&b));
        assert_int_equal(b.dest, a.addr);
        pair_settle(&pair); // b is announced too, as it was created without a destination
        check_bound(&a, &b);
        assert_int_equal(pair_services.count, 1); // a took it silently
        assert_int_equal(amp_endpoint_destroy(&a), 0);
        assert_false(amp_endpoint_is_ready(&a));
        uint32_t changes = link[1 - i]->stats.changes;
        pair_settle(&pair);
        assert_false(amp_endpoint_is_ready(&b));
        assert_int_equal(link[1 - i]->stats.changes, changes + 1);
        assert_int_equal(amp_endpoint_send(&b, "x", 1), -AMP_ENOTCONN);
        assert_int_equal(amp_endpoint_destroy(&b), 0);
        pair_settle(&pair);
        assert_int_equal(pair_services_of(host) + pair_services_of(device), 0);
    }
}

static void test_bind_crossing(void **state) {
    (void)state;
    make(host, &a, "x");
    make(device, &b, "x"); // neither has heard of the other yet
    pair_settle(&pair);
    check_bound(&a, &b);
}

static void test_bind_before_up(void **state) {
    (void)state;
    pair_down(&pair);
    make(host, &a, "x");
    make(device, &b, "x");
    pair_up(&pair);
    pair_settle(&pair);
    check_bound(&a, &b);
}

static void test_bind_by_first_message(void **state) {
    (void)state;
    make(host, &a, "x");
    assert_int_equal(amp_rpmsg_send(device, 555, a.addr, "hi", 2), 2);
    assert_int_equal(amp_rpmsg_poll(host), 1);
    assert_int_equal(a.dest, 555);
    assert_true(amp_endpoint_is_ready(&a));
    // The second sender does not take it over.
    assert_int_equal(amp_rpmsg_send(device, 556, a.addr, "hi", 2), 2);
    assert_int_equal(amp_rpmsg_poll(host), 1);
    assert_int_equal(pair_log.src, 556);
    assert_int_equal(a.dest, 555);
}

static void test_bind_by_message_without_callback(void **state) {
    (void)state;
    amp_endpoint_create(host, &a, "x", AMP_ADDR_ANY, AMP_ADDR_ANY, NULL);
    assert_int_equal(amp_rpmsg_send(device, 555, a.addr, "hi", 2), 2);
    assert_int_equal(amp_rpmsg_poll(host), 1);
    assert_int_equal(host->stats.dropped, 1);
    assert_true(amp_endpoint_is_ready(&a));
}

// A sender without an address binds nobody.
static void test_message_from_nowhere(void **state) {
    (void)state;
    make(host, &a, "x");
    for (unsigned i = 1; i <= 2; ++i) { // the message arrives all the same
        assert_int_equal(amp_rpmsg_send(device, AMP_ADDR_ANY, a.addr, "hi", 2), 2);
        assert_int_equal(amp_rpmsg_poll(host), 1);
        assert_int_equal(pair_log.count, i);
        assert_false(amp_endpoint_is_ready(&a));
        assert_int_equal(amp_endpoint_send(&a, "", 0), -AMP_ENOTCONN);
    }
    // Others still can, by a message as by an announcement.
    make(host, &b, "y");
    assert_int_equal(amp_rpmsg_send(device, AMP_ADDR_ANY, b.addr, "hi", 2), 2);
    assert_int_equal(amp_rpmsg_send(device, 5, b.addr, "hi", 2), 2);
    assert_int_equal(amp_rpmsg_poll(host), 2);
    assert_int_equal(b.dest, 5);
    say(device, "x", 600, RPMSG_NS_CREATE);
    assert_true(amp_endpoint_is_ready(&a));
}

static void test_several_of_one_name(void **state) {
    (void)state;
    amp_rpmsg_set_events(host, &pair_events);
    make(host, &a, "x");
    make(host, &b, "x");
    say(device, "x", 601, RPMSG_NS_CREATE);
    assert_int_equal(a.dest, 601); // the oldest first
    assert_false(amp_endpoint_is_ready(&b));
    say(device, "x", 602, RPMSG_NS_CREATE);
    assert_int_equal(b.dest, 602);
    assert_int_equal(pair_services.count, 0);
    say(device, "x", 603, RPMSG_NS_CREATE); // nobody waits
    assert_int_equal(pair_services.count, 1);
    make(host, &c, "x");
    assert_int_equal(c.dest, 603); // it was remembered
    make(host, &d, "x");
    assert_false(amp_endpoint_is_ready(&d));
    // The second goes and comes back, also for the one that waits.
    say(device, "x", 602, RPMSG_NS_DESTROY);
    assert_false(amp_endpoint_is_ready(&b));
    assert_true(amp_endpoint_is_ready(&a) && amp_endpoint_is_ready(&c));
    say(device, "x", 604, RPMSG_NS_CREATE);
    assert_int_equal(b.dest, 604); // b is the oldest that waits
    say(device, "x", 602, RPMSG_NS_CREATE);
    assert_int_equal(d.dest, 602);
    assert_int_equal(pair_services.count, 1);
    // The same announcement again changes nothing.
    say(device, "x", 602, RPMSG_NS_CREATE);
    say(device, "x", 601, RPMSG_NS_CREATE);
    assert_int_equal(a.dest, 601);
    assert_int_equal(d.dest, 602);
    assert_int_equal(pair_services.count, 1);
}

static void test_other_names(void **state) {
    (void)state;
    amp_rpmsg_set_events(host, &pair_events);
    make(host, &a, "abc");
    say(device, "ab", 601, RPMSG_NS_CREATE);
    say(device, "abcd", 602, RPMSG_NS_CREATE);
    say(device, "ABC", 603, RPMSG_NS_CREATE);
    assert_false(amp_endpoint_is_ready(&a));
    assert_int_equal(pair_services.count, 3);
    // A withdrawal of another name, or from another address.
    say(device, "abc", 604, RPMSG_NS_CREATE);
    say(device, "abcd", 604, RPMSG_NS_DESTROY);
    say(device, "abc", 602, RPMSG_NS_DESTROY);
    assert_int_equal(a.dest, 604);
}

static void test_explicit_dest(void **state) {
    (void)state;
    amp_rpmsg_set_events(host, &pair_events);
    amp_rpmsg_set_events(device, &pair_events);
    // Ready at once, and not announced.
    assert_int_equal(amp_endpoint_create(host, &a, "x", AMP_ADDR_ANY, 700, pair_note), 0);
    assert_true(amp_endpoint_is_ready(&a));
    pair_settle(&pair);
    assert_int_equal(pair_services.count, 0);
    assert_int_equal(device->stats.received + device->stats.dropped, 0);
    // An announcement of another address is not for it; its own is.
    say(device, "x", 701, RPMSG_NS_CREATE);
    assert_int_equal(a.dest, 700);
    assert_int_equal(pair_services.count, 1);
    say(device, "x", 700, RPMSG_NS_CREATE);
    assert_int_equal(pair_services.count, 1);
    say(device, "x", 701, RPMSG_NS_DESTROY);
    assert_int_equal(a.dest, 700);
    say(device, "x", 700, RPMSG_NS_DESTROY);
    assert_false(amp_endpoint_is_ready(&a));
    say(device, "x", 700, RPMSG_NS_CREATE);
    assert_int_equal(a.dest, 700);
    // After a restart it follows its service to the new address.
    restart();
    assert_false(amp_endpoint_is_ready(&a));
    say(device, "x", 702, RPMSG_NS_CREATE);
    assert_int_equal(a.dest, 702);
    // Never announced, never withdrawn.
    assert_int_equal(amp_endpoint_destroy(&a), 0);
    pair_settle(&pair);
    assert_int_equal(device->stats.received + device->stats.dropped, 0);
    assert_int_equal(pair_services_of(device), 0);
}

// What was announced after the endpoint was created with this `dest` is bound by its name: it
// follows its service.
static void test_explicit_dest_announced_later(void **state) {
    (void)state;
    assert_int_equal(amp_endpoint_create(host, &a, "x", AMP_ADDR_ANY, 700, pair_note), 0);
    say(device, "x", 700, RPMSG_NS_CREATE);
    restart();
    assert_false(amp_endpoint_is_ready(&a));
}

// One that waits is given what becomes free: by a closed endpoint, and by a service
// that moves: its new address is announced before the old one is withdrawn.
static void test_waiting_gets_what_becomes_free(void **state) {
    (void)state;
    make(host, &a, "x");
    make(host, &b, "x");
    make(host, &c, "x");
    say(device, "x", 700, RPMSG_NS_CREATE);
    assert_int_equal(a.dest, 700);
    assert_false(amp_endpoint_is_ready(&b) || amp_endpoint_is_ready(&c));
    assert_int_equal(amp_endpoint_destroy(&a), 0);
    assert_int_equal(b.dest, 700); // the older of the two
    assert_false(amp_endpoint_is_ready(&c));
    say(device, "x", 701, RPMSG_NS_CREATE);
    assert_int_equal(c.dest, 701);
    amp_endpoint_abandon(&c);
    say(device, "x", 700, RPMSG_NS_DESTROY); // it has moved to 701
    assert_int_equal(b.dest, 701);
    // A second announcement of what is taken takes nothing from anybody.
    say(device, "x", 701, RPMSG_NS_CREATE);
    assert_int_equal(b.dest, 701);
    make(host, &a, "x");
    assert_false(amp_endpoint_is_ready(&a));
    say(device, "x", 702, RPMSG_NS_CREATE);
    assert_int_equal(a.dest, 702);
    // Both are withdrawn while one waits: nobody has anything.
    make(host, &c, "x");
    say(device, "x", 701, RPMSG_NS_DESTROY);
    say(device, "x", 702, RPMSG_NS_DESTROY);
    assert_true(a.dest == AMP_ADDR_ANY && b.dest == AMP_ADDR_ANY && c.dest == AMP_ADDR_ANY);
    say(device, "x", 703, RPMSG_NS_CREATE); // the oldest that waits
    assert_int_equal(b.dest, 703);
}

// It binds by name and by first message, and the other side hears nothing of it.
static void test_unannounced(void **state) {
    (void)state;
    amp_rpmsg_set_events(device, &pair_events);
    for (int i = 0; i < 2; ++i) {
        assert_int_equal(
            amp_endpoint_create_with(host, &a, "x", 900, AMP_ADDR_ANY, pair_note, 0), 0);
        restart();
        assert_int_equal(pair_services.count, 0);
        assert_int_equal(device->stats.received + device->stats.dropped, i);
        if (i == 0) {
            say(device, "x", 700, RPMSG_NS_CREATE);
            assert_int_equal(a.dest, 700);
        } else {
            assert_int_equal(amp_rpmsg_send(device, 55, 900, "", 0), 0);
            pair_settle(&pair);
            assert_int_equal(a.dest, 55);
        }
        // What is sent arrives; nobody has those addresses.
        assert_int_equal(amp_endpoint_send(&a, "", 0), 0);
        assert_int_equal(amp_endpoint_destroy(&a), 0);
        pair_settle(&pair);
        assert_int_equal(device->stats.dropped, i + 1);
        assert_int_equal(pair_services.count, 0);
    }
}

static void test_explicit_dest_of_known_service(void **state) {
    (void)state;
    say(device, "x", 700, RPMSG_NS_CREATE);
    say(device, "x", 701, RPMSG_NS_CREATE);
    assert_int_equal(amp_endpoint_create(host, &a, "x", AMP_ADDR_ANY, 701, pair_note), 0);
    assert_int_equal(a.dest, 701);
    make(host, &b, "x");
    assert_int_equal(b.dest, 700);
    restart(); // both follow their service
    assert_false(amp_endpoint_is_ready(&a) || amp_endpoint_is_ready(&b));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_bind),
        TEST(test_bind_crossing),
        TEST(test_bind_before_up),
        TEST(test_bind_by_first_message),
        TEST(test_bind_by_message_without_callback),
        TEST(test_message_from_nowhere),
        TEST(test_several_of_one_name),
        TEST(test_other_names),
        TEST(test_explicit_dest),
        TEST(test_explicit_dest_announced_later),
        TEST(test_waiting_gets_what_becomes_free),
        TEST(test_unannounced),
        TEST(test_explicit_dest_of_known_service),
    };
    return cmocka_run_group_tests_name("rpmsg_ns", tests, NULL, NULL);
}
