/* Announcements and withdrawals that wait for room, and the endpoints with them. */
#include "core/link.h"
#include "pair_named.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

// A peer that never rings for what it has consumed: a loop that waits for messages
// must look for room now and then, as long as an announcement waits for it.
static void check_wait_for_messages(struct amp_rpmsg *link) {
    struct amp_rpmsg *peer = other_of(link);
    forget_services();
    amp_rpmsg_set_events(peer, &pair_events);
    assert_int_equal(amp_rpmsg_message_timeout(link, 0), AMP_FOREVER);
    fill(link);
    assert_int_equal(amp_rpmsg_message_timeout(link, 0), AMP_FOREVER);
    make(link, &a, "late");
    assert_int_equal(amp_rpmsg_poll(link), 0);
    assert_int_equal(amp_rpmsg_message_timeout(link, 0), 1);
    assert_int_equal(amp_rpmsg_message_timeout(link, 1), 2);
    assert_int_equal(amp_rpmsg_poll(peer), 4);
    assert_int_equal(amp_rpmsg_message_timeout(link, 2), 0);
    assert_int_equal(amp_rpmsg_poll(link), 0);
    assert_int_equal(amp_rpmsg_message_timeout(link, 0), AMP_FOREVER);
    assert_int_equal(amp_rpmsg_poll(peer), 1);
    assert_int_equal(pair_services.count, 1);
    amp_rpmsg_set_events(peer, NULL);
    assert_int_equal(amp_endpoint_destroy(&a), 0);
    pair_settle(&pair);
    amp_rpmsg_down(link);
    assert_int_equal(amp_rpmsg_message_timeout(link, 0), AMP_FOREVER);
    amp_rpmsg_down(peer);
    pair_up(&pair);
}

static void test_wait_for_messages(void **state) {
    (void)state;
    check_wait_for_messages(host);
    check_wait_for_messages(device);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_announcement_waits),
        TEST(test_wait_for_messages),
        TEST(test_announcement_not_needed),
        TEST(test_withdrawal_waits),
        TEST(test_closing_endpoints),
        TEST(test_released_memory),
        TEST(test_new_life_in_released),
        TEST(test_send_between),
        TEST(test_many_announcements),
    };
    return cmocka_run_group_tests_name("rpmsg_ns_full_ring", tests, NULL, NULL);
}
