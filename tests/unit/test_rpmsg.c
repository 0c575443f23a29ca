/* The link: up, down, and lives that follow each other. */
#include "pair_bound.h"

#include <string.h>

// ---- Up and down ----

static void test_down(void **state) {
    (void)state;
    struct amp_tx tx;
    struct amp_endpoint learned = {0};
    struct amp_endpoint unbound = {0};
    open_bound(4);
    for (int i = 0; i < 2; ++i) {
        struct amp_rpmsg *link = i == 0 ? &pair.host.link : &pair.device.link;
        struct amp_rpmsg *other = i == 0 ? &pair.device.link : &pair.host.link;
        struct amp_endpoint *ept = i == 0 ? &at_host : &at_device;
        amp_endpoint_create(link, &learned, NULL, 5000, AMP_ADDR_ANY, pair_note);
        amp_endpoint_create(link, &unbound, NULL, 5001, AMP_ADDR_ANY, pair_note);
        assert_int_equal(amp_rpmsg_send(other, 77, 5000, "hello", 5), 5);
        assert_int_equal(amp_rpmsg_poll(link), 1);
        assert_int_equal(learned.dest, 77);
        assert_true(amp_endpoint_is_ready(&learned));
        assert_true(amp_endpoint_is_ready(ept));
        assert_false(amp_endpoint_is_ready(&unbound));

        amp_rpmsg_down(link);
        amp_rpmsg_down(link); // no effect
        assert_false(amp_rpmsg_is_up(link));
        assert_false(amp_endpoint_is_ready(ept));
        assert_false(amp_endpoint_is_ready(&learned));
        assert_int_equal(amp_rpmsg_mtu(link), 0);
        assert_int_equal(amp_endpoint_send(ept, "x", 1), -AMP_EPIPE);
        assert_int_equal(amp_endpoint_send(ept, "x", 1000), -AMP_EPIPE);
        assert_int_equal(amp_endpoint_send(&learned, "x", 1), -AMP_EPIPE); // it had a peer
        assert_int_equal(amp_endpoint_send(&unbound, "x", 1), -AMP_ENOTCONN);
        assert_int_equal(amp_rpmsg_send(link, 1, 2, "x", 1), -AMP_EPIPE);
        assert_int_equal(amp_tx_claim(link, &tx), -AMP_EPIPE);
        assert_int_equal(amp_rpmsg_poll(link), 0);
        assert_false(amp_rpmsg_want_room(link));
        assert_false(amp_rpmsg_peer_can_send(link));

        amp_rpmsg_down(other);
        pair_up(&pair);
        assert_true(amp_endpoint_is_ready(ept)); // its destination was given, not learned
        assert_false(amp_endpoint_is_ready(&learned));
        assert_int_equal(amp_endpoint_send(&learned, "x", 1), -AMP_ENOTCONN);
        assert_int_equal(amp_endpoint_destroy(&learned), 0);
        assert_int_equal(amp_endpoint_destroy(&unbound), 0);
    }
}

static void test_up_refuses(void **state) {
    (void)state;
    pair_init(&pair, (struct pair_shape){.num = {4, 4}});
    uint8_t before[2][1024];
    for (int ring = 0; ring < 2; ++ring) {
        memset(pair.ring[ring], 0xAA, pair.ring_len[ring]);
        memcpy(before[ring], pair.ring[ring], pair.ring_len[ring]);
    }
    for (int i = 0; i < 2; ++i) {
        struct pair_side *side = i == 0 ? &pair.host : &pair.device;
        for (int ring = 0; ring < 2; ++ring) {
            struct amp_rpmsg_layout layout = side->layout;
            layout.vring[ring].num = 0;
            assert_int_equal(amp_rpmsg_up(&side->link, &layout), -AMP_EINVAL);
            layout.vring[ring].num = 3;
            assert_int_equal(amp_rpmsg_up(&side->link, &layout), -AMP_EINVAL);
            layout.vring[ring].num = 2 * AMP_CONFIG_MAX_BUFFERS;
            assert_int_equal(amp_rpmsg_up(&side->link, &layout), -AMP_EINVAL);
            layout = side->layout;
            layout.vring[ring].align = 0;
            assert_int_equal(amp_rpmsg_up(&side->link, &layout), -AMP_EINVAL);
            layout.vring[ring].align = 24;
            assert_int_equal(amp_rpmsg_up(&side->link, &layout), -AMP_EINVAL);
        }
        assert_false(amp_rpmsg_is_up(&side->link));
    }
    static const uint32_t bad[] = {0, 4, 15, 16, 17, 511, 65552, 0x80000000u, UINT32_MAX};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); ++i) {
        struct amp_rpmsg_layout layout = pair.host.layout;
        layout.buffers_len = (size_t)16 * 65552; // no lack of memory
        layout.buffer_size[i % 2] = bad[i];
        assert_int_equal(amp_rpmsg_up(&pair.host.link, &layout), -AMP_EINVAL);
        layout.buffer_size[0] = layout.buffer_size[1] = bad[i];
        assert_int_equal(amp_rpmsg_up(&pair.host.link, &layout), -AMP_EINVAL);
    }
    for (int ring = 0; ring < 2; ++ring) {
        assert_memory_equal(pair.ring[ring], before[ring], pair.ring_len[ring]);
    }
    pair_up(&pair);
    assert_int_equal(amp_rpmsg_up(&pair.host.link, &pair.host.layout), -AMP_EINVAL); // twice
    assert_true(amp_rpmsg_is_up(&pair.host.link));
}

