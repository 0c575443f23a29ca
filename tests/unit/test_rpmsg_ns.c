#define _POSIX_C_SOURCE 200809L // strnlen()
/* The name service: binding in any order, withdrawal, restart, full rings. */
#include "core/link.h"
#include "pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct pair pair;
static struct amp_rpmsg *const host = &pair.host.link;
static struct amp_rpmsg *const device = &pair.device.link;
static struct amp_endpoint a;
static struct amp_endpoint b;
static struct amp_endpoint c;
static struct amp_endpoint d;

static int setup(void **state) {
    (void)state;
    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    memset(&c, 0, sizeof(c));
    memset(&d, 0, sizeof(d));
    pair_open(&pair, 4);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    pair_free(&pair);
    return 0;
}

static void make(struct amp_rpmsg *link, struct amp_endpoint *ept, const char *name) {
    assert_int_equal(
        amp_endpoint_create(link, ept, name, AMP_ADDR_ANY, AMP_ADDR_ANY, pair_note), 0);
}

// A name service message as a peer writes it.
static void say(struct amp_rpmsg *from, const char *name, uint32_t addr, uint32_t flags) {
    struct rpmsg_ns_msg msg = {.addr = addr, .flags = flags};
    memcpy(msg.name, name, strnlen(name, sizeof(msg.name)));
    assert_int_equal(amp_rpmsg_send(from, addr, RPMSG_NS_ADDR, &msg, sizeof(msg)), sizeof(msg));
    pair_settle(&pair);
}

static struct amp_rpmsg *other_of(struct amp_rpmsg *link) {
    return &((struct pair_side *)link)->other->link;
}

static void restart(void) {
    pair_down(&pair);
    pair_up(&pair);
    pair_settle(&pair);
}

static void forget_services(void) {
    memset(&pair_services, 0, sizeof(pair_services));
}

// ---- Binding ----

static void check_bound(const struct amp_endpoint *x, const struct amp_endpoint *y) {
    assert_true(amp_endpoint_is_ready(x));
    assert_true(amp_endpoint_is_ready(y));
    assert_int_equal(x->dest, y->addr);
    assert_int_equal(y->dest, x->addr);
}

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
        pair_settle(&pair);
        assert_false(amp_endpoint_is_ready(&b));
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
    assert_int_equal(amp_rpmsg_send(device, AMP_ADDR_ANY, a.addr, "hi", 2), 2);
    assert_int_equal(amp_rpmsg_poll(host), 1);
    assert_false(amp_endpoint_is_ready(&a));
    assert_int_equal(amp_endpoint_send(&a, "", 0), -AMP_ENOTCONN);
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
static const char *make_name;
static uint32_t make_dest;

