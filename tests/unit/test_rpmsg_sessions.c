/* A session begins with nothing of the one before, whose rings had another shape. */
#include "pair_bound.h"

#include <string.h>

#include "core/link.h"

// `pair` had 16 buffers in each direction; these are the rings of the next session.
static struct pair next;

static struct amp_rx held[2];
static unsigned held_count;
static void hold(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)src;
    (void)data;
    (void)len;
    amp_rx_hold(ept->link, &held[held_count++]);
}

// A message is claimed and committed, and held and released.
static void use_one(struct amp_endpoint *from, struct amp_endpoint *to) {
    struct amp_tx tx;
    to->cb = hold;
    held_count = 0;
    assert_int_equal(amp_tx_claim(from->link, &tx), 0);
    assert_int_equal(amp_tx_commit(from->link, &tx, from->addr, to->addr, 0), 0);
    assert_int_equal(amp_rpmsg_poll(to->link), 1);
    amp_rx_release(to->link, &held[0]);
    to->cb = pair_note;
}

// Every descriptor was used, and so many are in use when the session ends.
static void end_and_prepare(struct pair_shape shape, int in_use) {
    struct amp_tx tx;
    check_full(&at_host, &at_device, 16);
    check_full(&at_device, &at_host, 16);
    use_one(&at_host, &at_device);
    use_one(&at_device, &at_host);
    for (int i = 0; i < in_use; ++i) {
        assert_int_equal(amp_tx_claim(&pair.host.link, &tx), 0);
        assert_int_equal(amp_tx_claim(&pair.device.link, &tx), 0);
    }
    pair_down(&pair);
    pair_init(&next, shape);
}

static void begin_next(void) {
    assert_int_equal(amp_rpmsg_up(&pair.host.link, &next.host.layout), 0);
    assert_int_equal(amp_rpmsg_up(&pair.device.link, &next.device.layout), 0);
}

static void end_all(void) {
    pair_down(&pair);
    pair_free(&next);
    pair_free(&pair);
}

static void expect_broken(struct amp_rpmsg *link, int result, const char *violation) {
    assert_int_equal(result, -AMP_EPROTO);
    assert_string_equal(link->violation, violation);
    end_all();
}

// An id that was one in the larger rings, in each place where a side reads one.
static void check_id(uint32_t id, int place, int in_use) {
    open_bound(16);
    end_and_prepare((struct pair_shape){.num = {4, 4}}, in_use);
    begin_next();
    struct amp_rpmsg *link = place % 2 ? &pair.device.link : &pair.host.link;
    struct amp_tx tx;
    if (place == 0) {
        pair_used(&next, 0)->ring[0].id = id;
        pair_used(&next, 0)->idx = 1;
        expect_broken(link, amp_rpmsg_poll(link), amp_link_bad_id);
    } else if (place == 1) {
        pair_avail(&next, 1)->ring[0] = (uint16_t)id;
        pair_avail(&next, 1)->idx = 1;
        expect_broken(link, amp_rpmsg_poll(link), "available ring: no buffer in the shared memory");
    } else {
        // All of them were claimed and sent, and come back with that id.
        for (int k = 0; k < 4; ++k) {
            assert_int_equal(amp_tx_claim(link, &tx), 0);
            assert_int_equal(amp_tx_commit(link, &tx, 1, 2, 0), 0);
        }
        pair_used(&next, 1)->ring[0].id = id;
        pair_used(&next, 1)->idx = 1;
        pair_avail(&next, 0)->ring[0] = (uint16_t)id;
        pair_avail(&next, 0)->idx = 5;
        expect_broken(link, amp_tx_claim(link, &tx), amp_link_bad_id);
    }
}

