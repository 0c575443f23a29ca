/* Endpoints: addresses, many of them, and their life. */
#include "endpoint_case.h"

// ---- Addresses ----

static void test_first_address(void **state) {
    (void)state;
    make_at(&a, AMP_ADDR_ANY, NULL);
    make_at(&b, AMP_ADDR_ANY, NULL);
    assert_int_equal(a.addr, 1024);
    assert_int_equal(b.addr, 1025);
}

static void test_address_in_use(void **state) {
    (void)state;
    make_at(&a, 77, NULL);
    struct amp_endpoint before = b;
    assert_int_equal(amp_endpoint_create(host, &b, "b", 77, AMP_ADDR_ANY, NULL), -AMP_EADDRINUSE);
    assert_memory_equal(&b, &before, sizeof(b));
    assert_int_equal(
        amp_endpoint_create(host, &b, "b", RPMSG_NS_ADDR, AMP_ADDR_ANY, NULL), -AMP_EADDRINUSE);
    // The other side has addresses of its own.
    assert_int_equal(amp_endpoint_create(device, &b, "b", 77, AMP_ADDR_ANY, NULL), 0);
    assert_int_equal(amp_endpoint_destroy(&a), 0);
    make_at(&a, 77, NULL);
    make_at(&c, 0, NULL); // an address like any other
    assert_int_equal(c.addr, 0);
}

static void test_addresses_are_new(void **state) {
    (void)state;
    uint32_t last = 0;
    for (int i = 0; i < 10000; ++i) {
        make_at(&a, AMP_ADDR_ANY, NULL);
        assert_true(a.addr > last);
        last = a.addr;
        assert_int_equal(amp_endpoint_destroy(&a), 0);
        if (i % 100 == 0) {
            pair_down(&pair);
            pair_up(&pair); // a new life, the same program
        }
    }
}

static void test_chosen_skips_given(void **state) {
    (void)state;
    make_at(&a, 1024, NULL);
    make_at(&b, AMP_ADDR_ANY, NULL);
    assert_int_equal(b.addr, 1025);
    make_at(&c, 1026, NULL);
    assert_int_equal(amp_endpoint_destroy(&b), 0);
    make_at(&b, AMP_ADDR_ANY, NULL);
    assert_int_equal(b.addr, 1027);
}

// An address that the user gave and freed is not chosen later.
static void test_given_is_used_up(void **state) {
    (void)state;
    make_at(&a, 1030, NULL);
    assert_int_equal(amp_endpoint_destroy(&a), 0);
    for (int i = 0; i < 20; ++i) {
        make_at(&a, AMP_ADDR_ANY, NULL);
        assert_int_equal(a.addr, 1031 + i); // the next one behind it
        assert_int_not_equal(a.addr, 1030);
        assert_int_equal(amp_endpoint_destroy(&a), 0);
    }
}

static void test_last_addresses(void **state) {
    (void)state;
    // One given at the very end does not use up all the others, kept or freed.
    make_at(&a, 0xFFFFFFFE, NULL);
    make_at(&b, AMP_ADDR_ANY, NULL);
    assert_int_equal(b.addr, 1024);
    assert_int_equal(amp_endpoint_destroy(&a), 0);
    make_at(&a, AMP_ADDR_ANY, NULL);
    assert_int_equal(a.addr, 1025);
    // When there is none that was never in use, that is an error, and no address is
    // used again.
    host->next_addr = AMP_ADDR_CHOSEN_END - 1;
    make_at(&c, AMP_ADDR_ANY, NULL);
    assert_int_equal(c.addr, AMP_ADDR_CHOSEN_END - 1);
    struct amp_endpoint e = {0};
    for (int i = 0; i < 3; ++i) {
        assert_int_equal(
            amp_endpoint_create(host, &e, NULL, AMP_ADDR_ANY, 1, NULL), -AMP_EADDRINUSE);
        assert_null(e.link);
    }
    assert_int_equal(amp_endpoint_destroy(&b), 0);
    make_at(&b, 1024, NULL); // the user may, as ever
    assert_int_equal(amp_endpoint_create(host, &e, NULL, AMP_ADDR_ANY, 1, NULL), -AMP_EADDRINUSE);
}

// Given addresses, freed again, ahead of the counter and in any order: none is
// chosen.
static void test_given_ahead(void **state) {
    (void)state;
    static const uint32_t given[] = {0x500, 0x20000, 0x600, 0xFFFFFFFE, 0x700, 0x20000, 0x550};
    enum { GIVEN = sizeof(given) / sizeof(given[0]) };
    uint32_t last = 0;
    for (int i = 0; i < 0x30000; ++i) {
        if (i % 0x1000 == 0 && i / 0x1000 < GIVEN) {
            make_at(&b, given[i / 0x1000], NULL);
            assert_int_equal(amp_endpoint_destroy(&b), 0);
        }
        make_at(&a, AMP_ADDR_ANY, NULL);
        assert_true(a.addr > last);
        last = a.addr;
        for (int k = 0; k < GIVEN && k <= i / 0x1000; ++k) {
            assert_int_not_equal(a.addr, given[k]);
        }
        assert_int_equal(amp_endpoint_destroy(&a), 0);
    }
}

// ---- Many ----

