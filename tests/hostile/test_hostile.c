/*
 * A peer that writes whatever it can, whenever it can.
 *
 * The victim is a link of our own, in either role; the attacker knows the
 * protocol and writes rings, descriptors, headers and name service messages
 * itself: often well formed, often nearly so, sometimes garbage.  It acts
 * between two calls of the victim, inside its callbacks and doorbells, and
 * (through hooked_core.h) before any single access to shared memory.  The
 * memory ends at unmapped pages, so an access outside of it is a fault.
 *
 * HOSTILE_STEPS is the number of attacks, HOSTILE_SEED another sequence of them.
 */
#include "hooked_core.h"

#include "pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EPTS = 12, CLAIMS = 4, HELD = 3 };

static struct {
    struct pair pair;
    struct amp_rpmsg *link; // the victim's
    struct pair_side *side;
    struct amp_port_ops ops; // with the attacker behind each call
    bool is_host;

    // What the attacker remembers.
    uint16_t seen[2]; // of the ring's other index
    uint16_t given[2];
    uint8_t stock[2][256]; // descriptors that it may give
    unsigned stock_count[2];

    // The victim's program.
    struct amp_endpoint *ept[EPTS];
    struct amp_endpoint *dying[64]; // destroyed, to be released
    struct amp_tx claim[CLAIMS];
    unsigned claim_count;
    struct amp_rx held[HELD]; // also of former lives
    unsigned held_count;
    unsigned in_callback;

    // What is counted.
    unsigned callbacks; // in this poll
    unsigned services;
    unsigned accesses;
    uint64_t mutations;
    uint64_t received;
    uint64_t lives;
    uint64_t served; // lives that were seen to be in order again
} v;

static struct pair bystander;
static struct amp_endpoint near;
static struct amp_endpoint far;

static uint64_t seed;
static bool kind; // in this life nothing is attacked that ends it
static unsigned rage; // of 256: how often an access is preceded by an attack

static uint32_t rnd(uint32_t n) {
    return pair_random(&seed) % n;
}

// ---- The attacker ----

static uint32_t odd_number(void) {
    static const uint32_t list[] = {0, 1, 2, 3, 4, 15, 16, 17, 31, 32, 39, 40, 41, 53, 255, 256,
        496, 497, 511, 512, 513, 1024, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFFFF,
        0x80000000, 0xFFFFFFF0, 0xFFFFFFFE, 0xFFFFFFFF};
    return rnd(4) != 0 ? list[rnd(32)] : pair_random(&seed);
}

// An address that means something to the victim, most of the time.
static uint32_t some_addr(void) {
    const struct amp_endpoint *ept = v.ept[rnd(EPTS)];
    switch (rnd(8)) {
        case 0:
            return odd_number();
        case 1:
            return 700 + rnd(20);
        default:
            return ept != NULL && ept->link != NULL ? ept->addr : RPMSG_NS_ADDR;
    }
}

static void forge_name(struct rpmsg_ns_msg *msg) {
    memset(msg->name, rnd(3) == 0 ? 'z' : 0, sizeof(msg->name)); // without an end
    msg->name[0] = (char)('a' + rnd(6));
    if (rnd(4) != 0) {
        msg->name[1] = '\0';
    }
    msg->addr = rnd(8) == 0 ? odd_number() : 700 + rnd(20);
    msg->flags = rnd(8) == 0 ? odd_number() : rnd(3) == 0;
}

static void forge_message(struct rpmsg_hdr *hdr, uint32_t room) {
    uint32_t payload = room > 16 ? room - 16 : 0;
    hdr->src = some_addr();
    hdr->dst = some_addr();
    hdr->reserved = pair_random(&seed);
    hdr->flags = (uint16_t)pair_random(&seed);
    hdr->len = (uint16_t)(rnd(16) == 0 ? odd_number() : rnd(payload + 1));
    if (hdr->dst == RPMSG_NS_ADDR && room >= 56) {
        hdr->len = rnd(16) == 0 ? 39 : 40;
        forge_name((struct rpmsg_ns_msg *)(hdr + 1));
    }
}

