/* The service event: what is told, once, and what a program may do inside. */
#include "pair_named.h"

#include <stdio.h>
#include <string.h>

// ---- The service event ----

static void test_remembered_before_event(void **state) {
    (void)state;
    say(device, "one", 701, RPMSG_NS_CREATE);
    say(device, "two", 702, RPMSG_NS_CREATE);
    say(device, "three", 703, RPMSG_NS_CREATE);
    say(device, "two", 702, RPMSG_NS_DESTROY);
    make(host, &a, "one"); // taken before anybody asked
    amp_rpmsg_set_events(host, &pair_events);
    assert_int_equal(pair_services.count, 1);
    assert_string_equal(pair_services.name[0], "three");
    assert_int_equal(pair_services.src[0], 703);
    // Each once, whoever asks again.
    amp_rpmsg_set_events(host, NULL);
    amp_rpmsg_set_events(host, &pair_events);
    assert_int_equal(pair_services.count, 1);
    // A structure without a service event is like none.
    static const struct amp_rpmsg_events none;
    amp_rpmsg_set_events(host, &none);
    say(device, "four", 704, RPMSG_NS_CREATE);
    assert_int_equal(pair_services.count, 1);
    amp_rpmsg_set_events(host, &pair_events);
    assert_int_equal(pair_services.count, 2);
    assert_string_equal(pair_services.name[1], "four");
}

// What an endpoint took is no news after the endpoint is gone.
static void test_taken_is_not_told_later(void **state) {
    (void)state;
    amp_rpmsg_set_events(host, &pair_events);
    make(host, &a, "one");
    say(device, "one", 701, RPMSG_NS_CREATE);
    assert_int_equal(a.dest, 701);
    assert_int_equal(amp_endpoint_destroy(&a), 0);
    say(device, "two", 702, RPMSG_NS_CREATE);
    assert_int_equal(pair_services.count, 1);
    assert_string_equal(pair_services.name[0], "two");
    make(host, &a, "one"); // but it is still known
    assert_int_equal(a.dest, 701);
}

// Of the flags only one has a meaning; a peer may set others.
static void test_unknown_flags(void **state) {
    (void)state;
    amp_rpmsg_set_events(host, &pair_events);
    say(device, "one", 701, ~(uint32_t)RPMSG_NS_DESTROY);
    assert_int_equal(pair_services.count, 1);
    assert_string_equal(pair_services.name[0], "one");
}

static void poll_in_event(struct amp_rpmsg *link, uint32_t src, const char *name) {
    pair_events.service(link, src, name);
    assert_int_equal(amp_rpmsg_poll(link), 0);
}

// An event that polls, while set_events() tells what came earlier, must not
// change what is being told.
static void test_poll_in_late_event(void **state) {
    static const struct amp_rpmsg_events events = {.service = poll_in_event};
    const struct rpmsg_ns_msg gone = {.name = "one", .addr = 701, .flags = RPMSG_NS_DESTROY};
    (void)state;
    say(device, "one", 701, RPMSG_NS_CREATE);
    say(device, "two", 702, RPMSG_NS_CREATE);
    say(device, "three", 703, RPMSG_NS_CREATE);
    assert_int_equal(amp_rpmsg_send(device, 701, RPMSG_NS_ADDR, &gone, sizeof(gone)), sizeof(gone));
    amp_rpmsg_set_events(host, &events);
    assert_int_equal(pair_services.count, 3);
    assert_string_equal(pair_services.name[1], "two");
    assert_string_equal(pair_services.name[2], "three");
    assert_int_equal(amp_rpmsg_poll(host), 1);
}

static void test_eviction(void **state) {
    (void)state;
    char name[16];
    for (int i = 0; i < AMP_CONFIG_MAX_SERVICES + 3; ++i) {
        snprintf(name, sizeof(name), "s%d", i);
        say(device, name, 700 + (uint32_t)i, RPMSG_NS_CREATE);
    }
    assert_int_equal(host->stats.services_forgotten, 3);
    amp_rpmsg_set_events(host, &pair_events);
    assert_int_equal(pair_services.count, AMP_CONFIG_MAX_SERVICES);
    assert_string_equal(pair_services.name[0], "s3");
    make(host, &a, "s2");
    assert_false(amp_endpoint_is_ready(&a));
    make(host, &b, "s3");
    assert_true(amp_endpoint_is_ready(&b));
    // Withdrawals make room, in the middle and at both ends.
    say(device, "s3", 703, RPMSG_NS_DESTROY);
    say(device, "s6", 706, RPMSG_NS_DESTROY);
    snprintf(name, sizeof(name), "s%d", AMP_CONFIG_MAX_SERVICES + 2);
    say(device, name, 702 + AMP_CONFIG_MAX_SERVICES, RPMSG_NS_DESTROY);
    assert_int_equal(pair_services_of(host), AMP_CONFIG_MAX_SERVICES - 3);
    for (int i = 0; i < 3; ++i) {
        snprintf(name, sizeof(name), "t%d", i);
        say(device, name, 800 + (uint32_t)i, RPMSG_NS_CREATE);
    }
    assert_int_equal(host->stats.services_forgotten, 3);
    assert_int_equal(pair_services_of(host), AMP_CONFIG_MAX_SERVICES);
    // An endpoint that is bound needs no memory of its announcement.
    make(host, &c, "t1");
    for (int i = 0; i < 2 * AMP_CONFIG_MAX_SERVICES; ++i) {
        snprintf(name, sizeof(name), "u%d", i);
        say(device, name, 900 + (uint32_t)i, RPMSG_NS_CREATE);
    }
    assert_true(amp_endpoint_is_ready(&c));
    say(device, "t1", 801, RPMSG_NS_DESTROY);
    assert_false(amp_endpoint_is_ready(&c));
}

