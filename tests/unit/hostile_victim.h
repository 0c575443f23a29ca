/*
 * For test_hostile.c: a program that uses a link in every way that it may, with the
 * attacker (tests/peer/attacker.h) before each access, in each callback and behind
 * each call of the port.
 */
#ifndef HOSTILE_VICTIM_H
#define HOSTILE_VICTIM_H

#include "hooked_core.h"

#include "pair.h"
#include "tests/peer/attacker.h"

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

    struct attacker attacker;

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

static inline uint32_t rnd(uint32_t n) {
    return pair_random(&seed) % n;
}

// ---- The attacker ----

static inline uint32_t choose(uint32_t n) {
    return n == 0 ? pair_random(&seed) : rnd(n);
}

static inline uint32_t some_endpoint(void) {
    const struct amp_endpoint *ept = v.ept[rnd(EPTS)];
    return ept != NULL && ept->link != NULL ? ept->addr : RPMSG_NS_ADDR;
}

static inline uint32_t some_addr(void) {
    return attacker_address(&v.attacker);
}

static inline void plain_write(void *to, const void *bytes, size_t len) {
    memcpy(to, bytes, len);
}

static inline void mutate(void) {
    ++v.mutations;
    v.attacker.gentle = kind;
    attacker_act(&v.attacker);
}

static inline void attack(void) {
    ++v.accesses;
    if (rage != 0 && rnd(256) < rage) {
        mutate();
    }
}

// ---- The victim's program ----

static void use_link(void);

static inline void victim_cb(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
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

static inline void victim_service(struct amp_rpmsg *link, uint32_t src, const char *name) {
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

static inline void victim_released(struct amp_rpmsg *link, struct amp_endpoint *ept) {
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

static inline void create(unsigned i) {
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

static inline void destroy(unsigned i) {
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

static inline void check_result(int result, int good) {
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

static inline void claim_one(void) {
    struct amp_tx tx;
    int result = v.claim_count < CLAIMS ? amp_tx_claim(v.link, &tx) : -AMP_EAGAIN;
    check_result(result, 0);
    if (result == 0) {
        memset(tx.data, 0x55, tx.size);
        v.claim[v.claim_count++] = tx;
    }
}

static inline void commit_one(uint32_t src) {
    if (v.claim_count != 0) {
        struct amp_tx *tx = &v.claim[--v.claim_count];
        check_result(amp_tx_commit(v.link, tx, src, some_addr(), tx->size), (int)tx->size);
    }
}

static inline void release_one(unsigned i) {
    if (v.held_count != 0) {
        struct amp_rx *rx = &v.held[i % v.held_count];
        amp_rx_release(v.link, rx);
        *rx = v.held[--v.held_count];
    }
}

// The work of a poll is bounded, whatever the attacker does meanwhile.
static inline void poll_link(bool all) {
    if (v.in_callback) {
        assert_int_equal(amp_rpmsg_poll(v.link), 0);
        return;
    }
    v.callbacks = 0;
    v.services = 0;
    v.accesses = 0;
    int num = (int)(v.link->rx.mask + 1u);
    int taken = all ? amp_rpmsg_poll(v.link) : amp_rpmsg_poll_some(v.link, (unsigned)num);
    assert_true(taken == -AMP_EPROTO || (taken >= 0 && taken <= num));
    assert_true(taken < 0 || v.callbacks <= (unsigned)taken);
    assert_true(v.services <= (unsigned)num + (unsigned)AMP_CONFIG_MAX_SERVICES);
    assert_true(v.accesses < 1000 + 1000u * (unsigned)num);
    check_result(taken, taken);
}

static inline void use_link(void) {
    static const uint8_t data[600];
    uint32_t r = pair_random(&seed);
    unsigned i = r / 16 % EPTS;
    size_t len = r / 256 % 600;
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
            release_one(i);
            break;
        case 3:
            (void)amp_rpmsg_peer_can_send(v.link);
            assert_true(amp_rpmsg_mtu(v.link) <= UINT16_MAX);
            break;
        case 4:
            claim_one();
            break;
        case 5:
            commit_one(r);
            break;
        case 6:
            if (v.claim_count != 0) {
                amp_tx_cancel(v.link, &v.claim[--v.claim_count]);
            }
            break;
        case 7:
        case 8:
            if (v.ept[i] != NULL) {
                check_result(amp_endpoint_send(v.ept[i], data, len), (int)len);
            }
            break;
        case 9:
            check_result(amp_rpmsg_send(v.link, 5, some_addr(), data, len % 64), (int)len % 64);
            break;
        default:
            poll_link(r & 256);
            break;
    }
}

#endif // HOSTILE_VICTIM_H