// Act as a device: give back one buffer, filled on ring 0.
static void give_used(int ring) {
    struct virtq_avail *avail = pair_avail(&v.pair, ring);
    struct virtq_used *used = pair_used(&v.pair, ring);
    uint16_t num = v.pair.shape.num[ring];
    while (v.seen[ring] != avail->idx && v.stock_count[ring] < num) {
        v.stock[ring][v.stock_count[ring]++] = (uint8_t)avail->ring[v.seen[ring]++ & (num - 1)];
    }
    if (v.stock_count[ring] == 0) {
        return;
    }
    unsigned i = rnd(4) == 0 ? rnd(v.stock_count[ring]) : 0; // in order, or not
    uint32_t id = v.stock[ring][i] & (num - 1u);
    memmove(&v.stock[ring][i], &v.stock[ring][i + 1], --v.stock_count[ring] - i);
    struct virtq_used_elem *elem = &used->ring[v.given[ring] & (num - 1)];
    elem->id = id;
    elem->len = 0;
    if (ring == 0) {
        struct rpmsg_hdr *hdr = pair_message(&v.pair, 0, id);
        forge_message(hdr, v.pair.shape.buffer_size);
        elem->len = rnd(16) == 0 ? odd_number() : hdr->len + 16u;
    }
    used->idx = ++v.given[ring];
}

// Act as a host: make one buffer available, filled on ring 1.
static void give_avail(int ring) {
    struct virtq_avail *avail = pair_avail(&v.pair, ring);
    struct virtq_used *used = pair_used(&v.pair, ring);
    uint16_t num = v.pair.shape.num[ring];
    while (v.seen[ring] != used->idx && v.stock_count[ring] < num) {
        v.stock[ring][v.stock_count[ring]++] = (uint8_t)used->ring[v.seen[ring]++ & (num - 1)].id;
    }
    if (v.stock_count[ring] == 0) {
        return;
    }
    unsigned i = rnd(4) == 0 ? rnd(v.stock_count[ring]) : 0;
    uint32_t id = v.stock[ring][i] & (num - 1u);
    memmove(&v.stock[ring][i], &v.stock[ring][i + 1], --v.stock_count[ring] - i);
    struct rpmsg_hdr *message = pair_message(&v.pair, ring, id);
    struct virtq_desc *desc = &pair_desc(&v.pair, ring)[id];
    desc->addr = pair_da(&v.pair, message); // mends what was mutated, mostly
    desc->len = v.pair.shape.buffer_size;
    desc->flags = 0;
    if (ring == 1) {
        forge_message(message, v.pair.shape.buffer_size);
        desc->len = rnd(8) == 0 ? 16 + rnd(v.pair.shape.buffer_size - 15) : message->len + 16u;
    } else if (rnd(8) == 0) {
        desc->len = 16 + rnd(v.pair.shape.buffer_size - 15); // a shorter one
    }
    avail->ring[v.given[ring] & (num - 1)] = (uint16_t)id;
    avail->idx = ++v.given[ring];
}

static void mutate_descriptor(struct virtq_desc *desc) {
    uint64_t first = pair_da(&v.pair, v.pair.buffers);
    switch (rnd(5)) {
        case 0:
            desc->len = odd_number();
            break;
        case 1:
            desc->flags = (uint16_t)rnd(8);
            break;
        case 2:
            desc->next = (uint16_t)odd_number();
            break;
        case 3: // around the edges of what is mapped
            desc->addr = (rnd(2) ? first : first + v.pair.buffers_len) + rnd(1024) - 512;
            break;
        default:
            desc->addr = (uint64_t)odd_number() << rnd(33);
            break;
    }
}

// Random bytes anywhere in the shared memory.
static void mutate_bytes(void) {
    int area = (int)rnd(4);
    uint8_t *first = area < 2 ? v.pair.ring[area] : v.pair.buffers;
    size_t len = area < 2 ? v.pair.ring_len[area] : v.pair.buffers_len;
    size_t at = pair_random(&seed) % len;
    for (unsigned n = 1 + rnd(16); n > 0 && at < len; --n, ++at) {
        first[at] = (uint8_t)pair_random(&seed);
    }
}