static void test_id_of_larger_rings(void **state) {
    (void)state;
    for (uint32_t id = 4; id < 16; ++id) {
        for (int i = 0; i < 8; ++i) {
            check_id(id, i % 4, i < 4 ? 0 : 5);
        }
    }
    // Before anything was sent.
    open_bound(16);
    end_and_prepare((struct pair_shape){.num = {4, 4}}, 0);
    begin_next();
    pair_avail(&next, 0)->ring[0] = 7;
    struct amp_tx tx;
    expect_broken(&pair.device.link, amp_tx_claim(&pair.device.link, &tx), amp_link_bad_id);
}

// One that the host never sent: found when the ring is looked at, at the latest when all
// others are claimed.
static void check_not_sent(int in_use) {
    open_bound(16);
    end_and_prepare((struct pair_shape){.num = {4, 4}}, in_use);
    begin_next();
    struct amp_rpmsg *host = &pair.host.link;
    struct amp_tx tx;
    assert_int_equal(amp_tx_claim(host, &tx), 0);
    assert_int_equal(amp_tx_commit(host, &tx, 1, 2, 0), 0);
    pair_used(&next, 1)->ring[0].id = 3;
    pair_used(&next, 1)->idx = 1;
    int result;
    while ((result = amp_tx_claim(host, &tx)) == 0) {
    }
    expect_broken(host, result, amp_link_bad_id);
}

static void test_id_not_sent(void **state) {
    (void)state;
    check_not_sent(0);
    check_not_sent(5);
}

// Shorter buffers than before: a message that fits none of them is told from one that
// only finds no room now.
static void test_shorter_buffers(void **state) {
    (void)state;
    static const uint8_t data[200];
    open_bound(16);
    end_and_prepare((struct pair_shape){.num = {4, 4}, .buffer_size = 128}, 5);
    begin_next();
    struct amp_rpmsg *device = &pair.device.link;
    struct amp_tx tx;
    assert_int_equal(amp_tx_claim(device, &tx), 0);
    assert_int_equal(amp_rpmsg_send(device, 1, 2, data, sizeof(data)), -AMP_EMSGSIZE);
    // What a send asked for is not what a claim asks for.
    assert_int_equal(amp_tx_claim(device, &tx), 0);
    assert_int_equal(tx.size, 112);
    assert_int_equal(amp_rpmsg_send(device, 1, 2, data, 112), 112);
    end_all();
}

// All buffers at hand are too short, and whether another may come depends on whether one
// is being filled: the last one, too, and none beyond it.
static void test_one_is_filled(void **state) {
    (void)state;
    static const uint8_t data[200];
    open_bound(16);
    end_and_prepare((struct pair_shape){.num = {4, 4}}, 5);
    assert_int_equal(amp_rpmsg_up(&pair.host.link, &next.host.layout), 0);
    for (int i = 0; i < 3; ++i) {
        pair_desc(&next, 0)[i].len = 128;
    }
    assert_int_equal(amp_rpmsg_up(&pair.device.link, &next.device.layout), 0);
    struct amp_rpmsg *device = &pair.device.link;
    struct amp_tx tx[4];
    for (int i = 0; i < 4; ++i) {
        assert_int_equal(amp_tx_claim(device, &tx[i]), 0);
    }
    assert_int_equal(tx[3].size, 496);
    for (int i = 0; i < 3; ++i) {
        amp_tx_cancel(device, &tx[i]);
    }
    assert_int_equal(amp_rpmsg_send(device, 1, 2, data, sizeof(data)), -AMP_EAGAIN);
    amp_tx_cancel(device, &tx[3]);
    assert_int_equal(amp_rpmsg_send(device, 1, 2, data, sizeof(data)), sizeof(data));
    end_all();
}

