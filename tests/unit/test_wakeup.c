/*
 * No wake-up is lost: two sides that sleep whenever they may.
 *
 * Each side runs the loop that the headers ask for (clear the doorbell, poll,
 * send, ask for room, sleep unless it rang).  At any access to shared memory
 * of one side the other may run, for as long as it likes.  When both sleep and
 * nobody rang, no work may be due.  The same schedules with the second look
 * after arming taken away (hooked_deaf) must find a lost wake-up, or they
 * would prove nothing.
 */
#include "hooked_core.h"

#include "pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct actor {
    struct pair_side *side;
    struct amp_rpmsg *link;
    struct actor *other;
    struct amp_endpoint ept; // receives
    struct amp_endpoint named; // comes and goes
    bool running;
    bool more; // the last poll left messages
    bool blocked; // no room, and it asked to be rung
    enum { CLEAR, POLL, SEND, SLEEP, ASLEEP } phase;
    unsigned to_send;
    unsigned sent;
    unsigned received;
};

static struct pair pair;
static struct actor actors[2];
static uint64_t seed;
static unsigned haste; // of 64: how often an access lets the other side run

static uint32_t rnd(uint32_t n) {
    return pair_random(&seed) % n;
}

static void send_one(struct actor *x) {
    int result = amp_rpmsg_send(x->link, 1, 2, &x->sent, sizeof(x->sent));
    if (result == -AMP_EAGAIN) {
        x->blocked = !amp_rpmsg_want_room(x->link);
        return;
    }
    assert_int_equal(result, sizeof(x->sent));
    ++x->sent;
    --x->to_send;
    x->blocked = false;
}

static void receive(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)src;
    struct actor *x = ept == &actors[0].ept ? &actors[0] : &actors[1];
    unsigned number;
    assert_int_equal(len, sizeof(number));
    memcpy(&number, data, sizeof(number));
    assert_int_equal(number, x->received++);
    if (x->to_send != 0 && rnd(2)) {
        send_one(x);
    }
}

// A name is announced or withdrawn, whether or not there is room now.
static void change_name(struct actor *x) {
    if (x->named.link == NULL) {
        assert_int_equal(
            amp_endpoint_create(x->link, &x->named, "x", AMP_ADDR_ANY, AMP_ADDR_ANY, NULL), 0);
    } else {
        (void)amp_endpoint_destroy(&x->named);
    }
}

static void step(struct actor *x) {
    x->running = true;
    switch (x->phase) {
        case CLEAR:
            x->side->doorbell = false;
            x->phase = POLL;
            break;
        case POLL: {
            unsigned max = 1 + rnd(2u * amp_rpmsg_depth(x->link));
            int taken = amp_rpmsg_poll_some(x->link, max);
            assert_in_range(taken, 0, max);
            x->more = (unsigned)taken == max;
            x->phase = SEND;
            break;
        }
        case SEND:
            x->blocked = false;
            for (unsigned n = 1 + rnd(4); n > 0 && x->to_send != 0 && !x->blocked; --n) {
                send_one(x);
            }
            if (rnd(32) == 0) {
                change_name(x);
            }
            x->phase = SLEEP;
            break;
        case SLEEP: {
            bool idle = !x->more && (x->to_send == 0 || x->blocked);
            x->phase = idle && !x->side->doorbell ? ASLEEP : CLEAR;
            break;
        }
        case ASLEEP:
            x->phase = x->side->doorbell ? CLEAR : ASLEEP;
            break;
    }
    x->running = false;
}

// Between two accesses of the side that runs, the other runs.
static void preempt(void) {
    struct actor *x = actors[0].running ? &actors[1] : &actors[0];
    if (x->running || !x->other->running || rnd(64) >= haste) {
        return;
    }
    for (unsigned n = 1 + rnd(12); n > 0; --n) {
        step(x);
    }
}

static bool sleeps(const struct actor *x) {
    return x->phase == ASLEEP && !x->side->doorbell;
}

static bool has_work(const struct actor *x) {
    return x->to_send != 0 || (x->link->state & LINK_NS_DUE) || x->received != x->other->sent;
}

// Runs until `count` messages went each way.  False: both sides sleep with
// work due.
static bool run(struct pair_shape shape, uint64_t first_seed, unsigned count) {
    seed = first_seed * 0x9E3779B97F4A7C15u;
    haste = 1 + rnd(32);
    hooked_access = NULL;
    memset(hooked_last, 0, sizeof(hooked_last));
    memset(actors, 0, sizeof(actors));
    pair_init(&pair, shape);
    pair_up(&pair);
    for (int i = 0; i < 2; ++i) {
        struct actor *x = &actors[i];
        x->side = i == 0 ? &pair.host : &pair.device;
        x->link = &x->side->link;
        x->other = &actors[1 - i];
        assert_int_equal(amp_endpoint_create(x->link, &x->ept, NULL, 2, AMP_ADDR_ANY, receive), 0);
    }
    hooked_access = preempt;
    bool lost = false;
    while (!lost && (actors[0].received < count || actors[1].received < count)) {
        step(&actors[rnd(2)]);
        if (sleeps(&actors[0]) && sleeps(&actors[1])) {
            lost = has_work(&actors[0]) || has_work(&actors[1]);
            // The users want to send again: a burst, longer than the ring or not.
            for (int i = 0; i < 2; ++i) {
                if (rnd(3) != 0) {
                    actors[i].to_send = 1 + rnd(3u * shape.num[1]);
                    actors[i].phase = SEND;
                }
            }
        }
    }
    hooked_access = NULL;
    assert_int_equal(pair.host.link.stats.violations + pair.device.link.stats.violations, 0);
    pair_free(&pair);
    return !lost;
}

static const struct pair_shape shapes[] = {
    {.num = {1, 1}},
    {.num = {2, 2}},
    {.num = {4, 4}},
    {.num = {1, 4}},
    {.num = {8, 2}},
    {.num = {64, 64}},
    {.num = {1, 1}, .event_idx = true},
    {.num = {2, 2}, .event_idx = true},
    {.num = {4, 4}, .event_idx = true},
    {.num = {1, 4}, .event_idx = true},
    {.num = {8, 2}, .event_idx = true},
    {.num = {64, 64}, .event_idx = true},
};
enum { SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

static void test_none_is_lost(void **state) {
    (void)state;
    for (uint64_t i = 1; i <= 120; ++i) {
        if (!run(shapes[i % SHAPES], i, 2000)) {
            fail_msg("schedule %u loses a wake-up", (unsigned)i);
        }
    }
}

static void test_the_second_look_is_needed(void **state) {
    (void)state;
    unsigned found = 0;
    hooked_deaf = true;
    for (uint64_t i = 1; i <= 120; ++i) {
        found += !run(shapes[i % SHAPES], i, 2000);
    }
    hooked_deaf = false;
    printf("WAKEUP without the second look %u of 120 schedules lose a wake-up\n", found);
    assert_true(found > 60);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_is_lost),
        cmocka_unit_test(test_the_second_look_is_needed),
    };
    return cmocka_run_group_tests_name("wakeup", tests, NULL, NULL);
}