static void mutate(void) {
    int ring = (int)rnd(2);
    uint16_t num = v.pair.shape.num[ring];
    struct virtq_used *used = pair_used(&v.pair, ring);
    struct virtq_avail *avail = pair_avail(&v.pair, ring);
    struct rpmsg_hdr *hdr = pair_message(&v.pair, ring, rnd(num));
    ++v.mutations;
    // Most of them do not end the victim's life, or there would be no other.
    switch (kind ? 6 + rnd(34) : rnd(40)) {
        case 0:
            v.is_host ? (used->idx = (uint16_t)(used->idx + rnd(4)))
                      : (avail->idx = (uint16_t)(avail->idx + rnd(4)));
            break;
        case 1:
            *(rnd(2) ? &used->idx : &avail->idx) = (uint16_t)odd_number();
            break;
        case 2:
            used->ring[rnd(num)].id = rnd(2) ? rnd(num) : odd_number();
            break;
        case 3:
            avail->ring[rnd(num)] = (uint16_t)(rnd(2) ? rnd(num) : odd_number());
            break;
        case 4:
            mutate_descriptor(&pair_desc(&v.pair, ring)[rnd(num)]);
            break;
        case 5:
            mutate_bytes();
            break;
        case 6:
        case 7:
            used->ring[rnd(num)].len = odd_number();
            break;
        case 8:
        case 9:
            used->flags = (uint16_t)rnd(3);
            avail->flags = (uint16_t)rnd(3);
            avail->ring[num] = (uint16_t)pair_random(&seed); // the event indices
            memcpy(&used->ring[num], &avail->ring[num], 2);
            break;
        case 10:
        case 11:
        case 12:
        case 13:
        case 14:
        case 15:
            hdr->len = (uint16_t)odd_number();
            break;
        case 16:
        case 17:
        case 18:
            hdr->dst = some_addr();
            break;
        case 19:
        case 20:
            hdr->src = some_addr();
            break;
        case 21:
        case 22:
        case 23:
        case 24:
            forge_name((struct rpmsg_ns_msg *)(hdr + 1));
            break;
        default:
            v.is_host ? give_used(rnd(4) == 0) : give_avail(rnd(4) != 0);
            break;
    }
}

static void attack(void) {
    ++v.accesses;
    if (rage != 0 && rnd(256) < rage) {
        mutate();
    }
}

// ---- The victim's program ----

static void use_link(void);

static void victim_cb(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)src;
    ++v.callbacks;
    ++v.received;
    assert_true(v.callbacks <= v.link->rx.mask + 1u);
    assert_ptr_equal(ept->link, v.link);
    // All of it is ours to read and to write.
    uint8_t *p = data;
    assert_int_equal((uintptr_t)p % 4, 0);
    assert_true(p >= v.pair.buffers && len <= v.pair.buffers_len);
    assert_true(p + len <= v.pair.buffers + v.pair.buffers_len);
    for (size_t i = 0; i < len; ++i) {
        p[i] ^= 0xFF;
    }
    if (v.held_count < HELD && rnd(8) == 0) {
        struct amp_rx *rx = &v.held[v.held_count++];
        *rx = (struct amp_rx){.data = data, .len = len};
        amp_rx_hold(v.link, rx);
    }
    attack();
    ++v.in_callback;
    while (rnd(3) == 0 && amp_rpmsg_is_up(v.link)) {
        use_link();
        attack();
    }
    --v.in_callback;
}

static void victim_service(struct amp_rpmsg *link, uint32_t src, const char *name) {
    assert_ptr_equal(link, v.link);
    assert_true(src != AMP_ADDR_ANY);
    assert_in_range(strlen(name), 1, AMP_NAME_SIZE - 1);
    ++v.services;
    attack();
    ++v.in_callback;
    if (rnd(2) == 0) {
        use_link();
    }
    --v.in_callback;
}

static void victim_released(struct amp_rpmsg *link, struct amp_endpoint *ept) {
    assert_ptr_equal(link, v.link);
    for (int i = 0; i < 64; ++i) {
        if (v.dying[i] == ept) {
            v.dying[i] = NULL;
            free(ept);
            return;
        }
    }
    fail_msg("an endpoint was released that nobody destroyed");
}

static const struct amp_rpmsg_events victim_events = {
    .service = victim_service,
    .released = victim_released,
};

static void create(unsigned i) {
    static const char *const names[] = {"a", "b", "c", "d", "e", NULL};
    struct amp_endpoint *ept = calloc(1, sizeof(*ept));
    assert_non_null(ept);
    uint32_t addr = rnd(4) == 0 ? 100 + rnd(20) : AMP_ADDR_ANY;
    uint32_t dest = rnd(4) == 0 ? 700 + rnd(20) : AMP_ADDR_ANY;
    v.ept[i] = ept;
    if (amp_endpoint_create(v.link, ept, names[rnd(6)], addr, dest, rnd(8) ? victim_cb : NULL)
        != 0) {
        free(ept);
        v.ept[i] = NULL;
    }
}

