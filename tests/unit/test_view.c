/* What a program can be shown of the other side (core/view.c). */
#include "pair_bound.h"

#include <string.h>

// The announcements in their order; none behind them, and none of a link that is down.
static void test_services(void **state) {
    (void)state;
    static struct amp_endpoint more[2];
    uint32_t addr = 0;
    pair_open(&pair, 4);
    const struct amp_rpmsg *link = &pair.host.link;
    assert_null(amp_rpmsg_service(link, 0, &addr));
    for (unsigned i = 0; i < 2; ++i) {
        const char *name = i == 0 ? "first" : "second";
        assert_int_equal(
            amp_endpoint_create(&pair.device.link, &more[i], name, 77 + i, AMP_ADDR_ANY, pair_note),
            0);
    }
    pair_settle(&pair);
    assert_string_equal(amp_rpmsg_service(link, 0, &addr), "first");
    assert_int_equal(addr, 77);
    assert_string_equal(amp_rpmsg_service(link, 1, &addr), "second");
    assert_int_equal(addr, 78);
    assert_null(amp_rpmsg_service(link, 2, &addr));
    assert_null(amp_rpmsg_service(link, UINT32_MAX, &addr));
    amp_endpoint_destroy(&more[0]);
    pair_settle(&pair);
    assert_string_equal(amp_rpmsg_service(link, 0, &addr), "second");
    pair_down(&pair);
    assert_null(amp_rpmsg_service(link, 0, &addr));
}

// What was sent and not taken, round after round, across the end of a 16-bit index.
static void check_unconsumed(struct amp_endpoint *from, struct amp_rpmsg *to) {
    uint16_t before = 0;
    uint16_t taken = 0;
    assert_int_equal(amp_rpmsg_unconsumed(from->link, &before), 0);
    for (unsigned round = 0; round < 40000; ++round) {
        unsigned count = round % 4;
        for (unsigned i = 0; i < count; ++i) {
            assert_int_equal(amp_endpoint_send(from, "a", 1), 1);
        }
        assert_int_equal(amp_rpmsg_unconsumed(from->link, &taken), count);
        assert_int_equal(taken, before);
        assert_int_equal(amp_rpmsg_poll(to), count);
        assert_int_equal(amp_rpmsg_unconsumed(from->link, &taken), 0);
        assert_int_equal((uint16_t)(taken - before), count);
        before = taken;
    }
}

static void test_unconsumed(void **state) {
    (void)state;
    open_bound(4);
    pair_settle(&pair);
    check_unconsumed(&at_host, &pair.device.link);
    check_unconsumed(&at_device, &pair.host.link);
    uint16_t taken = 12345;
    pair_down(&pair);
    assert_int_equal(amp_rpmsg_unconsumed(&pair.host.link, &taken), 0);
    assert_int_equal(taken, 12345);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_services),
        TEST(test_unconsumed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