// Fewer buffers than ring 0 has descriptors, and one more: none for ring 1.
static void test_up_without_buffers(void **state) {
    (void)state;
    pair_init(&pair, (struct pair_shape){.num = {4, 4}});
    struct amp_rpmsg_layout layout = pair.host.layout;
    for (layout.buffers_len = 0; layout.buffers_len < 5 * 512; layout.buffers_len += 511) {
        assert_int_equal(amp_rpmsg_up(&pair.host.link, &layout), -AMP_EINVAL);
        assert_int_equal(amp_rpmsg_send(&pair.host.link, 1, 2, "", 0), -AMP_EPIPE);
    }
    layout.buffers_len = 5 * 512;
    assert_int_equal(amp_rpmsg_up(&pair.host.link, &layout), 0);
    assert_int_equal(amp_rpmsg_send(&pair.host.link, 1, 2, "", 0), 0);
    assert_int_equal(amp_rpmsg_send(&pair.host.link, 1, 2, "", 0), -AMP_EAGAIN);
}

// ---- Lives ----

static int life; // what the callback does
static void change_life(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    pair_note(ept, src, data, len);
    struct pair_side *side = (struct pair_side *)ept->link;
    amp_rpmsg_down(&side->link);
    if (life > 0) {
        amp_rpmsg_down(&side->other->link);
        pair_up(&pair);
    }
    if (life > 1) { // and messages of the new life, too
        assert_int_equal(amp_endpoint_send(ept == &at_host ? &at_device : &at_host, "", 0), 0);
        assert_int_equal(amp_endpoint_send(ept, "", 0), 0);
    }
}

static void test_life_ends_in_callback(void **state) {
    (void)state;
    for (int i = 0; i < 6; ++i) {
        open_bound(4);
        life = i / 2;
        struct amp_endpoint *to = i % 2 ? &at_host : &at_device;
        struct amp_endpoint *from = i % 2 ? &at_device : &at_host;
        to->cb = change_life;
        for (int k = 0; k < 3; ++k) {
            amp_endpoint_send(from, "", 0);
        }
        pair_log.count = 0;
        assert_int_equal(amp_rpmsg_poll(to->link), 1);
        assert_int_equal(pair_log.count, 1); // the others died with that life
        to->cb = pair_note;
        if (life > 0) {
            assert_int_equal(amp_rpmsg_poll(to->link), life > 1);
            assert_int_equal(amp_rpmsg_poll(from->link), life > 1);
            check_full(&at_host, &at_device, 4);
            check_full(&at_device, &at_host, 4);
        } else {
            assert_int_equal(amp_rpmsg_poll(to->link), 0);
        }
        if (i < 5) {
            pair_free(&pair);
        }
    }
}

// Nothing of a former life is delivered in the next.
static void test_lives(void **state) {
    (void)state;
    open_bound(4);
    for (int i = 0; i < 1000; ++i) {
        for (int k = 0; k < i % 5; ++k) {
            amp_endpoint_send(&at_host, "", 0);
            amp_endpoint_send(&at_device, "", 0);
        }
        if (i % 3 == 0) {
            amp_rpmsg_poll_some(&pair.host.link, 1);
        }
        pair_down(&pair);
        pair_up(&pair);
        assert_int_equal(amp_rpmsg_poll(&pair.host.link), 0);
        assert_int_equal(amp_rpmsg_poll(&pair.device.link), 0);
    }
    check_full(&at_host, &at_device, 4);
    check_full(&at_device, &at_host, 4);
}

// down() touches no shared memory: it may be gone.
static void test_down_without_memory(void **state) {
    (void)state;
    open_bound(4);
    pair_free(&pair);
    pair_down(&pair);
    assert_int_equal(amp_rpmsg_poll(&pair.host.link), 0);
    assert_int_equal(amp_endpoint_send(&at_host, "", 0), -AMP_EPIPE);
    open_bound(4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_down),
        TEST(test_up_refuses),
        TEST(test_up_without_buffers),
        TEST(test_life_ends_in_callback),
        TEST(test_lives),
        TEST(test_down_without_memory),
    };
    return cmocka_run_group_tests_name("rpmsg", tests, NULL, NULL);
}