static void destroy(unsigned i) {
    unsigned slot = 0;
    struct amp_endpoint *ept = v.ept[i];
    while (slot < 64 && v.dying[slot] != NULL) {
        ++slot;
    }
    v.ept[i] = NULL;
    if (slot == 64 || rnd(4) == 0) {
        amp_endpoint_abandon(ept);
        free(ept);
        return;
    }
    v.dying[slot] = ept;
    if (amp_endpoint_destroy(ept) == 0) {
        v.dying[slot] = NULL;
        free(ept);
    }
}

static void check_result(int result, int good) {
    assert_true(result == good || result == -AMP_EAGAIN || result == -AMP_EMSGSIZE
        || result == -AMP_ENOTCONN || result == -AMP_EPIPE || result == -AMP_EPROTO);
    if (result == -AMP_EPROTO) {
        assert_false(amp_rpmsg_is_up(v.link));
        assert_non_null(v.link->violation);
    }
    if (!amp_rpmsg_is_up(v.link)) {
        v.claim_count = 0; // void
    }
}

static void use_link(void) {
    static const uint8_t data[600];
    uint32_t r = pair_random(&seed);
    unsigned i = r / 16 % EPTS;
    switch (r % 16) {
        case 0:
            v.ept[i] == NULL ? create(i) : destroy(i);
            break;
        case 1:
            amp_rpmsg_set_events(v.link, r & 256 ? &victim_events : NULL);
            amp_rpmsg_set_events(v.link, &victim_events);
            break;
        case 2:
            (void)amp_rpmsg_want_room(v.link);
            if (v.held_count != 0) {
                struct amp_rx *rx = &v.held[i % v.held_count];
                amp_rx_release(v.link, rx);
                *rx = v.held[--v.held_count];
            }
            break;
        case 3:
            (void)amp_rpmsg_peer_can_send(v.link);
            assert_true(amp_rpmsg_mtu(v.link) <= UINT16_MAX);
            break;
        case 4:
            if (v.claim_count < CLAIMS) {
                struct amp_tx tx;
                int result = amp_tx_claim(v.link, &tx);
                check_result(result, 0);
                if (result == 0) {
                    memset(tx.data, 0x55, tx.size);
                    v.claim[v.claim_count++] = tx;
                }
            }
            break;
        case 5:
            if (v.claim_count != 0) {
                struct amp_tx *tx = &v.claim[--v.claim_count];
                check_result(amp_tx_commit(v.link, tx, r, some_addr(), tx->size), (int)tx->size);
            }
            break;
        case 6:
            if (v.claim_count != 0) {
                amp_tx_cancel(v.link, &v.claim[--v.claim_count]);
            }
            break;
        case 7:
        case 8:
            if (v.ept[i] != NULL) {
                size_t len = r / 256 % 600;
                check_result(amp_endpoint_send(v.ept[i], data, len), (int)len);
            }
            break;
        case 9: {
            size_t len = r / 256 % 64;
            check_result(amp_rpmsg_send(v.link, 5, some_addr(), data, len), (int)len);
            break;
        }
        default:
            if (v.in_callback) {
                assert_int_equal(amp_rpmsg_poll(v.link), 0);
                break;
            }
            v.callbacks = 0;
            v.services = 0;
            v.accesses = 0;
            int num = (int)(v.link->rx.mask + 1u);
            int taken =
                r & 256 ? amp_rpmsg_poll(v.link) : amp_rpmsg_poll_some(v.link, (unsigned)num);
            assert_true(taken == -AMP_EPROTO || (taken >= 0 && taken <= num));
            assert_true(taken < 0 || v.callbacks <= (unsigned)taken);
            assert_true(v.services <= (unsigned)num + (unsigned)AMP_CONFIG_MAX_SERVICES);
            assert_true(v.accesses < 1000 + 1000u * (unsigned)num); // bounded work
            check_result(taken, taken);
            break;
    }
}

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
    memset(v.seen, 0, sizeof(v.seen));
    memset(v.given, 0, sizeof(v.given));
    memset(v.stock_count, 0, sizeof(v.stock_count));
    v.claim_count = 0;
    amp_rpmsg_down(&v.pair.host.link);
    amp_rpmsg_down(&v.pair.device.link);
    if (!v.is_host) {
        assert_int_equal(amp_rpmsg_up(&v.pair.host.link, &v.pair.host.layout), 0);
        v.given[0] = v.pair.shape.num[0];
        for (unsigned i = 0; i < v.pair.shape.num[1]; ++i) {
            v.stock[1][v.stock_count[1]++] = (uint8_t)i;
        }
    }
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
