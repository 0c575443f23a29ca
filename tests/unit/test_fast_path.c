/*
 * The fast path, and what a peer can do between two of its accesses: it must be no less
 * safe than the slow path.  In a build without it the same tests run the slow path.
 */
#include "hooked_core.h"

#include "pair.h"

#include <string.h>

static struct pair pair;

static int teardown(void **state) {
    (void)state;
    hooked_access = NULL;
    pair_free(&pair);
    return 0;
}

// `count` messages from the host to the device and back again in buffers.
static void exchange(unsigned count) {
    for (; count != 0; --count) {
        assert_int_equal(amp_rpmsg_send(&pair.host.link, 1, 2, "x", 1), 1);
    }
    assert_true(amp_rpmsg_poll(&pair.device.link) > 0);
}

// A session that could not begin leaves nothing to send into: neither the buffers
// that the fast path took in the last one nor any other.
static void test_up_that_fails(void **state) {
    (void)state;
    pair_open(&pair, 4);
    struct amp_rpmsg *host = &pair.host.link;
    exchange(4);
    exchange(1); // the fast path has three buffers
    amp_rpmsg_down(host);
    struct amp_rpmsg_layout layout = pair.host.layout;
    layout.buffers_len = 4 * 512; // none for ring 1
    uint16_t idx = pair_avail(&pair, 1)->idx;
    uint32_t sent = host->stats.sent;
    assert_int_equal(amp_rpmsg_up(host, &layout), -AMP_EINVAL);
    assert_false(amp_rpmsg_is_up(host));
    struct amp_tx tx;
    assert_int_equal(amp_rpmsg_send(host, 1, 2, "x", 1), -AMP_EPIPE);
    assert_int_equal(amp_tx_claim(host, &tx), -AMP_EPIPE);
    assert_int_equal(host->stats.sent, sent);
    assert_int_equal(pair_avail(&pair, 1)->idx, idx);
    amp_rpmsg_down(&pair.device.link);
    pair_up(&pair);
    exchange(4);
}

// An index that goes back and forth with each access: something is pending when that is
// asked, and nothing when it is counted.  A poll ends all the same.
static uint16_t *flickering;
static unsigned accesses;

static void flicker(void) {
    if (++accesses < 10000) { // a poll without an end fails, and ends
        *(volatile uint16_t *)flickering ^= 1; // from 0 to 1 and back
    }
}

static void check_flicker(unsigned ring, bool event_idx, uint16_t first) {
    pair_init(&pair, (struct pair_shape){.num = {4, 4}, .event_idx = event_idx});
    pair_up(&pair);
    struct amp_rpmsg *link = ring == 0 ? &pair.host.link : &pair.device.link;
    flickering = ring == 0 ? &pair_used(&pair, 0)->idx : &pair_avail(&pair, 1)->idx;
    *flickering = first;
    accesses = 0;
    hooked_access = flicker;
    int taken = amp_rpmsg_poll(link);
    hooked_access = NULL;
    assert_true(taken == -AMP_EPROTO || taken >= 0);
    assert_in_range(accesses, 1, 200);
}

static void test_index_that_flickers(void **state) {
    for (unsigned i = 0; i < 8; ++i) {
        check_flicker(i & 1, i & 2, (uint16_t)(i >> 2));
        teardown(state);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_up_that_fails, teardown),
        cmocka_unit_test(test_index_that_flickers),
    };
    return cmocka_run_group_tests_name("fast path", tests, NULL, NULL);
}
