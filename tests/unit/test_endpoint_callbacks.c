/* Endpoints: what a callback may do to them, and before the link is ever up. */
#include "endpoint_case.h"

// ---- Inside callbacks ----

static int act;
static void act_cb(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    pair_note(ept, src, data, len);
    switch (act) {
        case 0: // oneself, and the memory is reused at once
            assert_int_equal(amp_endpoint_destroy(ept), 0);
            memset(ept, 0xEE, sizeof(*ept));
            break;
        case 1: // the next one, once: then its memory is not an endpoint any more
            if (pair_log.count == 1) {
                assert_int_equal(amp_endpoint_destroy(&b), 0);
                memset(&b, 0xEE, sizeof(b));
            }
            break;
        case 2: // all of them
            amp_endpoint_destroy(&c);
            amp_endpoint_destroy(&a);
            amp_endpoint_destroy(&b);
            break;
        case 3: // oneself, and somebody else gets the address
            amp_endpoint_destroy(ept);
            make_at(ept, 10, pair_note);
            break;
        case 4: // one for the message that is next
            if (c.link == NULL) {
                make_at(&c, 30, act_cb);
            }
            break;
        case 5: { // a larger table
            static struct amp_endpoint *buckets[64];
            amp_rpmsg_set_buckets(ept->link, buckets, 64);
            break;
        }
        case 6: // answers
            assert_int_equal(amp_rpmsg_send(ept->link, ept->addr, src, data, len), len);
            break;
        case 7: // oneself, named: with a withdrawal sent in the middle of a poll
            assert_int_equal(amp_endpoint_destroy(ept), 0);
            break;
        default: { // a new life, with oneself gone
            amp_endpoint_destroy(ept);
            pair_down(&pair);
            pair_up(&pair);
            break;
        }
    }
}

static unsigned run_act(int which, bool with_c) {
    act = which;
    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    memset(&c, 0, sizeof(c));
    pair_log.count = 0;
    make_at(&a, 10, act_cb);
    make_at(&b, 20, act_cb);
    if (with_c) {
        make_at(&c, 30, act_cb);
    }
    for (uint32_t addr = 10; addr <= 30; addr += 10) {
        assert_int_equal(amp_rpmsg_send(device, 9, addr, "x", 1), 1);
    }
    assert_int_equal(amp_rpmsg_send(device, 9, 10, "y", 1), 1);
    assert_true(amp_rpmsg_poll(host) >= 0);
    return pair_log.count;
}

static void test_callbacks_destroy(void **state) {
    (void)state;
    static const struct {
        int act;
        bool with_c;
        unsigned count;
    } table[] = {
        {0, true, 3}, // a, b, c, and the second for a is dropped
        {1, false, 2}, // a twice
        {2, true, 1},
        {4, false, 4},
        {5, true, 4},
        {6, true, 4},
        {8, true, 1},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); ++i) {
        if (i != 0) {
            setup(NULL);
        }
        assert_int_equal(run_act(table[i].act, table[i].with_c), table[i].count);
        if (i + 1 < sizeof(table) / sizeof(table[0])) {
            pair_free(&pair);
        }
    }
}

static void test_callback_replaces_itself(void **state) {
    (void)state;
    act = 3;
    make_at(&a, 10, act_cb);
    amp_rpmsg_send(device, 9, 10, "x", 1);
    amp_rpmsg_send(device, 9, 10, "y", 1);
    assert_int_equal(amp_rpmsg_poll(host), 2);
    assert_int_equal(pair_log.count, 2);
    assert_ptr_equal(a.cb, pair_note);
}

static void test_callback_withdraws_itself(void **state) {
    (void)state;
    act = 7;
    assert_int_equal(amp_endpoint_create(host, &a, "x", 10, AMP_ADDR_ANY, act_cb), 0);
    assert_int_equal(amp_endpoint_create(device, &b, "x", 9, AMP_ADDR_ANY, pair_note), 0);
    pair_settle(&pair);
    assert_true(amp_endpoint_is_ready(&a) && amp_endpoint_is_ready(&b));
    assert_int_equal(amp_endpoint_send(&b, "x", 1), 1);
    pair_settle(&pair);
    assert_null(a.link);
    assert_false(amp_endpoint_is_ready(&b));
    assert_int_equal(host->stats.received, 1);
}

// Endpoints come and go at random, in callbacks too; messages find who lives.
static uint64_t seed;
static struct amp_endpoint *churn[50];
static unsigned churn_calls;
static void churn_cb(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)src;
    (void)data;
    (void)len;
    ++churn_calls;
    // A callback may free its endpoint, and others.
    if (pair_random(&seed) % 4 == 0) {
        struct amp_endpoint **slot = &churn[ept->addr % 50];
        assert_ptr_equal(*slot, ept);
        amp_endpoint_abandon(ept);
        free(ept);
        *slot = NULL;
    }
    unsigned i = pair_random(&seed) % 50;
    if (churn[i] == NULL) {
        churn[i] = calloc(1, sizeof(*churn[i]));
        assert_non_null(churn[i]);
        make_at(churn[i], 5000 + i, churn_cb);
    }
}

static void test_churn(void **state) {
    (void)state;
    seed = 99;
    unsigned expected = 0;
    churn[0] = calloc(1, sizeof(*churn[0]));
    assert_non_null(churn[0]);
    make_at(churn[0], 5000, churn_cb);
    for (int i = 0; i < 50000; ++i) {
        unsigned k = pair_random(&seed) % 50;
        bool lives = churn[k] != NULL;
        assert_int_equal(amp_rpmsg_send(device, 9, 5000 + k, "", 0), 0);
        assert_int_equal(amp_rpmsg_poll(host), 1);
        expected += lives;
        assert_int_equal(churn_calls, expected);
    }
    assert_true(expected > 10000);
    for (int i = 0; i < 50; ++i) {
        if (churn[i] != NULL) {
            amp_endpoint_abandon(churn[i]);
            free(churn[i]);
            churn[i] = NULL;
        }
    }
}

// ---- Before the link is ever up ----

static void test_before_up(void **state) {
    (void)state;
    static struct amp_rpmsg link;
    amp_rpmsg_init(&link, AMP_HOST, &pair.host.port);
    assert_false(amp_rpmsg_is_up(&link));
    assert_int_equal(amp_rpmsg_poll(&link), 0);
    assert_int_equal(amp_rpmsg_mtu(&link), 0);
    assert_int_equal(amp_rpmsg_send(&link, 1, 2, "", 0), -AMP_EPIPE);
    amp_rpmsg_down(&link);
    assert_int_equal(amp_endpoint_create(&link, &a, "x", AMP_ADDR_ANY, AMP_ADDR_ANY, NULL), 0);
    assert_int_equal(amp_endpoint_create(&link, &b, "y", AMP_ADDR_ANY, 7, NULL), 0);
    assert_false(amp_endpoint_is_ready(&a) || amp_endpoint_is_ready(&b));
    assert_int_equal(amp_endpoint_send(&a, "", 0), -AMP_ENOTCONN);
    assert_int_equal(amp_endpoint_send(&b, "", 0), -AMP_EPIPE);
    assert_int_equal(amp_endpoint_destroy(&a), 0);
    assert_int_equal(amp_endpoint_destroy(&b), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_callbacks_destroy),
        TEST(test_callback_replaces_itself),
        TEST(test_callback_withdraws_itself),
        TEST(test_churn),
        TEST(test_before_up),
    };
    return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
