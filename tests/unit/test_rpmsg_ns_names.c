/* The name service: restarts, names, and messages that are not quite announcements. */
#include "pair_named.h"

#include <string.h>

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

// Whoever had a destination once has something of this other side.
static void test_was_bound(void **state) {
    (void)state;
    make(host, &a, "x");
    make(host, &b, "y");
    make(host, &c, "waits");
    amp_endpoint_create(host, &d, "given", AMP_ADDR_ANY, 7, NULL);
    assert_false(amp_endpoint_was_bound(&a) || amp_endpoint_was_bound(&b));
    assert_true(amp_endpoint_was_bound(&d));
    say(device, "x", 600, RPMSG_NS_CREATE);
    assert_int_equal(amp_rpmsg_send(device, 555, b.addr, "hi", 2), 2);
    pair_settle(&pair);
    assert_true(amp_endpoint_was_bound(&a) && amp_endpoint_was_bound(&b));
    say(device, "x", 600, RPMSG_NS_DESTROY);
    assert_false(amp_endpoint_is_ready(&a));
    pair_down(&pair);
    assert_true(amp_endpoint_was_bound(&a) && amp_endpoint_was_bound(&b));
    assert_true(amp_endpoint_was_bound(&d));
    assert_false(amp_endpoint_was_bound(&c));
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

__attribute__((noinline)) static void dirty_stack(void) {
    volatile uint8_t bytes[4096];
    for (size_t i = 0; i < sizeof(bytes); ++i) {
        bytes[i] = 0xA5;
    }
}

// What is sent ends with NUL, whatever was on the stack: the peer may take it as it is.
static void test_sent_name_has_an_end(void **state) {
    (void)state;
    static const char longest[AMP_NAME_SIZE] = "1234567890123456789012345678901";
    dirty_stack();
    make(device, &a, longest);
    const uint8_t *sent = memmem(pair.buffers, pair.buffers_len, longest, sizeof(longest) - 1);
    assert_non_null(sent);
    assert_memory_equal(sent, longest, sizeof(longest));
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

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_restart),
        TEST(test_was_bound),
        TEST(test_names),
        TEST(test_sent_name_has_an_end),
        TEST(test_message_sizes),
        TEST(test_without_name_service),
        TEST(test_short_buffers),
    };
    return cmocka_run_group_tests_name("rpmsg_ns", tests, NULL, NULL);
}
