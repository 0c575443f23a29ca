/*
 * A link and four endpoints, which find each other by their names: what the tests
 * of the name service begin with.  Each test program includes this once.
 */
#ifndef PAIR_NAMED_H
#define PAIR_NAMED_H

#include "pair.h"

#include <string.h>

static struct pair pair;
static struct amp_rpmsg *const host = &pair.host.link;
static struct amp_rpmsg *const device = &pair.device.link;
static struct amp_endpoint a;
static struct amp_endpoint b;
static struct amp_endpoint c;
static struct amp_endpoint d;

static inline int setup(void **state) {
    (void)state;
    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    memset(&c, 0, sizeof(c));
    memset(&d, 0, sizeof(d));
    pair_open(&pair, 4);
    return 0;
}

static inline int teardown(void **state) {
    (void)state;
    pair_free(&pair);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static inline void make(struct amp_rpmsg *link, struct amp_endpoint *ept, const char *name) {
    assert_int_equal(
        amp_endpoint_create(link, ept, name, AMP_ADDR_ANY, AMP_ADDR_ANY, pair_note), 0);
}

// A name service message as a peer writes it.
static inline void say(struct amp_rpmsg *from, const char *name, uint32_t addr, uint32_t flags) {
    struct rpmsg_ns_msg msg = {.addr = addr, .flags = flags};
    size_t len = strlen(name); // a name of 32 bytes has no end
    memcpy(msg.name, name, len < sizeof(msg.name) ? len : sizeof(msg.name));
    assert_int_equal(amp_rpmsg_send(from, addr, RPMSG_NS_ADDR, &msg, sizeof(msg)), sizeof(msg));
    pair_settle(&pair);
}

static inline struct amp_rpmsg *other_of(struct amp_rpmsg *link) {
    return &((struct pair_side *)link)->other->link;
}

static inline void restart(void) {
    pair_down(&pair);
    pair_up(&pair);
    pair_settle(&pair);
}

static inline void forget_services(void) {
    memset(&pair_services, 0, sizeof(pair_services));
}

static inline void check_bound(const struct amp_endpoint *x, const struct amp_endpoint *y) {
    assert_true(amp_endpoint_is_ready(x));
    assert_true(amp_endpoint_is_ready(y));
    assert_int_equal(x->dest, y->addr);
    assert_int_equal(y->dest, x->addr);
}

#endif // PAIR_NAMED_H
