/* A link and three endpoints: for the tests of endpoints. */
#ifndef ENDPOINT_CASE_H
#define ENDPOINT_CASE_H

#include "core/link.h"
#include "pair.h"

#include <stdlib.h>
#include <string.h>

static struct pair pair;
static struct amp_rpmsg *const host = &pair.host.link;
static struct amp_rpmsg *const device = &pair.device.link;
static struct amp_endpoint a;
static struct amp_endpoint b;
static struct amp_endpoint c;

static inline int setup(void **state) {
    (void)state;
    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    memset(&c, 0, sizeof(c));
    pair_open(&pair, 8);
    return 0;
}

static inline int teardown(void **state) {
    (void)state;
    pair_free(&pair);
    return 0;
}

static inline void make_at(struct amp_endpoint *ept, uint32_t addr, amp_endpoint_cb cb) {
    assert_int_equal(amp_endpoint_create(host, ept, NULL, addr, AMP_ADDR_ANY, cb), 0);
}

#endif // ENDPOINT_CASE_H
