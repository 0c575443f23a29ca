/*
 * A peer that writes whatever it can, whenever it can.
 *
 * The victim is a link of our own, in either role; the attacker
 * (tests/peer/attacker.h) acts between two calls of the victim, inside its
 * callbacks and doorbells, and (through hooked_core.h) before any single access to
 * shared memory.  The memory ends at unmapped pages, so an access outside of it is
 * a fault.
 *
 * HOSTILE_STEPS is the number of attacks, HOSTILE_SEED another sequence of them.
 */
#include "hostile_victim.h"

// ---- Lives ----

static void victim_kick(void *ctx, uint32_t notify_id) {
    assert_ptr_equal(ctx, v.side);
    assert_true(notify_id == PAIR_NOTIFY_0 || notify_id == PAIR_NOTIFY_1);
    attack();
}

static void *(*plain_map)(void *ctx, amp_da_t da, size_t len);
static void *victim_map(void *ctx, amp_da_t da, size_t len) {
    attack();
    return plain_map(ctx, da, len);
}

// A new life; the host's rings are built by our own host in both cases.
static void begin_life(void) {
    void (*hook)(void) = hooked_access;
    hooked_access = NULL;
    ++v.lives;
    v.claim_count = 0;
    amp_rpmsg_down(&v.pair.host.link);
    amp_rpmsg_down(&v.pair.device.link);
    if (!v.is_host) {
        assert_int_equal(amp_rpmsg_up(&v.pair.host.link, &v.pair.host.layout), 0);
    }
    attacker_begin(&v.attacker);
    hooked_access = hook;
    int result = amp_rpmsg_up(v.link, &v.side->layout);
    assert_true(result == 0 || result == -AMP_EPROTO);
}

static unsigned echoed;
static void count_echo(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept;
    (void)src;
    assert_int_equal(len, 6);
    assert_memory_equal(data, "normal", 6);
    ++echoed;
}

// With a peer that behaves everything is as it should be.
static void check_service(void) {
    void (*hook)(void) = hooked_access;
    struct amp_rpmsg *peer = &v.side->other->link;
    struct amp_endpoint ours = {0};
    struct amp_endpoint theirs = {0};
    hooked_access = NULL;
    unsigned angry = rage;
    rage = 0;
    amp_rpmsg_down(v.link);
    amp_rpmsg_down(peer);
    v.claim_count = 0;
    pair_up(&v.pair);
    assert_int_equal(
        amp_endpoint_create(v.link, &ours, "ours", AMP_ADDR_ANY, AMP_ADDR_ANY, count_echo), 0);
    assert_int_equal(
        amp_endpoint_create(peer, &theirs, "ours", AMP_ADDR_ANY, AMP_ADDR_ANY, count_echo), 0);
    pair_settle(&v.pair);
    for (unsigned i = 0; i < 3u * v.pair.shape.num[0]; ++i) {
        echoed = 0;
        assert_int_equal(amp_endpoint_send(&ours, "normal", 6), 6);
        assert_int_equal(amp_endpoint_send(&theirs, "normal", 6), 6);
        pair_settle(&v.pair);
        assert_int_equal(echoed, 2);
    }
    amp_endpoint_abandon(&ours);
    amp_endpoint_abandon(&theirs);
    amp_rpmsg_down(v.link);
    amp_rpmsg_down(peer);
    hooked_access = hook;
    rage = angry;
    ++v.served;
}

static void check_bystander(void) {
    uint32_t word = pair_random(&seed);
    unsigned before = pair_log.count;
    assert_int_equal(amp_endpoint_send(&near, &word, 4), 4);
    assert_int_equal(amp_endpoint_send(&far, &word, 4), 4);
    pair_settle(&bystander);
    assert_int_equal(pair_log.count, before + 2);
    assert_memory_equal(pair_log.data, &word, 4);
}

static void begin(bool is_host, struct pair_shape shape) {
    memset(&v, 0, sizeof(v));
    pair_init(&v.pair, shape);
    v.is_host = is_host;
    v.side = is_host ? &v.pair.host : &v.pair.device;
    v.link = &v.side->link;
    v.attacker = (struct attacker){
        .is_device = is_host,
        .choose = choose,
        .address = some_endpoint,
        .write = plain_write,
    };
    pair_attacked(&v.pair, &v.attacker);
    v.ops = *v.side->port.ops;
    plain_map = v.ops.map;
    v.ops.map = victim_map;
    v.ops.kick = victim_kick;
    v.side->port.ops = &v.ops;
    amp_rpmsg_set_events(v.link, &victim_events);
    pair_init(&bystander, (struct pair_shape){.num = {4, 4}});
    memset(&near, 0, sizeof(near));
    memset(&far, 0, sizeof(far));
    pair_up(&bystander);
    amp_endpoint_create(&bystander.host.link, &near, NULL, 10, 20, pair_note);
    amp_endpoint_create(&bystander.device.link, &far, NULL, 20, 10, pair_note);
    hooked_access = attack;
}