enum { MANY = 1000 };
static struct amp_endpoint many[MANY];
static unsigned calls[MANY];
static void count_call(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)src;
    (void)data;
    (void)len;
    ++calls[ept - many];
}

static void message_to_each(void) {
    memset(calls, 0, sizeof(calls));
    for (int i = 0; i < MANY; ++i) {
        bool lives = many[i].link != NULL;
        uint32_t dropped = host->stats.dropped;
        assert_int_equal(amp_rpmsg_send(device, 9, 1024 + (uint32_t)i, "", 0), 0);
        assert_int_equal(amp_rpmsg_poll(host), 1);
        assert_int_equal(calls[i], lives);
        assert_int_equal(host->stats.dropped, dropped + !lives);
    }
}

static void test_thousand(void **state) {
    (void)state;
    static struct amp_endpoint *small[16];
    static struct amp_endpoint *large[1024];
    memset(many, 0, sizeof(many));
    memset(small, 0xFF, sizeof(small)); // need not be clean
    memset(large, 0xFF, sizeof(large));
    for (int i = 0; i < MANY; ++i) {
        make_at(&many[i], AMP_ADDR_ANY, count_call);
        if (i == 300) {
            assert_null(amp_rpmsg_set_buckets(host, small, 16));
        } else if (i == 700) {
            assert_ptr_equal(amp_rpmsg_set_buckets(host, large, 1024), small);
            memset(small, 0xFF, sizeof(small)); // the caller's again
        }
    }
    message_to_each();
    unsigned longest = 0;
    for (int i = 0; i < 1024; ++i) {
        unsigned length = 0;
        const struct amp_endpoint *ept = large[i];
        for (; ept != &pair.host.link.sink; ept = ept->next_in_bucket) {
            ++length;
        }
        longest = length > longest ? length : longest;
    }
    assert_int_equal(longest, 1); // addresses in sequence never share a bucket
    uint64_t seed = 5;
    for (int i = 0; i < 500; ++i) {
        assert_int_equal(amp_endpoint_destroy(&many[pair_random(&seed) % MANY]), 0);
    }
    message_to_each();
    assert_ptr_equal(amp_rpmsg_set_buckets(host, small, 16), large);
    message_to_each();
    for (int i = 0; i < MANY; ++i) {
        assert_int_equal(amp_endpoint_destroy(&many[i]), 0);
    }
    assert_null(host->endpoints);
}

// An endpoint that is closing has no place in a new table.
static void test_buckets_while_closing(void **state) {
    (void)state;
    static struct amp_endpoint *buckets[32];
    assert_int_equal(amp_endpoint_create(host, &a, "x", AMP_ADDR_ANY, AMP_ADDR_ANY, count_call), 0);
    while (amp_rpmsg_send(host, 1, 2, "", 0) == 0) {
    }
    assert_int_equal(amp_endpoint_destroy(&a), -AMP_EAGAIN);
    amp_rpmsg_set_buckets(host, buckets, 32);
    assert_null(amp_link_find_endpoint(host, 1024));
    pair_settle(&pair);
    assert_null(a.link);
    assert_null(amp_link_find_endpoint(host, 1024));
}

// ---- Life ----

static void test_destroy_is_idempotent(void **state) {
    (void)state;
    assert_int_equal(amp_endpoint_destroy(&a), 0); // never created
    amp_endpoint_abandon(&a);
    assert_false(amp_endpoint_is_ready(&a));
    make_at(&a, 5, pair_note);
    assert_int_equal(amp_endpoint_destroy(&a), 0);
    assert_null(a.link);
    assert_int_equal(amp_endpoint_destroy(&a), 0);
    amp_endpoint_abandon(&a);
    assert_int_equal(amp_rpmsg_send(device, 9, 5, "", 0), 0);
    assert_int_equal(amp_rpmsg_poll(host), 1);
    assert_int_equal(pair_log.count, 0);
    assert_int_equal(host->stats.dropped, 1);
}

static void test_abandon_is_silent(void **state) {
    (void)state;
    assert_int_equal(amp_endpoint_create(host, &a, "x", AMP_ADDR_ANY, AMP_ADDR_ANY, pair_note), 0);
    pair_settle(&pair);
    assert_int_equal(pair_services_of(device), 1);
    uint32_t sent = host->stats.sent;
    amp_endpoint_abandon(&a);
    assert_null(a.link);
    assert_int_equal(host->stats.sent, sent);
    pair_settle(&pair);
    assert_int_equal(pair_services_of(device), 1);
}

static void test_destroy_while_down(void **state) {
    (void)state;
    assert_int_equal(amp_endpoint_create(host, &a, "x", AMP_ADDR_ANY, AMP_ADDR_ANY, pair_note), 0);
    pair_settle(&pair);
    pair_down(&pair);
    assert_int_equal(amp_endpoint_destroy(&a), 0);
    pair_up(&pair);
    pair_settle(&pair);
    assert_int_equal(pair_services_of(device), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_first_address),
        TEST(test_address_in_use),
        TEST(test_addresses_are_new),
        TEST(test_chosen_skips_given),
        TEST(test_given_is_used_up),
        TEST(test_last_addresses),
        TEST(test_given_ahead),
        TEST(test_thousand),
        TEST(test_buckets_while_closing),
        TEST(test_destroy_is_idempotent),
        TEST(test_abandon_is_silent),
        TEST(test_destroy_while_down),
    };
    return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