static void make_and_send(struct amp_rpmsg *link, uint32_t src, const char *name) {
    static char names[40][AMP_NAME_SIZE];
    struct amp_endpoint *ept = &made[made_count];
    strcpy(names[made_count], name);
    ++made_count;
    assert_int_equal(amp_endpoint_create(link, ept, make_name ? make_name : names[made_count - 1],
                         AMP_ADDR_ANY, make_dest ? src : AMP_ADDR_ANY, pair_note),
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
    assert_int_equal(made_count, make_dest || make_name == NULL ? 2 : 2);
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
    say(device, "zzz", 700, RPMSG_NS_CREATE);
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

// ---- Restart ----

static void test_restart(void **state) {
    (void)state;
    amp_rpmsg_set_events(host, &pair_events);
    make(host, &a, "x");
    make(device, &b, "x");
    make(host, &c, "waits");
    amp_endpoint_create(host, &d, NULL, 99, AMP_ADDR_ANY, pair_note);
    for (int i = 0; i < 200; ++i) {
        pair_settle(&pair);
        check_bound(&a, &b);
        assert_false(amp_endpoint_is_ready(&c));
        assert_int_equal(amp_endpoint_send(&a, "x", 1), 1);
        assert_int_equal(amp_rpmsg_send(device, 5, 99, "x", 1), 1);
        if (i % 2) {
            pair_settle(&pair);
            assert_true(amp_endpoint_is_ready(&d));
        }
        pair_down(&pair);
        assert_false(amp_endpoint_is_ready(&a) || amp_endpoint_is_ready(&b));
        assert_false(amp_endpoint_is_ready(&d));
        assert_int_equal(amp_endpoint_send(&a, "x", 1), -AMP_EPIPE);
        assert_int_equal(pair_services_of(host) + pair_services_of(device), 0);
        if (i % 3 == 0) { // the remote comes back as another program
            amp_endpoint_abandon(&b);
            make(device, &b, "x");
        }
        pair_up(&pair);
        // Not ready before the other side has said so.
        assert_false(amp_endpoint_is_ready(&a) || amp_endpoint_is_ready(&d));
    }
    assert_int_equal(host->stats.violations + device->stats.violations, 0);
}

// ---- A full ring ----

static void fill(struct amp_rpmsg *link) {
    int error;
    do {
        error = amp_rpmsg_send(link, 1, 54321, "", 0);
    } while (error == 0);
    assert_int_equal(error, -AMP_EAGAIN);
}

static void check_announcement_waits(struct amp_rpmsg *link) {
    struct pair_side *side = (struct pair_side *)link;
    struct amp_rpmsg *peer = other_of(link);
    forget_services();
    amp_rpmsg_set_events(peer, &pair_events);
    fill(link);
    make(link, &a, "late");
    make(link, &b, "later");
    assert_true(link->state & LINK_NS_DUE);
    side->doorbell = false;
    assert_int_equal(amp_rpmsg_poll(peer), 4);
    assert_int_equal(pair_services.count, 0);
    assert_true(side->doorbell); // the core asked to be woken, the user did not
    pair_settle(&pair);
    assert_int_equal(pair_services.count, 2);
    assert_string_equal(pair_services.name[0], "late");
    assert_false(link->state & LINK_NS_DUE);
    amp_rpmsg_set_events(peer, NULL);
    amp_endpoint_destroy(&a);
    amp_endpoint_destroy(&b);
    pair_settle(&pair);
}

static void test_announcement_waits(void **state) {
    (void)state;
    check_announcement_waits(host);
    check_announcement_waits(device);
}

// An endpoint whose announcement never went out needs no withdrawal.
static void test_announcement_not_needed(void **state) {
    (void)state;
    amp_rpmsg_set_events(host, &pair_events);
    amp_rpmsg_set_events(device, &pair_events);
    fill(host);
    make(host, &a, "late");
    assert_int_equal(amp_endpoint_destroy(&a), 0);
    pair_settle(&pair);
    assert_int_equal(pair_services.count + pair_services.released_count, 0);
}

static void check_withdrawal_waits(struct amp_rpmsg *link) {
    struct pair_side *side = (struct pair_side *)link;
    struct amp_rpmsg *peer = other_of(link);
    forget_services();
    amp_rpmsg_set_events(link, &pair_events);
    make(link, &a, "x");
    make(peer, &b, "x");
    pair_settle(&pair);
    check_bound(&a, &b);
    uint32_t addr = a.addr;
    fill(link);
    pair_log.count = 0;
    assert_int_equal(amp_endpoint_destroy(&a), -AMP_EAGAIN);
    assert_int_equal(amp_endpoint_destroy(&a), -AMP_EAGAIN); // still
    assert_false(amp_endpoint_is_ready(&a));
    assert_int_equal(amp_endpoint_send(&a, "", 0), -AMP_ENOTCONN);
    // Its address is free and it gets no message.
    make(link, &c, "z");
    assert_int_equal(amp_endpoint_create(link, &d, NULL, addr, 1, NULL), 0);
    assert_int_equal(amp_endpoint_destroy(&d), 0);
    assert_int_equal(amp_endpoint_send(&b, "", 0), 0);
    assert_int_equal(amp_rpmsg_poll(link), 1);
    assert_int_equal(pair_log.count, 0);
    assert_int_equal(pair_services.released_count, 0);
    side->doorbell = false;
    amp_rpmsg_poll(peer);
    assert_true(side->doorbell);
    amp_rpmsg_poll(link);
    assert_int_equal(pair_services.released_count, 1);
    assert_ptr_equal(pair_services.released, &a);
    memset(&a, 0xEE, sizeof(a)); // the memory is ours again
    pair_settle(&pair);
    assert_false(amp_endpoint_is_ready(&b));
    memset(&a, 0, sizeof(a));
    amp_endpoint_destroy(&b);
    amp_endpoint_destroy(&c);
    pair_settle(&pair);
}

static void test_withdrawal_waits(void **state) {
    (void)state;
    check_withdrawal_waits(host);
    check_withdrawal_waits(device);
}

static void check_closing(struct amp_rpmsg *link, bool abandon) {
    forget_services();
    amp_rpmsg_set_events(link, &pair_events);
    make(link, &a, "x");
    make(link, &b, "y");
    pair_settle(&pair);
    fill(link);
    assert_int_equal(amp_endpoint_destroy(&a), -AMP_EAGAIN);
    assert_int_equal(amp_endpoint_destroy(&b), -AMP_EAGAIN);
    if (abandon) { // the memory is the caller's at once
        amp_endpoint_abandon(&a);
        amp_endpoint_abandon(&b);
        assert_int_equal(pair_services.released_count, 0);
    } else { // so it is when the other side is gone
        amp_rpmsg_down(link);
        assert_int_equal(pair_services.released_count, 2);
        assert_ptr_equal(pair_services.released, &b);
    }
    memset(&a, 0xEE, sizeof(a));
    memset(&b, 0xEE, sizeof(b));
    assert_null(link->endpoints);
    restart();
    assert_int_equal(pair_services_of(other_of(link)), 0);
    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
}

static void test_closing_endpoints(void **state) {
    (void)state;
    check_closing(host, false);
    check_closing(device, false);
    check_closing(host, true);
    check_closing(device, true);
}

// The memory goes back to the heap in the event, and a new life begins there.
static struct amp_endpoint *heap[8];
static bool up_in_released;
static void free_released(struct amp_rpmsg *link, struct amp_endpoint *ept) {
    for (int i = 0; i < 8; ++i) {
        if (heap[i] == ept) {
            free(ept);
            heap[i] = NULL;
        }
    }
    if (up_in_released && !amp_rpmsg_is_up(link)) {
        amp_rpmsg_down(other_of(link));
        pair_up(&pair);
    }
}

static void check_freed(struct amp_rpmsg *link, bool up, bool violate) {
    static const struct amp_rpmsg_events events = {.released = free_released};
    struct amp_rpmsg *peer = other_of(link);
    up_in_released = up;
    amp_rpmsg_set_events(link, &events);
    for (int i = 0; i < 8; ++i) {
        heap[i] = calloc(1, sizeof(*heap[i]));
        assert_non_null(heap[i]);
        make(link, heap[i], "heap");
        if (i == 4) {
            make(link, &a, "x");
        }
        pair_settle(&pair);
    }
    make(peer, &b, "x");
    pair_settle(&pair);
    check_bound(&a, &b);
    fill(link);
    for (int i = 0; i < 8; ++i) {
        assert_int_equal(amp_endpoint_destroy(heap[i]), -AMP_EAGAIN);
    }
    if (violate) { // found when the withdrawals are sent
        if (link == host) {
            pair_used(&pair, 1)->idx = (uint16_t)(pair_used(&pair, 1)->idx + 100);
        } else {
            pair_avail(&pair, 0)->idx = (uint16_t)(pair_avail(&pair, 0)->idx + 100);
        }
        amp_rpmsg_poll(link);
        assert_int_equal(amp_rpmsg_is_up(link), up);
    } else {
        amp_rpmsg_down(link);
    }
    if (!up) {
        for (int i = 0; i < 8; ++i) {
            assert_null(heap[i]);
        }
        restart();
    }
    for (int i = 0; i < 10; ++i) {
        pair_settle(&pair);
    }
    for (int i = 0; i < 8; ++i) {
        assert_null(heap[i]);
    }
    // The endpoint in their midst was announced in the new life, and is withdrawn.
    check_bound(&a, &b);
    amp_rpmsg_set_events(link, NULL);
    assert_int_equal(amp_endpoint_destroy(&a), 0);
    pair_settle(&pair);
    assert_false(amp_endpoint_is_ready(&b));
    assert_int_equal(amp_endpoint_destroy(&b), 0);
    pair_settle(&pair);
    assert_int_equal(pair_services_of(host) + pair_services_of(device), 0);
}

static void test_released_memory(void **state) {
    (void)state;
    for (int i = 0; i < 8; ++i) {
        check_freed(i & 1 ? host : device, i & 2, i & 4);
    }
}

// What is destroyed in the new life that `released` began is withdrawn there.
static struct amp_endpoint young;
static void live_again(struct amp_rpmsg *link, struct amp_endpoint *ept) {
    if (ept == &a) {
        amp_rpmsg_down(other_of(link));
        pair_up(&pair);
        make(link, &young, "young");
        assert_int_equal(amp_rpmsg_poll(other_of(link)), 1);
        assert_int_equal(pair_services_of(other_of(link)), 1);
        fill(link);
        assert_int_equal(amp_endpoint_destroy(&young), -AMP_EAGAIN);
    }
    ++pair_services.released_count;
}

static void test_new_life_in_released(void **state) {
    (void)state;
    static const struct amp_rpmsg_events events = {.released = live_again};
    struct amp_rpmsg *link[2] = {host, device};
    for (int i = 0; i < 2; ++i) {
        forget_services();
        memset(&young, 0, sizeof(young));
        amp_rpmsg_set_events(link[i], &events);
        make(link[i], &a, "a");
        pair_settle(&pair);
        fill(link[i]);
        assert_int_equal(amp_endpoint_destroy(&a), -AMP_EAGAIN);
        amp_rpmsg_down(link[i]);
        assert_true(amp_rpmsg_is_up(link[i]));
        assert_int_equal(pair_services.released_count, 1);
        pair_settle(&pair);
        assert_int_equal(pair_services.released_count, 2);
        assert_int_equal(pair_services_of(link[1 - i]), 0);
        amp_rpmsg_set_events(link[i], NULL);
    }
}

// A send between must not switch off the doorbell that the core waits for.
static void send_in_callback(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    pair_note(ept, src, data, len);
    struct amp_rpmsg *link = ept->link;
    struct amp_rpmsg *peer = other_of(link);
    // The peer runs on its own core: it takes one message just now.
    assert_int_equal(amp_rpmsg_poll_some(peer, 1), 1);
    assert_int_equal(amp_rpmsg_send(link, 1, 54321, "", 0), 0);
}

static void check_send_between(struct amp_rpmsg *link) {
    struct pair_side *side = (struct pair_side *)link;
    struct amp_rpmsg *peer = other_of(link);
    amp_endpoint_create(link, &b, NULL, 98, 1, send_in_callback);
    fill(link);
    make(link, &a, "late"); // waits for room
    assert_true(link->state & LINK_NS_DUE);
    assert_int_equal(amp_rpmsg_send(peer, 1, 98, "", 0), 0);
    assert_int_equal(amp_rpmsg_poll(link), 1); // still no room; the callback takes what comes
    assert_true(link->state & LINK_NS_DUE);
    side->doorbell = false; // the ring for that one buffer was heard
    assert_true(amp_rpmsg_poll(peer) > 0);
    assert_true(side->doorbell);
    pair_settle(&pair);
    assert_int_equal(pair_services_of(peer), 1);
    amp_endpoint_destroy(&a);
    amp_endpoint_destroy(&b);
    pair_settle(&pair);
}

static void test_send_between(void **state) {
    (void)state;
    check_send_between(host);
    check_send_between(device);
}

// ---- Names ----

static void test_names(void **state) {
    (void)state;
    char longest[33] = "1234567890123456789012345678901";
    assert_int_equal(strlen(longest), 31);
    amp_rpmsg_set_events(host, &pair_events);
    make(device, &a, longest);
    pair_settle(&pair);
    assert_string_equal(pair_services.name[0], longest);
    make(host, &b, longest);
    assert_true(amp_endpoint_is_ready(&b));
    strcat(longest, "2");
    assert_int_equal(
        amp_endpoint_create(host, &c, longest, AMP_ADDR_ANY, AMP_ADDR_ANY, NULL), -AMP_EINVAL);
    assert_int_equal(
        amp_endpoint_create(host, &c, "", AMP_ADDR_ANY, AMP_ADDR_ANY, NULL), -AMP_EINVAL);
    assert_null(c.link);
    // The peer's name without an end is cut to 31 bytes.
    say(device, "abcdefghijklmnopqrstuvwxyz012345", 800, RPMSG_NS_CREATE);
    assert_int_equal(pair_services.count, 2);
    assert_string_equal(pair_services.name[1], "abcdefghijklmnopqrstuvwxyz01234");
    say(device, "abcdefghijklmnopqrstuvwxyz01234", 800, RPMSG_NS_DESTROY);
    assert_int_equal(pair_services_of(host), 1);
    // Bytes behind the name's end mean nothing.
    struct rpmsg_ns_msg msg = {.name = "dirty\0garbage", .addr = 801};
    amp_rpmsg_send(device, 801, RPMSG_NS_ADDR, &msg, sizeof(msg));
    pair_settle(&pair);
    make(host, &c, "dirty");
    assert_int_equal(c.dest, 801);
    // No name is no announcement; nor is one without an address.
    say(device, "", 802, RPMSG_NS_CREATE);
    say(device, "nowhere", AMP_ADDR_ANY, RPMSG_NS_CREATE);
    assert_int_equal(host->stats.malformed, 2);
    // UTF-8 is bytes.
    say(device, "\xC3\xA9t\xC3\xA9", 803, RPMSG_NS_CREATE);
    make(host, &d, "\xC3\xA9t\xC3\xA9");
    assert_int_equal(d.dest, 803);
}

static void test_message_sizes(void **state) {
    (void)state;
    uint8_t data[80] = "name";
    for (size_t len = 0; len < 80; ++len) {
        uint32_t before = host->stats.malformed;
        amp_rpmsg_send(device, 1, RPMSG_NS_ADDR, data, len);
        pair_settle(&pair);
        assert_int_equal(host->stats.malformed, before + (len < 40));
        assert_int_equal(pair_services_of(host), len >= 40); // longer: the rest is ignored
    }
}

static void test_without_name_service(void **state) {
    (void)state;
    pair_free(&pair);
    pair_init(&pair, (struct pair_shape){.num = {4, 4}, .no_name_service = true});
    pair_up(&pair);
    make(host, &a, "x");
    make(device, &b, "x");
    pair_settle(&pair);
    assert_int_equal(host->stats.sent + device->stats.sent, 0);
    assert_int_equal(amp_endpoint_destroy(&a), 0);
    assert_int_equal(amp_endpoint_destroy(&b), 0);
    assert_int_equal(host->stats.sent + device->stats.sent, 0);
}

// Buffers too short for a name: endpoints work by their addresses.
static void test_short_buffers(void **state) {
    (void)state;
    pair_free(&pair);
    pair_init(&pair, (struct pair_shape){.num = {4, 4}, .buffer_size = 52});
    pair_up(&pair);
    make(host, &a, "x");
    make(device, &b, "x");
    pair_settle(&pair);
    assert_int_equal(host->stats.sent + device->stats.sent, 0);
    assert_int_equal(amp_rpmsg_send(host, a.addr, b.addr, "hi", 2), 2);
    pair_settle(&pair);
    assert_int_equal(b.dest, a.addr);
    assert_int_equal(amp_endpoint_send(&b, "hi", 2), 2);
    pair_settle(&pair);
    check_bound(&a, &b);
    assert_int_equal(amp_endpoint_destroy(&a), 0);
    assert_int_equal(amp_endpoint_destroy(&b), 0);
}

// More announcements than the ring has buffers, in both directions at once.
static void test_many_announcements(void **state) {
    (void)state;
    static struct amp_endpoint many[2][100];
    static char name[100][16];
    pair_free(&pair);
    pair_init(&pair, (struct pair_shape){.num = {2, 1}});
    for (int i = 0; i < 100; ++i) {
        snprintf(name[i], sizeof(name[i]), "n%d", i);
        make(host, &many[0][i], name[i]);
        make(device, &many[1][i], name[i]);
    }
    pair_up(&pair);
    pair_settle(&pair);
    for (int i = 0; i < 100; ++i) {
        check_bound(&many[0][i], &many[1][i]);
    }
    restart();
    for (int i = 0; i < 100; ++i) {
        check_bound(&many[0][i], &many[1][i]);
    }
    // All withdrawn: those that have to wait are released in time.
    forget_services();
    amp_rpmsg_set_events(device, &pair_events);
    unsigned waiting = 0;
    for (int i = 0; i < 100; ++i) {
        waiting += amp_endpoint_destroy(&many[1][i]) != 0;
    }
    assert_true(waiting >= 98);
    pair_settle(&pair);
    assert_int_equal(pair_services.released_count, waiting);
    for (int i = 0; i < 100; ++i) {
        assert_false(amp_endpoint_is_ready(&many[0][i]));
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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
        TEST(test_explicit_dest_of_known_service),
        TEST(test_remembered_before_event),
        TEST(test_taken_is_not_told_later),
        TEST(test_poll_in_late_event),
        TEST(test_eviction),
        TEST(test_create_in_event),
        TEST(test_destroy_in_event),
        TEST(test_life_ends_in_event),
        TEST(test_restart),
        TEST(test_announcement_waits),
        TEST(test_announcement_not_needed),
        TEST(test_withdrawal_waits),
        TEST(test_closing_endpoints),
        TEST(test_released_memory),
        TEST(test_new_life_in_released),
        TEST(test_send_between),
        TEST(test_names),
        TEST(test_message_sizes),
        TEST(test_without_name_service),
        TEST(test_short_buffers),
        TEST(test_many_announcements),
    };
    return cmocka_run_group_tests_name("rpmsg_ns", tests, NULL, NULL);
}