static void end(void) {
    hooked_access = NULL;
    for (int i = 0; i < EPTS; ++i) {
        if (v.ept[i] != NULL) {
            amp_endpoint_abandon(v.ept[i]);
            free(v.ept[i]);
        }
    }
    amp_rpmsg_down(v.link);
    for (int i = 0; i < 64; ++i) {
        assert_null(v.dying[i]); // all were released
    }
    assert_int_equal(bystander.host.link.stats.violations, 0);
    assert_int_equal(bystander.device.link.stats.violations, 0);
    pair_free(&bystander);
    pair_free(&v.pair);
}

static uint64_t number_from(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);
    return text != NULL && *text != '\0' ? strtoull(text, NULL, 0) : otherwise;
}

static void run(bool is_host, struct pair_shape shape, unsigned share) {
    uint64_t steps = number_from("HOSTILE_STEPS", 1000000) / share;
    seed = number_from("HOSTILE_SEED", 1) * 0x9E3779B97F4A7C15u + shape.num[0];
    begin(is_host, shape);
    uint32_t violations = 0;
    // An attack, or a call of the victim with attacks inside.
    while (v.mutations < steps) {
        if (!amp_rpmsg_is_up(v.link)) {
            if (v.link->violation != NULL) {
                assert_int_equal(v.link->stats.violations, ++violations);
                use_link(); // says EPIPE, and does no harm
            }
            if (rnd(16) == 0) {
                check_service();
            }
            static const uint8_t moods[] = {0, 1, 4, 16, 64};
            rage = moods[rnd(5)];
            kind = rnd(12) == 0;
            begin_life();
            if (!amp_rpmsg_is_up(v.link)) {
                continue;
            }
        }
        rnd(2) ? mutate() : use_link();
        if (rnd(1024) == 0) {
            amp_rpmsg_down(v.link);
        }
        if (rnd(64) == 0) {
            check_bystander();
        }
    }
    violations += !amp_rpmsg_is_up(v.link) && v.link->violation != NULL;
    assert_int_equal(v.link->stats.violations, violations);
    check_service();
    printf("HOSTILE victim %s, rings %u: %llu attacks, %llu lives, %u violations, "
           "%llu messages delivered, %u malformed, %llu times in order again\n",
        is_host ? "host" : "device", shape.num[0], (unsigned long long)v.mutations,
        (unsigned long long)v.lives, violations, (unsigned long long)v.received,
        v.link->stats.malformed, (unsigned long long)v.served);
    // The attacks reached what they were aimed at.
    assert_true(v.received > v.mutations / 100);
    assert_true(violations > v.mutations / 10000);
    end();
}

static void test_host(void **state) {
    (void)state;
    run(true, (struct pair_shape){.num = {4, 4}}, 8);
}
static void test_host_event(void **state) {
    (void)state;
    run(true, (struct pair_shape){.num = {4, 4}, .event_idx = true}, 8);
}
static void test_host_small(void **state) {
    (void)state;
    run(true, (struct pair_shape){.num = {1, 2}, .buffer_size = 64, .align = 4}, 8);
}
static void test_host_large(void **state) {
    (void)state;
    run(true, (struct pair_shape){.num = {64, 256}, .buffer_size = 128, .event_idx = true}, 8);
}
static void test_device(void **state) {
    (void)state;
    run(false, (struct pair_shape){.num = {4, 4}, .event_idx = true}, 8);
}
static void test_device_ask(void **state) {
    (void)state;
    run(false, (struct pair_shape){.num = {4, 8}, .ask_port = true}, 8);
}
static void test_device_small(void **state) {
    (void)state;
    run(false, (struct pair_shape){.num = {2, 1}, .buffer_size = 64, .align = 4}, 8);
}
static void test_device_large(void **state) {
    (void)state;
    run(false, (struct pair_shape){.num = {256, 64}, .buffer_size = 128}, 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host),
        cmocka_unit_test(test_host_event),
        cmocka_unit_test(test_host_small),
        cmocka_unit_test(test_host_large),
        cmocka_unit_test(test_device),
        cmocka_unit_test(test_device_ask),
        cmocka_unit_test(test_device_small),
        cmocka_unit_test(test_device_large),
    };
    return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