// All buffers are here and too short, so none that is longer will come.
static void test_none_comes(void **state) {
    (void)state;
    static const uint8_t data[200];
    for (uint16_t num = 1; num <= 4; num *= 4) {
        open_bound(16);
        end_and_prepare((struct pair_shape){.num = {num, num}, .buffer_size = 128}, 5);
        begin_next();
        struct amp_rpmsg *device = &pair.device.link;
        device->tx_limit = 497; // as if a longer one had been seen
        struct amp_tx tx[4];
        for (int i = 0; i < num; ++i) {
            assert_int_equal(amp_tx_claim(device, &tx[i]), 0);
        }
        for (int i = 0; i < num; ++i) {
            assert_int_equal(amp_rpmsg_send(device, 1, 2, data, sizeof(data)), -AMP_EAGAIN);
            amp_tx_cancel(device, &tx[i]);
        }
        assert_int_equal(amp_rpmsg_send(device, 1, 2, data, sizeof(data)), -AMP_EMSGSIZE);
        end_all();
    }
}

// Room for a header is room for an empty message.
static void test_empty_message(void **state) {
    (void)state;
    pair_init(&pair, (struct pair_shape){.num = {2, 2}});
    assert_int_equal(amp_rpmsg_up(&pair.host.link, &pair.host.layout), 0);
    pair_desc(&pair, 0)[0].len = pair_desc(&pair, 0)[1].len = AMP_HEADER_SIZE;
    assert_int_equal(amp_rpmsg_up(&pair.device.link, &pair.device.layout), 0);
    struct amp_tx tx;
    assert_int_equal(amp_tx_claim(&pair.device.link, &tx), 0);
    assert_int_equal(tx.size, 0);
    assert_int_equal(amp_tx_commit(&pair.device.link, &tx, 1, 2, 0), 0);
    assert_int_equal(amp_rpmsg_poll(&pair.host.link), 1);
    pair_free(&pair);
}

// What the host writes into the descriptor table.
static void test_descriptors(void **state) {
    (void)state;
    open_bound(4);
    for (int i = 0; i < 4; ++i) {
        assert_int_equal(pair_desc(&pair, 0)[i].flags, VIRTQ_DESC_F_WRITE);
        assert_int_equal(pair_desc(&pair, 1)[i].flags, 0);
    }
    pair_free(&pair);
}

// A ring that is broken before a device without endpoints looks at it.
static void test_broken_at_first(void **state) {
    (void)state;
    pair_init(&pair, (struct pair_shape){.num = {4, 4}, .no_name_service = true});
    assert_int_equal(amp_rpmsg_up(&pair.host.link, &pair.host.layout), 0);
    pair_avail(&pair, 0)->idx = 5;
    assert_int_equal(amp_rpmsg_up(&pair.device.link, &pair.device.layout), -AMP_EPROTO);
    assert_non_null(pair.device.link.violation);
    assert_int_equal(pair.device.link.stats.violations, 1);
    pair_free(&pair);
}

// A poll first sends an announcement or a withdrawal that waited for a buffer, and the
// session may end there: by what the peer wrote, or by the program's event.
static void fill_and_open(struct amp_endpoint *ept) {
    open_bound(4);
    assert_int_equal(
        amp_endpoint_create(&pair.host.link, ept, "service", AMP_ADDR_ANY, AMP_ADDR_ANY, pair_note),
        0);
    pair_settle(&pair);
    for (int i = 0; i < 4; ++i) {
        assert_int_equal(amp_endpoint_send(&at_host, "x", 1), 1);
    }
    amp_endpoint_destroy(ept);
    assert_true(pair.host.link.state & LINK_NS_DUE);
}

static void end_session(struct amp_rpmsg *link, struct amp_endpoint *ept) {
    (void)ept;
    amp_rpmsg_down(link);
}

static void test_end_in_flush(void **state) {
    (void)state;
    static const struct amp_rpmsg_events events = {.released = end_session};
    struct amp_endpoint ept;
    fill_and_open(&ept);
    pair_used(&pair, 1)->idx = 100;
    assert_int_equal(amp_rpmsg_poll(&pair.host.link), -AMP_EPROTO);
    pair_free(&pair);

    fill_and_open(&ept);
    amp_rpmsg_set_events(&pair.host.link, &events);
    assert_int_equal(amp_rpmsg_poll(&pair.device.link), 4);
    assert_int_equal(amp_rpmsg_poll(&pair.host.link), 0);
    assert_false(amp_rpmsg_is_up(&pair.host.link));
    pair_free(&pair);
}