// ---- Inside the service event ----

static struct amp_endpoint made[40];
static unsigned made_count;
static uint32_t make_dest;

static void make_and_send(struct amp_rpmsg *link, uint32_t src, const char *name) {
    static char names[40][AMP_NAME_SIZE];
    struct amp_endpoint *ept = &made[made_count];
    strcpy(names[made_count], name);
    ++made_count;
    assert_int_equal(amp_endpoint_create(link, ept, names[made_count - 1], AMP_ADDR_ANY,
                         make_dest ? src : AMP_ADDR_ANY, pair_note),
        0);
    assert_true(amp_endpoint_is_ready(ept));
    assert_int_equal(ept->dest, src);
    assert_int_equal(amp_endpoint_send(ept, "hello", 5), 5);
}

static void check_create_in_event(struct amp_rpmsg *link) {
    static const struct amp_rpmsg_events events = {.service = make_and_send};
    struct amp_rpmsg *peer = other_of(link);
    memset(made, 0, sizeof(made));
    made_count = 0;
    make(peer, &a, "x");
    make(peer, &b, "y");
    amp_rpmsg_set_events(link, &events);
    pair_log.count = 0;
    pair_settle(&pair);
    assert_int_equal(made_count, 2);
    assert_int_equal(pair_log.count, 2);
    assert_int_equal(pair_log.len, 5);
    check_bound(&a, &made[0]); // by the announcement or by the message
    check_bound(&b, &made[1]);
    restart();
    assert_int_equal(made_count, 2); // they took their services again
    amp_rpmsg_set_events(link, NULL);
    for (unsigned i = 0; i < made_count; ++i) {
        assert_int_equal(amp_endpoint_destroy(&made[i]), 0);
    }
    assert_int_equal(amp_endpoint_destroy(&a), 0);
    assert_int_equal(amp_endpoint_destroy(&b), 0);
    pair_settle(&pair);
}

static void test_create_in_event(void **state) {
    (void)state;
    for (int i = 0; i < 2; ++i) {
        make_dest = (uint32_t)i;
        check_create_in_event(host);
        check_create_in_event(device);
    }
}

static void destroy_in_event(struct amp_rpmsg *link, uint32_t src, const char *name) {
    (void)link;
    (void)src;
    (void)name;
    ++made_count;
    amp_endpoint_destroy(&a);
    amp_endpoint_destroy(&b);
}

static void test_destroy_in_event(void **state) {
    (void)state;
    static const struct amp_rpmsg_events events = {.service = destroy_in_event};
    make(host, &a, "a");
    make(host, &b, "b");
    pair_settle(&pair);
    amp_rpmsg_set_events(host, &events);
    made_count = 0;
    say(device, "zzz", 700, RPMSG_NS_CREATE);
    assert_int_equal(made_count, 1);
    assert_null(a.link);
    assert_null(b.link);
    assert_int_equal(pair_services_of(device), 0);
}

static void down_in_event(struct amp_rpmsg *link, uint32_t src, const char *name) {
    (void)src;
    (void)name;
    ++made_count;
    amp_rpmsg_down(link);
    amp_rpmsg_down(other_of(link));
    if (make_dest) {
        pair_up(&pair);
    }
}

static void test_life_ends_in_event(void **state) {
    (void)state;
    static const struct amp_rpmsg_events events = {.service = down_in_event};
    for (int i = 0; i < 4; ++i) {
        made_count = 0;
        make_dest = i & 1;
        // Several remembered, told inside set_events(); or one by one, inside a poll.
        if (i & 2) {
            say(device, "one", 701, RPMSG_NS_CREATE);
            say(device, "two", 702, RPMSG_NS_CREATE);
            amp_rpmsg_set_events(host, &events);
        } else {
            amp_rpmsg_set_events(host, &events);
            struct rpmsg_ns_msg msg = {.name = "one", .addr = 701};
            amp_rpmsg_send(device, 701, RPMSG_NS_ADDR, &msg, sizeof(msg));
            msg.addr = 702;
            amp_rpmsg_send(device, 702, RPMSG_NS_ADDR, &msg, sizeof(msg));
            assert_int_equal(amp_rpmsg_poll(host), 1);
        }
        assert_int_equal(made_count, 1); // the rest died with that life
        assert_int_equal(pair_services_of(host), 0);
        amp_rpmsg_set_events(host, NULL);
        restart();
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_remembered_before_event),
        TEST(test_taken_is_not_told_later),
        TEST(test_unknown_flags),
        TEST(test_poll_in_late_event),
        TEST(test_eviction),
        TEST(test_create_in_event),
        TEST(test_destroy_in_event),
        TEST(test_life_ends_in_event),
    };
    return cmocka_run_group_tests_name("rpmsg_ns_events", tests, NULL, NULL);
}