// The longest message that a header can say, and a buffer that is longer by one byte.
static void test_longest(void **state) {
    (void)state;
    for (uint32_t more = 0; more < 2; ++more) {
        open_bound(128);
        struct rpmsg_hdr *hdr = (void *)pair.buffers;
        memset(hdr, 0, 65552);
        *hdr = (struct rpmsg_hdr){.src = 2000, .dst = 3000, .len = 65535};
        pair_desc(&pair, 1)[0] =
            (struct virtq_desc){pair_da(&pair, pair.buffers), AMP_HEADER_SIZE + 65535 + more, 0, 0};
        pair_avail(&pair, 1)->ring[0] = 0;
        pair_avail(&pair, 1)->idx = 1;
        assert_int_equal(amp_rpmsg_poll(&pair.device.link), more ? -AMP_EPROTO : 1);
        assert_int_equal(pair_log.len, more ? 0 : 65535);
        pair_free(&pair);
    }
}

// The use of a buffer has the number after that of the use before.
static void test_numbers_of_uses(void **state) {
    (void)state;
    open_bound(4);
    struct amp_rpmsg *link = &pair.host.link;
    struct amp_tx tx;
    static const uint32_t before[] = {
        0, 1, AMP_DESC_IN_USE - 1, AMP_DESC_IN_USE, 99999, UINT32_MAX};
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); ++i) {
        link->use = before[i];
        assert_int_equal(amp_tx_claim(link, &tx), 0);
        uint32_t expected = before[i] + 1 < AMP_DESC_IN_USE ? AMP_DESC_IN_USE : before[i] + 1;
        assert_int_equal(tx.token.use, expected);
        amp_tx_cancel(link, &tx);
    }
    pair_free(&pair);
}

// Who waits for room is kicked for the first message that is released, and not for the
// next.
static void test_release_kicks_once(void **state) {
    (void)state;
    pair_init(&pair, (struct pair_shape){.num = {4, 4}, .event_idx = true});
    pair_up(&pair);
    bind_both();
    at_device.cb = hold;
    held_count = 0;
    for (int i = 0; i < 4; ++i) {
        assert_int_equal(amp_endpoint_send(&at_host, "x", 1), 1);
    }
    assert_int_equal(amp_rpmsg_poll_some(&pair.device.link, 2), 2);
    assert_int_equal(held_count, 2);
    assert_false(amp_rpmsg_want_room(&pair.host.link));
    unsigned kicks = pair.device.rang[1];
    amp_rx_release(&pair.device.link, &held[0]);
    assert_int_equal(pair.device.rang[1], kicks + 1);
    // Nor is anybody kicked for it when the device itself waits.
    for (int i = 0; i < 4; ++i) {
        assert_int_equal(amp_endpoint_send(&at_device, "x", 1), 1);
    }
    assert_false(amp_rpmsg_want_room(&pair.device.link));
    assert_int_equal(pair.device.rang[1], kicks + 1);
    amp_rx_release(&pair.device.link, &held[1]);
    assert_int_equal(pair.device.rang[1], kicks + 1);
    pair_free(&pair);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_id_of_larger_rings),
        cmocka_unit_test(test_id_not_sent),
        cmocka_unit_test(test_shorter_buffers),
        cmocka_unit_test(test_one_is_filled),
        cmocka_unit_test(test_none_comes),
        cmocka_unit_test(test_empty_message),
        cmocka_unit_test(test_descriptors),
        cmocka_unit_test(test_broken_at_first),
        cmocka_unit_test(test_end_in_flush),
        cmocka_unit_test(test_longest),
        cmocka_unit_test(test_numbers_of_uses),
        cmocka_unit_test(test_release_kicks_once),
    };
    return cmocka_run_group_tests_name("sessions", tests, NULL, NULL);
}
